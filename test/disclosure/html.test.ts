import { buildReport } from '../../lib/disclosure/build-report.ts';
import { figureKey } from '../../lib/disclosure/figures.ts';
import { escapeHtml, renderHtml } from '../../lib/disclosure/html.ts';
import { chartsOf } from '../../lib/disclosure/typst.ts';
import { ODD_NAMES, sampleAnnex } from './sample-annex.ts';

const report = buildReport(sampleAnnex);
const page = renderHtml(report, Object.fromEntries(chartsOf(report).map(({ name }) => [name, '<svg id="a"></svg>'])));
const body = page.slice(page.indexOf('<body>'));

test('the page needs nothing from outside and runs nothing', () => {
  expect(page).toContain('default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:');
  expect(page).not.toMatch(/<(script|iframe|link|object|embed|base|form)\b/i);
  expect(body).not.toMatch(/\s(src|srcset|on\w+|style)=/i);
  expect([...body.matchAll(/href="([^"]*)"/g)].every(([, target]) => target?.startsWith('#'))).toBe(true);
});

test('mark-up in a name is text', () => {
  expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(escapeHtml(`<a href="x" title='y'>&`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;');
  expect(escapeHtml('\ud800')).toBe('\ufffd');
});

test('every name is there in full', () => {
  for (const name of Object.values(ODD_NAMES)) expect(body).toContain(escapeHtml(name));
});

test('every printed number leads to a figure of the annex', () => {
  const keys = new Set(sampleAnnex.figures.map((figure) => escapeHtml(figureKey(figure))));
  const printed = [...body.matchAll(/data-figure="([^"]*)"/g)].map(([, key]) => key ?? '');
  expect(printed.length).toBeGreaterThan(150);
  expect(printed.filter((key) => !keys.has(key))).toEqual([]);
});

test('what is not known is said so, with the same words everywhere', () => {
  const row = body.slice(body.indexOf('eval-nightly</bdi>'));
  expect(row.slice(0, row.indexOf('</tr>'))).toContain('>not known</td>');
});

test('half an hour of a gap is not rounded away', () => {
  const row = body.slice(body.indexOf('p6-b300.48xlarge'));
  expect(row.slice(0, row.indexOf('</tr>'))).toMatch(/>311\.5<.*>311\.5 hours</s);
});

test('every chart has its alternative text and its numbers', () => {
  const charts = body.match(/<figure class="chart">/g)?.length ?? 0;
  expect(charts).toBe(chartsOf(report).length);
  expect(charts).toBeGreaterThanOrEqual(7);
  expect(body.match(/<div role="img" aria-label="[^"]{40,}">/g)).toHaveLength(charts);
  expect(body.match(/<\/figure>\s*<details><summary>[^<]+<\/summary><div class="scroll"/g)).toHaveLength(charts);
  expect(new Set(body.match(/<svg id="[^"]+"/g)).size).toBe(charts);
});

test('a chart scrolls by itself where the screen is narrow, by keyboard too', () => {
  const scrolling = body.match(/<div class="scroll" tabindex="0" role="region" aria-label="[^"]+"><div role="img"/g);
  expect(scrolling).toHaveLength(chartsOf(report).length);
});

test('a column that says nothing is left out', () => {
  const headings = (caption: string) => {
    const table = body.slice(body.indexOf(`<caption>${caption}</caption>`));
    return table.slice(0, table.indexOf('</thead>'));
  };
  expect(headings('Emissions by provider')).toContain('>Coverage<');
  expect(headings('Cost by provider')).toContain('>Effective cost, USD<');
  expect(headings('Cost by provider')).not.toContain('>Coverage<');
});

test('headings go down by one, landmarks and labels are there, ids are unique', () => {
  const levels = [...body.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
  expect(levels[0]).toBe(1);
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  for (const [index, level] of levels.slice(1).entries()) expect(level - (levels[index] ?? 0)).toBeLessThanOrEqual(1);
  for (const landmark of ['<header', '<main', '<nav aria-label', '<footer']) expect(body).toContain(landmark);
  const ids = [...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, target] of body.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  expect(body.match(/<th(?! scope=)[ >]/g)).toBeNull();
});

test('location-based emissions stand before market-based ones', () => {
  expect(body.indexOf('location-based')).toBeLessThan(body.indexOf('market-based'));
});

test('a made-up company says so at the top and at the end, a real one nowhere', () => {
  expect(body.match(/class="badge">Synthetic: a made-up company/g)).toHaveLength(2);
  const real = buildReport({ ...sampleAnnex, meta: { ...sampleAnnex.meta, synthetic: false } });
  expect(renderHtml(real, {})).not.toContain('class="badge"');
});

test('an annex without figures is still a report that says what is not known', () => {
  const empty = {
    figures: [],
    factors: [],
    instruments: [],
    reconciliation: [],
    restatements: [],
    gaps: [],
    framework_index: [],
    evidence: [],
  };
  const text = renderHtml(buildReport({ ...sampleAnnex, ...empty }), {});
  for (const sentence of ['No gap is known', 'No training run was recorded', 'No emission factor was used'])
    expect(text).toContain(sentence);
  expect(text).not.toMatch(/NaN|undefined|null/);
});

test('what an agent could not read stands in words, other reasons as they are', () => {
  const [gap] = sampleAnnex.gaps;
  const gaps = ['counter-not-readable', 'no telemetry', 'in quarantine: a-b'].flatMap((reason) =>
    gap ? [{ ...gap, reason }] : [],
  );
  const text = renderHtml(buildReport({ ...sampleAnnex, gaps }), {});
  for (const words of ['agent: counter not readable', 'no telemetry', 'in quarantine: a-b'])
    expect(text).toContain(`>${words}<`);
});
