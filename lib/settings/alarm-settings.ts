import { z } from 'zod';

import { ALARMS } from '../alarms/catalogue.ts';

const MOVABLE = ALARMS.filter(({ rule }) => rule.kind !== 'band').map(({ id }) => id) as [string, ...string[]];
const FILES = ['disclosure.pdf', 'index.html', 'annex.json', 'figures.csv', 'manifest.json'] as const;
const STATUSES = ['preliminary', 'closed', 'restated'] as const;
const address = z.email('expected an e-mail address such as carbon@example.com');

/** Limits and size of what is watched. */
export const alarmSettings = z
  .strictObject({
    limits: z
      .partialRecord(z.enum(MOVABLE), z.number().min(0))
      .default({})
      .describe('Limits in the place of the catalogue’s own, by alarm id (alarms.md)'),
    most_series: z
      .number()
      .int()
      .min(1)
      .max(200)
      .default(20)
      .describe('Projects, and models, that get hourly metrics of their own; the rest shares one series'),
  })
  .prefault({})
  .describe('What raises an alarm (alarms.md)');

/** Who gets the disclosure by mail. */
export const distributeSettings = z
  .strictObject({
    from: address.describe('Sender; an identity that SES has verified'),
    to: z.array(address).min(1).describe('Receivers; each gets a letter of its own, once a version'),
    attach: z
      .array(z.enum(FILES))
      .default(['disclosure.pdf', 'annex.json'])
      .describe(
        'Files of the disclosure, the most important first; what makes the letter too large is named by its place',
      ),
    statuses: z.array(z.enum(STATUSES)).min(1).default(['closed', 'restated']).describe('Disclosures that are sent'),
  })
  .optional()
  .describe('Sends the disclosure by SES once it is written');

/** Who gets the disclosure, from whom. */
export type DistributeSettings = NonNullable<z.infer<typeof distributeSettings>>;
