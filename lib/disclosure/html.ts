import { DARK_TWINS } from './charts.ts';
import style from './page.css' with { type: 'text' };
import type {
  Block,
  Cell,
  Chart,
  Cover,
  Entry,
  Paragraph,
  Report,
  Section,
  Signature,
  Table,
  TableColumn,
  Tile,
} from './report.ts';
import { en, type Texts } from './texts/en.ts';

/** No script, no request, nothing from outside: the page is what the file is. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The report as one self-contained page without scripts; `charts` has the SVG text of each chart by name. Every name in it is inert. */
export function renderHtml(report: Report, charts: Readonly<Record<string, string>>, texts: Texts = en): string {
  const { cover, sections } = report;
  const heading = `${cover.organisation}: ${cover.title}, ${cover.month}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(POLICY)}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(heading)}</title>
<style>
${style}${darkCharts()}</style>
</head>
<body>
<a class="skip" href="#report">${escapeHtml(texts.html.skip)}</a>
<header class="masthead"><div class="frame">${masthead(cover)}</div></header>
<main id="report" class="frame">
${coverHtml(cover)}
<nav aria-label="${escapeHtml(texts.html.contents)}"><p class="contents">${escapeHtml(texts.html.contents)}</p><ol>
${sections.map(({ id, title }) => `<li><a href="#${escapeHtml(id)}">${escapeHtml(title)}</a></li>`).join('\n')}
</ol></nav>
${sections.map((section) => sectionHtml(section, charts, texts)).join('\n')}
</main>
<footer><div class="frame">${masthead(cover)}</div></footer>
</body>
</html>
`;
}

/** Text that a browser shows and never obeys: valid Unicode, no mark-up, quotes safe in attributes. */
export function escapeHtml(text: string): string {
  const inert: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.toWellFormed().replace(/[&<>"']/g, (character) => inert[character] ?? character);
}

function masthead({ organisation, month, status, version, synthetic }: Cover): string {
  const parts = [
    `<strong><bdi>${escapeHtml(organisation)}</bdi></strong>`,
    ...[month, status, version].map((part) => `<span>${escapeHtml(part)}</span>`),
  ];
  return [...parts, synthetic === null ? '' : `<span class="badge">${escapeHtml(synthetic)}</span>`].join('\n');
}

function coverHtml({ title, month, status, version, statement, reasons, tiles, facts }: Cover): string {
  return `<h1>${escapeHtml(title)}</h1>
<p class="month">${escapeHtml(month)}</p>
<section class="status" aria-label="${escapeHtml(status)}"><p><strong>${escapeHtml(status)}</strong> ${escapeHtml(version)}</p><p>${escapeHtml(statement)}</p>${
    reasons.length > 0 ? `<ul>${reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>` : ''
  }</section>
${tilesHtml(tiles)}
${entriesHtml(facts)}`;
}

function sectionHtml({ id, title, blocks }: Section, charts: Readonly<Record<string, string>>, texts: Texts): string {
  return `<section id="${escapeHtml(id)}" aria-labelledby="${escapeHtml(id)}-title">
<h2 id="${escapeHtml(id)}-title">${escapeHtml(title)}</h2>
${blocks.map((block) => blockHtml(block, charts, texts)).join('\n')}
</section>`;
}

function blockHtml(block: Block, charts: Readonly<Record<string, string>>, texts: Texts): string {
  switch (block.kind) {
    case 'paragraph':
      return paragraphHtml(block);
    case 'table':
      return tableHtml(block);
    case 'chart':
      return chartHtml(block, charts[block.name] ?? '', texts);
    case 'entries':
      return entriesHtml(block.entries);
    case 'signature':
      return signatureHtml(block);
  }
}

function paragraphHtml({ text, tone }: Paragraph): string {
  return `<p${tone === 'plain' ? '' : ` class="${tone}"`}>${escapeHtml(text)}</p>`;
}

function tilesHtml(tiles: readonly Tile[]): string {
  const shown = tiles.map(
    ({ label, number, unit, note, figure }) =>
      `<li class="tile"${figureMark(figure)}><span class="label">${escapeHtml(label)}</span><span class="big">${escapeHtml(number)}</span> <span class="unit">${escapeHtml(unit)}</span><span class="note">${escapeHtml(note)}</span></li>`,
  );
  return `<ul class="tiles">\n${shown.join('\n')}\n</ul>`;
}

/** Wide tables scroll by themselves, by keyboard too; the page never does. */
function tableHtml({ caption, columns, rows, total, note }: Table): string {
  const head = columns.map(
    ({ heading, look }) => `<th scope="col"${look === 'number' ? ' class="number"' : ''}>${escapeHtml(heading)}</th>`,
  );
  const body = rows.map((row) => rowHtml(row, columns)).join('\n');
  const foot = total.length > 0 ? `\n<tfoot>${rowHtml(total, columns)}</tfoot>` : '';
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table>
<caption>${escapeHtml(caption)}</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body}
</tbody>${foot}
</table></div>${note === '' ? '' : `\n<p class="note">${escapeHtml(note)}</p>`}`;
}

function rowHtml(row: readonly Cell[], columns: readonly TableColumn[]): string {
  const cells = row.map(({ text, figure }, index) => {
    if (index === 0) return `<th scope="row"><bdi>${escapeHtml(text)}</bdi></th>`;
    const look = columns[index]?.look;
    if (look === 'code') return `<td><code>${escapeHtml(text)}</code></td>`;
    return `<td${look === 'number' ? ' class="number"' : ''}${figureMark(figure)}>${escapeHtml(text)}</td>`;
  });
  return `<tr>${cells.join('')}</tr>`;
}

function chartHtml({ name, title, alt, table }: Chart, svg: string, texts: Texts): string {
  return `<figure class="chart"><figcaption>${escapeHtml(title)}</figcaption>
<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(title)}"><div role="img" aria-label="${escapeHtml(alt)}">${ownIds(svg, name)}</div></div></figure>
<details><summary>${escapeHtml(texts.html.numbers)}</summary>${tableHtml(table)}</details>`;
}

function entriesHtml(entries: readonly Entry[]): string {
  const shown = entries.map(
    ({ term, text, code }) =>
      `<dt>${escapeHtml(term)}</dt><dd>${code ? `<code>${escapeHtml(text)}</code>` : escapeHtml(text)}</dd>`,
  );
  return `<dl>\n${shown.join('\n')}\n</dl>`;
}

function signatureHtml({ lines }: Signature): string {
  return `<p class="signature">${lines.map((line) => `<span>${escapeHtml(line)}</span>`).join('')}</p>`;
}

function figureMark(figure: string | null): string {
  return figure === null ? '' : ` data-figure="${escapeHtml(figure)}"`;
}

/** Pictures of one page share its names: each chart's own ids get the chart's name. */
function ownIds(svg: string, name: string): string {
  return svg
    .toWellFormed()
    .replace(/ id="([^"]+)"/g, ` id="${name}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${name}-$1)`);
}

function darkCharts(): string {
  const rules = DARK_TWINS.map(([light, dark]) => `.chart svg [fill="${light}"] { fill: ${dark}; }`);
  return `@media (prefers-color-scheme: dark) {\n${rules.join('\n')}\n}\n`;
}
