import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';

import { openSesPost } from '../../lib/adapters/ses-post.ts';
import { openTopic } from '../../lib/adapters/sns-topic.ts';
import { startMoto } from './moto.ts';

const REGION = 'eu-west-1';
const LETTER = {
  from: 'books@example.com',
  subject: 'June',
  text: 'Attached.',
  attachments: [
    { name: 'disclosure.pdf', contentType: 'application/pdf', bytes: new TextEncoder().encode('%PDF-1.7') },
  ],
};

let moto: Awaited<ReturnType<typeof startMoto>>;
beforeAll(async () => {
  // biome-ignore lint/style/noProcessEnv: the SDK finds the credentials of a Lambda in its environment
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  moto = await startMoto();
});
afterAll(() => moto.stop());

test('SES refuses a sender that it has not verified, and takes a letter of one that it has', async () => {
  const client = new SESv2Client({ endpoint: moto.endpoint, region: REGION, maxAttempts: 1 });
  const post = openSesPost(client);
  await expect(post.send(LETTER, 'one@example.com')).rejects.toMatchObject({
    name: 'LetterRefused',
    message: 'SES: MessageRejected: Email address not verified <address>',
  });
  await client.send(new CreateEmailIdentityCommand({ EmailIdentity: LETTER.from }));
  expect(await post.send(LETTER, 'one@example.com')).toMatch(/^[\w-]{20,}$/);
});

test('SNS takes words for a topic that is there, and no others', async () => {
  const made = await ask({ Action: 'CreateTopic', Name: 'people' });
  const arn = /<TopicArn>(.+?)</.exec(made)?.[1] ?? '';
  await openTopic(arn, { endpoint: moto.endpoint })('Alarm', 'Idle share: 62 %');
  await expect(openTopic(`${arn}-gone`, { endpoint: moto.endpoint })('Alarm', 'x')).rejects.toThrow(
    'Cannot tell of an alarm: expected SNS to take it, got status 404: NotFound',
  );
});

/** moto knows the service by the credential's scope and looks at no signature. */
async function ask(parameters: Readonly<Record<string, string>>): Promise<string> {
  const scope = `Credential=test/20261122/${REGION}/sns/aws4_request`;
  const answer = await fetch(moto.endpoint, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({ Version: '2010-03-31', ...parameters }),
  });
  return answer.text();
}
