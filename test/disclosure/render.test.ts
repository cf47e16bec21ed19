import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { decodePDFRawStream, PDFDocument, PDFName, PDFRawStream } from 'pdf-lib';

import { openTypst } from '../../lib/adapters/typst-pdf.ts';
import { openVegaCharts } from '../../lib/adapters/vega-charts.ts';
import { buildReport } from '../../lib/disclosure/build-report.ts';
import { type DisclosureRenderers, renderDisclosure } from '../../lib/disclosure/render.ts';
import { chartsOf } from '../../lib/disclosure/typst.ts';
import { ODD_NAMES, sampleAnnex } from './sample-annex.ts';

const openRenderers = async (): Promise<DisclosureRenderers> => ({
  pdf: await openTypst(),
  chart: await openVegaCharts(),
});
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const isThere = spawnSync('pdftotext', ['-v']).error === undefined;
if (!isThere)
  process.stderr.write(
    'Skipped: pdftotext is not installed: the text of the PDF is not read back (apt-get install poppler-utils)\n',
  );

let renderers: DisclosureRenderers;
let files: Record<string, Uint8Array>;

beforeAll(async () => {
  renderers = await openRenderers();
  files = await renderDisclosure(sampleAnnex, renderers);
});

const bytesOf = (name: string) => files[name] ?? new Uint8Array();

test('a disclosure is four files', () => {
  expect(Object.keys(files)).toEqual(['annex.json', 'figures.csv', 'index.html', 'disclosure.pdf']);
  expect(JSON.parse(new TextDecoder().decode(files['annex.json']))).toEqual(sampleAnnex);
});

test('the same annex gives the same bytes, from the same renderers and from new ones', async () => {
  const digests = (own: Record<string, Uint8Array>) =>
    Object.entries(own).map(([name, bytes]) => [name, sha256(bytes)]);
  const again = await renderDisclosure(structuredClone(sampleAnnex), renderers);
  const anew = await renderDisclosure(structuredClone(sampleAnnex), await openRenderers());
  expect(digests(again)).toEqual(digests(files));
  expect(digests(anew)).toEqual(digests(files));
});

test('a name with control characters is printed without them, and one of a book’s length shortened', async () => {
  const name = `tab\there\u001b[31m bell\u0007 nul\u0000 ${'x'.repeat(65_536)}`;
  const figures = sampleAnnex.figures.map((figure) =>
    figure.dimensions['project'] === ODD_NAMES.formula ? { ...figure, dimensions: { project: name } } : figure,
  );
  const rendered = await renderDisclosure({ ...sampleAnnex, figures }, renderers);
  expect(rendered['disclosure.pdf']?.length).toBeGreaterThan(10_000);
  const page = new TextDecoder().decode(rendered['index.html']);
  expect(page).toMatch(/<bdi>tab[^<]{253}…<\/bdi>/);
});

test('the report is small enough to mail', () => {
  expect(bytesOf('disclosure.pdf').length).toBeLessThan(400_000);
  expect(bytesOf('index.html').length).toBeLessThan(400_000);
});

describe('the PDF', () => {
  let pdf: PDFDocument;
  let metadata: string;

  beforeAll(async () => {
    pdf = await PDFDocument.load(bytesOf('disclosure.pdf'), { updateMetadata: false });
    const stream = pdf.catalog.lookup(PDFName.of('Metadata'));
    metadata = stream instanceof PDFRawStream ? new TextDecoder().decode(decodePDFRawStream(stream).decode()) : '';
  });

  test('claims PDF/A-3a and PDF/UA-1, with title and language', () => {
    expect(metadata).toContain('<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>');
    expect(metadata).toContain('<pdfuaid:part>1</pdfuaid:part>');
    expect(metadata).toContain('Energy, carbon and cost of AI, June 2026');
    expect(String(pdf.catalog.get(PDFName.of('Lang')))).toBe('(en)');
    expect(String(pdf.catalog.lookup(PDFName.of('ViewerPreferences')))).toContain('/DisplayDocTitle true');
    expect(pdf.catalog.get(PDFName.of('StructTreeRoot'))).toBeDefined();
  });

  test('is dated when the disclosure was published, not when it was made', () => {
    expect(metadata).toContain('<xmp:CreateDate>2026-07-06T08:00:00Z</xmp:CreateDate>');
    expect(new Set(metadata.match(/\d{4}-\d\d-\d\dT[\d:]+/g))).toEqual(new Set(['2026-07-06T08:00:00']));
  });

  test('carries the annex', () => {
    const attached = pdf.context
      .enumerateIndirectObjects()
      .flatMap(([, object]) =>
        object instanceof PDFRawStream && String(object.dict).includes('/EmbeddedFile') ? [object] : [],
      );
    const contents = attached.map((stream) => sha256(decodePDFRawStream(stream).decode()));
    expect(contents).toEqual([sha256(bytesOf('annex.json'))]);
  });

  (isThere ? test : test.skip)('says on every page whose it is, and that the company is made up', () => {
    const text = spawnSync('pdftotext', ['-layout', '-', '-'], { input: bytesOf('disclosure.pdf') }).stdout.toString();
    const pages = text.split('\f').filter((page) => page.trim() !== '');
    expect(pages.length).toBe(pdf.getPageCount());
    for (const page of pages) {
      expect(page).toContain('Synthetic: a made-up company');
      expect(page).toContain('June 2026');
      expect(page).toContain(sampleAnnex.meta.organisation);
    }
    for (const [index, page] of pages.entries())
      if (index > 0) expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
    expect(pages[0]).toContain(sampleAnnex.meta.book_manifest_sha256);
    expect(text).toContain('<script>alert(1)</script>'.slice(0, 8));
    expect(text).toContain('not known');
    for (const { sha256: hash } of sampleAnnex.evidence) expect(text).toContain(hash);
  });
});

describe('the charts', () => {
  test('are SVG without scripts, and names in them are text', async () => {
    for (const { specification } of chartsOf(buildReport(sampleAnnex))) {
      const svg = await renderers.chart(specification);
      expect(svg).toMatch(/^<svg /);
      expect(svg).not.toMatch(/<script|<foreignObject|\son\w+=|NaN|undefined|null/);
    }
  });

  test('keep within their width whatever a name is', async () => {
    for (const { specification } of chartsOf(buildReport(sampleAnnex))) {
      const width = Number(/ width="(\d+)"/.exec(await renderers.chart(specification))?.[1]);
      expect(width).toBeGreaterThan(300);
      expect(width).toBeLessThanOrEqual(530);
    }
    expect(ODD_NAMES.long).toHaveLength(200);
  });
});

test('a document that Typst refuses is an error that says where', async () => {
  await expect(renderers.pdf('#let x = ', {}, '2026-07-06T08:00:00Z')).rejects.toThrow(
    /Cannot set the disclosure as PDF: .*expected expression/,
  );
});
