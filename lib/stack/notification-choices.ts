import { z } from 'zod';

const name = z.string().min(1);
const secretName = z
  .string()
  .regex(
    /^[A-Za-z0-9/_+=.@-]+(#[A-Za-z0-9_.-]+)?$/,
    'expected the name of one secret, and after # the key of a JSON secret',
  );
const address = z.email('expected an e-mail address such as carbon@example.com');

/** Who hears of alarms: a part of what the operator chooses of the stacks. A URL that is a credential stands in a secret. */
export const notifyChoices = z
  .strictObject({
    email: z.array(address).default([]).describe('Addresses that are told in words; each must confirm once'),
    https: z
      .array(
        z.strictObject({
          id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and hyphens'),
          secret: secretName,
        }),
      )
      .default([])
      .describe(
        'Receivers of CloudWatch’s messages: each secret holds an https:// URL, for instance that of PagerDuty',
      ),
    slack: z
      .strictObject({
        workspace_id: z.string().regex(/^T[0-9A-Z]+$/, 'expected a workspace such as T0123ABCD'),
        channel_id: z.string().regex(/^[CG][0-9A-Z]+$/, 'expected a channel such as C0123ABCD'),
        name: name.default('joulebook').describe('Name of the configuration, once in an account'),
      })
      .optional()
      .describe('Slack channel; its workspace is authorised once in the console'),
  })
  .prefault({});

/** From whom the disclosure is mailed; the same address as `distribute.from` of the settings. */
export const mailChoices = z
  .strictObject({ from: address.describe('An identity that SES has verified, or an address of such a domain') })
  .optional();

/** Who is told of alarms. */
export type NotifyChoices = z.infer<typeof notifyChoices>;
/** Who may send the disclosure. */
export type MailChoices = z.infer<typeof mailChoices>;
