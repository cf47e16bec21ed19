import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { openTypst } from '../../lib/adapters/typst-pdf.ts';
import { openVegaCharts } from '../../lib/adapters/vega-charts.ts';
import { renderDisclosure } from '../../lib/disclosure/render.ts';
import { sampleAnnex } from '../disclosure/sample-annex.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** The PDF before a judge that is not of our making: veraPDF, fetched by Maven where Maven and Java are installed. */
const folder = tempFolder();
const isFetched = fetchValidator();
if (!isFetched)
  process.stderr.write('Skipped: no mvn, no java or no registry of Maven: veraPDF does not judge the PDF\n');

function fetchValidator(): boolean {
  if (spawnSync('java', ['-version']).error) return false;
  cpSync(join(__dirname, 'verapdf'), folder, { recursive: true });
  const goals = ['-q', '-B', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'];
  return spawnSync('mvn', goals, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

const validate = (flavour: string, pdf: string): string[] => {
  const path = `target/classes:${readFileSync(join(folder, 'classpath'), 'utf8')}`;
  return execFileSync('java', ['-cp', path, 'Validate', flavour, pdf], { cwd: folder, encoding: 'utf8' })
    .trim()
    .split('\n');
};

(isFetched ? describe : describe.skip)('veraPDF', () => {
  beforeAll(async () => {
    const files = await renderDisclosure(sampleAnnex, { pdf: await openTypst(), chart: await openVegaCharts() });
    writeFileSync(join(folder, 'disclosure.pdf'), files['disclosure.pdf'] ?? '');
  });

  test.each(['3a', 'ua1'])('finds nothing against %s in a disclosure with names of all kinds', (flavour) => {
    const [outcome, ...broken] = validate(flavour, 'disclosure.pdf');
    expect(broken).toEqual([]);
    expect(outcome).toMatch(/^compliant [1-9]\d{4,}$/);
  });

  test('would find what is wrong: the file does not claim PDF/A-2a', () => {
    const [outcome, ...broken] = validate('2a', 'disclosure.pdf');
    expect(outcome).toMatch(/^not compliant /);
    expect(broken.join('\n')).toContain('pdfaid:part');
  });
});
