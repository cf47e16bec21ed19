import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

import type { Annex } from '../../lib/disclosure/annex.ts';
import { sampleAnnex } from './sample-annex.ts';

const schema = z.fromJSONSchema(JSON.parse(readFileSync(join(__dirname, '../../docs/annex.schema.json'), 'utf8')));
const [first] = sampleAnnex.figures;

test('a whole annex keeps to its published schema', () => {
  expect(schema.safeParse(JSON.parse(JSON.stringify(sampleAnnex))).error).toBeUndefined();
});

test.each<[string, unknown]>([
  ['a number where decimal text belongs', { ...sampleAnnex, figures: [{ ...first, value: 12.5 }] }],
  ['NaN', { ...sampleAnnex, figures: [{ ...first, value: 'NaN' }] }],
  ['a figure without a coverage', { ...sampleAnnex, figures: [{ ...first, coverage_ratio: undefined }] }],
  ['an unknown status', { ...sampleAnnex, meta: { ...sampleAnnex.meta, status: 'final' } }],
  ['a field that nobody knows', { ...sampleAnnex, notes: 'x' }],
  ['a hash that is none', { ...sampleAnnex, meta: { ...sampleAnnex.meta, book_manifest_sha256: 'abc' } }],
])('the schema refuses %s', (_, annex) => {
  expect(schema.safeParse(JSON.parse(JSON.stringify(annex))).success).toBe(false);
});

test('the schema names every part of the annex that is always there', () => {
  const parts: Record<Exclude<keyof Annex, 'input_sets'>, true> = {
    meta: true,
    figures: true,
    factors: true,
    instruments: true,
    reconciliation: true,
    restatements: true,
    exclusions: true,
    gaps: true,
    framework_index: true,
    evidence: true,
  };
  for (const part of Object.keys(parts))
    expect(schema.safeParse({ ...sampleAnnex, [part]: undefined }).success).toBe(false);
});
