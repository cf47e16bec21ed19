import type { Annex } from './annex.ts';
import { buildReport } from './build-report.ts';
import document from './document.typ' with { type: 'text' };
import { renderFiguresCsv } from './figures-csv.ts';
import { renderHtml } from './html.ts';
import { type Finding, lintAnnex } from './lint.ts';
import { chartsOf, typstView } from './typst.ts';

/** What the packages have to do; the same shape as the pipeline's `Renderers`, kept here beside its user. */
export interface DisclosureRenderers {
  /** Compiles a Typst document with the given files beside it into a PDF; the same input gives the same bytes. */
  pdf(main: string, files: Readonly<Record<string, Uint8Array>>, publishedAt: string): Promise<Uint8Array>;
  /** Renders a Vega-Lite specification as SVG text; the same input gives the same text. */
  chart(specification: unknown): Promise<string>;
}

/** An annex that a lint rule forbids to publish: the findings say which rule, which figure and what to mend. */
export class UnpublishableAnnex extends Error {
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(`Cannot publish the disclosure: ${findings.map(({ rule, message }) => `${rule}: ${message}`).join('; ')}`);
    this.name = 'UnpublishableAnnex';
    this.findings = findings;
  }
}

/**
 * The files of a disclosure by name: annex.json, figures.csv, index.html and disclosure.pdf; the same annex gives the same
 * bytes. Throws UnpublishableAnnex where a lint rule objects. manifest.json is the caller's, who has the hashes.
 */
export async function renderDisclosure(
  annex: Annex,
  renderers: DisclosureRenderers,
): Promise<Record<string, Uint8Array>> {
  const findings = lintAnnex(annex);
  if (findings.length > 0) throw new UnpublishableAnnex(findings);
  const report = buildReport(annex);
  const charts: Record<string, string> = {};
  for (const { name, specification } of chartsOf(report)) charts[name] = await renderers.chart(specification);
  const annexBytes = bytesOf(`${JSON.stringify(annex, null, 2)}\n`);
  return {
    'annex.json': annexBytes,
    'figures.csv': bytesOf(renderFiguresCsv(annex)),
    'index.html': bytesOf(renderHtml(report, charts)),
    'disclosure.pdf': await renderers.pdf(document, pdfFiles(annex, annexBytes, charts), annex.meta.published_at),
  };
}

function pdfFiles(
  annex: Annex,
  annexBytes: Uint8Array,
  charts: Readonly<Record<string, string>>,
): Record<string, Uint8Array> {
  const widths = Object.fromEntries(Object.entries(charts).map(([name, svg]) => [name, widthOf(svg)]));
  const pictures = Object.entries(charts).map(([name, svg]) => [`${name}.svg`, bytesOf(svg)]);
  const view = bytesOf(JSON.stringify(typstView(annex, widths)));
  return { 'view.json': view, 'annex.json': annexBytes, ...Object.fromEntries(pictures) };
}

function widthOf(svg: string): number {
  return Number(/ width="(\d+(?:\.\d+)?)"/.exec(svg)?.[1] ?? 0);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text.toWellFormed());
}
