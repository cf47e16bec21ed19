import { KPIS, type Kpi } from '../../lib/kpis/catalogue.ts';
import { code, page, table } from './markdown.ts';

const READING = `Every figure of \`annex.json\`. Each carries, beside its value: scope and category, basis mix, boundary, coverage,
interval, numerator and denominator, factor ids and the SHA-256 of the landed files behind it. Its \`formula_id\` is id and
version, for instance \`energy.it@1\`; the version counts up when the meaning changes, and
[the change log](../CHANGELOG.md#figures-restated) then says by how much figures moved. Only the disclosure rounds.`;

/** What lies behind a figure's energy; told at each figure that rests on energy. */
const ENERGY_BEHIND: Readonly<Record<Kpi['energy'], string>> = {
  ledger: 'all energy of the cut',
  market: 'all energy of the cut, with the market-based factors',
  idle: 'idle lines of the cut, with the coverage of all its energy',
  unattributed: 'lines of the cut that no workload is known for, with the coverage of all its energy',
  requests: 'inference whose requests are counted',
  output_tokens: 'inference whose output tokens are counted',
  runs: 'training and batch runs',
  goals:
    'that of all runs on the way to the goal; in total of all runs but those on the way to a goal of which nobody knows whether it was reached',
  nothing: 'none',
  neither: 'none, and no scope',
};

/** `docs/kpi-catalogue.md`: every figure with its unit, standard, inputs, notes and the remarks of its query. */
export function kpiCatalogue(): string {
  const overview = table(
    ['figure', 'label', 'unit'],
    KPIS.map(({ id, label, unit }) => [`[${code(id)}](#${anchor(id)})`, label, unit]),
  );
  return page('KPI catalogue', '`lib/kpis/catalogue.ts` and the headers of `lib/kpis/figures/*.sql`', [
    READING,
    overview,
    ...KPIS.map(article),
  ]);
}

function article(kpi: Kpi): string {
  const remarks = headerOf(kpi.sql);
  const rows = [
    ['label', kpi.label],
    ['unit', kpi.unit],
    ['grain', remarks.said['Grain'] ?? ''],
    ['formula id', code(`${kpi.id}@${kpi.version}`)],
    ['standard', kpi.standard],
    ['facts behind it', kpi.reads.map(code).join(', ')],
    ['energy behind it', ENERGY_BEHIND[kpi.energy]],
    ['includes PUE', kpi.includes_pue ? 'yes' : 'no'],
    ['emissions method', kpi.method ?? 'none'],
    ['method notes', notesOf(kpi).join(', ') || 'none'],
  ];
  const notes = remarks.words.length > 0 ? `\n\n${remarks.words.join(' ')}` : '';
  return `## ${kpi.id}\n\n${sentence(remarks.said['KPI'] ?? kpi.label)}${notes}\n\n${table(['', ''], rows)}`;
}

/** The first comment lines of a query: `-- Word   what it says`, then remarks in words. */
function headerOf(sql: string): { readonly said: Readonly<Record<string, string>>; readonly words: string[] } {
  const lines = sql.split('\n');
  const header = lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('--')),
    )
    .map((line) => line.slice(3));
  const named = header.flatMap((line) => {
    const [, word, text] = /^(KPI|Unit|Grain|Reads) +(.+)$/.exec(line) ?? [];
    return word && text ? [[word, text] as const] : [];
  });
  const words = header.filter((line) => !/^(KPI|Unit|Grain|Reads) /.test(line));
  return {
    said: Object.fromEntries(named),
    words: words.map((line, index) => (/^[a-z]/.test(words[index + 1] ?? '') ? line : endOf(line))),
  };
}

/** A remark is a sentence, unless the line below runs on in small letters. */
function endOf(line: string): string {
  return /[.,;:]$/.test(line) ? line : `${line}.`;
}

/** `energy.it: electricity of …` as a sentence of its own. */
function sentence(text: string): string {
  const words = text.replace(/^[a-z0-9_.]+: /, '');
  return endOf(`${words.charAt(0).toUpperCase()}${words.slice(1)}`);
}

/** The notes that say what goes into a figure, as its entry in the catalogue tells. */
function notesOf({ id, energy, includes_pue: includesPue, method, reads, sql }: Kpi): string[] {
  const isOfEnergy = energy !== 'nothing' && energy !== 'neither';
  const rests = isOfEnergy && id !== 'quality.coverage';
  const notes: readonly (readonly [string, boolean])[] = [
    ['winner-rule', isOfEnergy],
    ['attribution', isOfEnergy && reads.includes('fct_energy')],
    ['modelled-energy', rests && reads.includes('fct_cost')],
    ['pue', includesPue && isOfEnergy],
    ['grid-factors', reads.includes('fct_grid_intensity')],
    ['market-based', method === 'market'],
    ['embodied-carbon', /embodied/.test(sql)],
    ['uncertainty', rests && !id.startsWith('quality.')],
  ];
  return notes.filter(([, isBehind]) => isBehind).map(([note]) => `[${note}](methods/${note}.md)`);
}

/** As code hosts make anchors of headings: letters, digits, `-` and `_` stay. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
