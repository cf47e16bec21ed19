import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ALARMS, MONTH_AT_RISK } from '../../lib/alarms/catalogue.ts';

/** As code hosts make anchors of headings. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');

test('the runbook has an article for each alarm, and for none that is gone', () => {
  const text = readFileSync(join(__dirname, '../../docs/runbook.md'), 'utf8');
  const chapter = /^## Alarms\n([\s\S]*?)(?=^## )/m.exec(text)?.[1] ?? '';
  const articles = [...chapter.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
  expect(articles.sort()).toEqual([...ALARMS, MONTH_AT_RISK].map(({ id }) => id).sort());
});
