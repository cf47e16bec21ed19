import { createHash } from 'node:crypto';

import fc from 'fast-check';

import type { Annex } from '../../lib/disclosure/annex.ts';
import { renderFiguresCsv } from '../../lib/disclosure/figures-csv.ts';
import { inputsOf, nameInputs } from '../../lib/disclosure/input-sets.ts';
import { lintAnnex } from '../../lib/disclosure/lint.ts';
import { restatementsSince } from '../../lib/disclosure/restatements.ts';
import { sampleAnnex } from './sample-annex.ts';

const fingerprint = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const fileOf = (number: number) => fingerprint(Buffer.from(`file ${number}`));
const files = (count: number) => Array.from({ length: count }, (_, number) => fileOf(number)).sort();

describe('files behind a figure', () => {
  test('are the same whether their list is short or long', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 4 }), (counts) => {
        const lists = new Map(counts.map((count, index) => [`figure ${index}`, files(count)]));
        const { inputs, sets } = nameInputs(lists, fingerprint);
        for (const [id, list] of lists)
          expect(inputsOf({ inputs: inputs.get(id) ?? [] }, { input_sets: sets })).toEqual(list);
      }),
    );
  });

  test('stand once where many figures share them, under a name that anyone can make', () => {
    const list = files(1000);
    const { inputs, sets } = nameInputs(new Map(['a', 'b', 'c'].map((id) => [id, list])), fingerprint);
    const name = createHash('sha256')
      .update(`${list.join('\n')}\n`)
      .digest('hex');
    expect([...inputs.values()]).toEqual([[name], [name], [name]]);
    expect(sets).toEqual({ [name]: list });
  });
});

describe('an annex with a set', () => {
  test('counts its files, and finds each of them in the evidence', () => {
    const annex = withSet(files(300));
    expect(renderFiguresCsv(annex).split('\r\n')[1]).toContain(',300,');
    expect(lintAnnex(annex).filter(({ rule }) => rule === 'L28')).toEqual([]);
    const lost = { ...annex, evidence: annex.evidence.slice(1) };
    expect(lintAnnex(lost).filter(({ rule }) => rule === 'L28')).not.toEqual([]);
  });

  test('says how many files are new when it replaces one without', () => {
    const [figure] = sampleAnnex.figures;
    if (!figure) throw new Error('expected a figure in the sample');
    const before = { figures: [{ ...figure, value: '1', inputs: files(200) }] };
    const { inputs, sets } = nameInputs(new Map([['x', files(300)]]), fingerprint);
    const after = { figures: [{ ...figure, value: '2', inputs: inputs.get('x') ?? [] }], input_sets: sets };
    expect(restatementsSince(before, after, '2026-06')).toMatchObject([
      { reason: 'inputs changed: 100 new files, 0 superseded' },
    ]);
  });
});

/** The sample, its figures resting on these files alone. */
function withSet(list: readonly string[]): Annex {
  const { inputs, sets } = nameInputs(new Map([['x', list]]), fingerprint);
  const [first] = sampleAnnex.evidence;
  if (!first) throw new Error('expected evidence in the sample');
  return {
    ...sampleAnnex,
    input_sets: sets,
    figures: sampleAnnex.figures.map((figure) => ({ ...figure, inputs: inputs.get('x') ?? [] })),
    evidence: list.map((sha256) => ({ ...first, sha256 })),
  };
}
