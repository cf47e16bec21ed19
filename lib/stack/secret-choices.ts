import { z } from 'zod';

import { arnOf } from './arn.ts';

const NAME = /^[A-Za-z0-9/_+=.@-]+$/;
/** As Secrets Manager shows it, with the six characters that it draws itself (user guide, «What's in a secret»). */
const ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$/;

const secretId = z
  .string()
  .refine(
    (text) => NAME.test(text) || ARN.test(text),
    'expected the name of one secret (letters, digits and /_+=.@-), or its whole ARN',
  );

const secret = z.strictObject({
  id: secretId.describe('Name of a secret of this account and region, or the ARN of one that is elsewhere'),
  key: arnOf('kms', 'key/')
    .optional()
    .describe('Key that it is encrypted with, where that is not the one of the service'),
  rotation: z
    .strictObject({
      function: arnOf('lambda', 'function:').describe('Function that makes the next version'),
      every_days: z.number().int().min(1).max(1000).default(30),
    })
    .optional()
    .describe('Turns a secret that lies in this account'),
});

/** Secrets that `collect` may read: by name or ARN, or with what belongs to them. */
export const secretChoices = z
  .array(
    z.union(
      [secretId.transform((id): z.infer<typeof secret> => ({ id })), secret],
      'expected the name of one secret, its whole ARN, or { id, key, rotation }',
    ),
  )
  .default([])
  .describe('Secrets of Secrets Manager that `collect` may read');

/** One secret that a function may read. */
export type SecretChoice = z.infer<typeof secret>;

/** True where the secret is named by its ARN: it may lie in another account. */
export function isArn(id: string): boolean {
  return ARN.test(id);
}
