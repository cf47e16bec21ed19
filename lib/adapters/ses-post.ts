import { SESv2Client, SESv2ServiceException, SendEmailCommand } from '@aws-sdk/client-sesv2';

import type { Attachment, Letter } from '../disclosure/letter.ts';
import { LetterRefused, type Post } from '../pipeline/outlets.ts';
import { tracedClient } from './traces.ts';

/** Of the 40 MB that SES takes in its API v2 (SES Developer Guide, "Service quotas"), counted in the smaller megabyte. */
const MOST_BYTES = 40_000_000;

/**
 * Sends letters through Amazon SES, API v2, which makes the MIME message itself. One attempt: SendEmail has no token by
 * which SES would know a repetition, so the client must not repeat a call whose answer was lost.
 */
export function openSesPost(client: SESv2Client = tracedClient(new SESv2Client({ maxAttempts: 1 }))): Post {
  return { mostBytes: MOST_BYTES, send: (letter, to) => send(letter, to, client) };
}

async function send({ from, subject, text, attachments }: Letter, to: string, client: SESv2Client): Promise<string> {
  const utf8 = (words: string) => ({ Data: words, Charset: 'UTF-8' });
  const command = new SendEmailCommand({
    FromEmailAddress: from,
    Destination: { ToAddresses: [to] },
    Content: {
      Simple: { Subject: utf8(subject), Body: { Text: utf8(text) }, Attachments: attachments.map(sesAttachment) },
    },
  });
  try {
    return (await client.send(command)).MessageId ?? 'not told';
  } catch (error) {
    throw isRefusal(error) ? new LetterRefused(`SES: ${error.name}: ${withoutAddresses(error.message)}`) : error;
  }
}

function sesAttachment({ name, contentType, bytes }: Attachment) {
  return {
    FileName: name,
    ContentType: contentType,
    RawContent: bytes,
    ContentDisposition: 'ATTACHMENT' as const,
    ContentTransferEncoding: 'BASE64' as const,
  };
}

/** SES answered, and its answer is that it did not take the letter: the caller's fault, or too many calls (400 to 499). */
function isRefusal(error: unknown): error is SESv2ServiceException {
  if (!(error instanceof SESv2ServiceException)) return false;
  const status = error.$metadata.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}

/** SES names the address that it does not like; the book and the log do without it. */
function withoutAddresses(message: string): string {
  return message.replaceAll(/[^\s<>,;:]+@[^\s<>,;:]+/g, '<address>');
}
