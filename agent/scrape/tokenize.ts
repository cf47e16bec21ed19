/** One sample of a page in the Prometheus text format, with its labels in the order of the page. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** What a page may hold: whoever sends more is refused. */
export interface PageLimits {
  readonly bytes: number;
  /** Samples of wanted names. */
  readonly series: number;
  /** Characters of one line. */
  readonly line: number;
  readonly labels: number;
}

/** The page of a target cannot be used, or did not come: the target failed this once. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** node_exporter answers with 60 kB to 370 kB, cAdvisor and kube-state-metrics with a few MB. */
export const PAGE_LIMITS: PageLimits = { bytes: 16 * 1024 * 1024, series: 10_000, line: 16_384, labels: 64 };

const BLANKS = /[ \t\r]*/y;
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"([^"\\]*(?:\\.[^"\\]*)*)"[ \t]*(?:,|(?=\}))/y;
/** Reading, instant (not read: the scrape has its own), exemplar of OpenMetrics. */
const REST = /[ \t]*([^ \t]+)(?:[ \t]+-?[0-9.]+(?:[eE][+-]?[0-9]+)?)?[ \t]*(?:#.*)?$/y;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NOT_FINITE = /^(?:nan|([+-]?)inf(?:inity)?)$/i;
const ESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };
/**
 * Reads a page of the Prometheus text format 0.0.4, and of OpenMetrics 1.0 as far as it is the same
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), piece by piece as it comes. Only wanted names are taken
 * apart: of any other line nothing is read but its name. Throws `Refused`, and nothing else; after that it takes no more.
 */
export class Tokenizer {
  readonly #isWanted: (name: string) => boolean;
  readonly #limits: PageLimits;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #samples: Sample[] = [];
  #bytes = 0;
  #rest = '';
  #hasEnded = false;

  constructor(isWanted: (name: string) => boolean, limits: PageLimits = PAGE_LIMITS) {
    this.#isWanted = isWanted;
    this.#limits = limits;
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.bytes) throw refused(`at most ${this.#limits.bytes} bytes`, 'more');
    this.#read(this.#textOf(chunk));
  }

  /** The wanted samples of the whole page, in its order. */
  end(): readonly Sample[] {
    this.#read(`${this.#textOf()}\n`);
    return this.#samples;
  }

  #textOf(chunk?: Uint8Array): string {
    try {
      return this.#decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw refused('UTF-8', 'other bytes');
    }
  }

  #read(text: string): void {
    const whole = this.#rest + text;
    let from = 0;
    for (let end = whole.indexOf('\n'); end >= 0; end = whole.indexOf('\n', from)) {
      this.#readLine(whole.slice(from, end));
      from = end + 1;
    }
    this.#rest = whole.slice(from);
    this.#checkLength(this.#rest);
  }

  #readLine(line: string): void {
    this.#checkLength(line);
    const start = afterBlanks(line, 0);
    if (this.#hasEnded || start === line.length) return;
    if (line.charAt(start) === '#') {
      this.#hasEnded = line.trim() === '# EOF';
      return;
    }
    NAME.lastIndex = start;
    const name = NAME.exec(line)?.[0];
    if (!name) throw refused('the name of a metric', line);
    if (this.#isWanted(name)) this.#keep(parseSample(name, line, NAME.lastIndex, this.#limits.labels));
  }

  #keep(sample: Sample): void {
    if (this.#samples.length >= this.#limits.series) throw refused(`at most ${this.#limits.series} series`, 'more');
    this.#samples.push(sample);
  }

  #checkLength(line: string): void {
    if (line.length > this.#limits.line)
      throw refused(`lines of at most ${this.#limits.line} characters`, 'a longer one');
  }
}

/** A whole page at once. Throws `Refused`. */
export function tokenize(
  page: string | Uint8Array,
  isWanted: (name: string) => boolean = () => true,
  limits: PageLimits = PAGE_LIMITS,
): readonly Sample[] {
  const tokenizer = new Tokenizer(isWanted, limits);
  tokenizer.push(typeof page === 'string' ? new TextEncoder().encode(page) : page);
  return tokenizer.end();
}

function afterBlanks(line: string, at: number): number {
  BLANKS.lastIndex = at;
  BLANKS.test(line);
  return BLANKS.lastIndex;
}

function parseSample(name: string, line: string, at: number, most: number): Sample {
  const next = afterBlanks(line, at);
  const hasLabels = line.charAt(next) === '{';
  if (!hasLabels && next === at) throw refused('a reading after the name', line);
  const { labels, end } = hasLabels ? parseLabels(line, next + 1, most) : { labels: NO_LABELS, end: next };
  REST.lastIndex = end;
  const reading = REST.exec(line.trimEnd())?.[1];
  if (reading === undefined) throw refused('a reading after the name', line);
  return { name, labels, value: numberIn(reading, line) };
}

const NO_LABELS: ReadonlyMap<string, string> = new Map();

function parseLabels(line: string, from: number, most: number): { labels: ReadonlyMap<string, string>; end: number } {
  const labels = new Map<string, string>();
  let at = from;
  LABEL.lastIndex = at;
  for (let pair = LABEL.exec(line); pair; pair = LABEL.exec(line)) {
    const [, key = '', quoted = ''] = pair;
    if (labels.has(key)) throw refused('each label once', line);
    if (labels.size >= most) throw refused(`at most ${most} labels`, line);
    labels.set(
      key,
      quoted.includes('\\') ? quoted.replaceAll(/\\[\\"n]/g, (escaped) => ESCAPED[escaped] ?? escaped) : quoted,
    );
    at = LABEL.lastIndex;
  }
  const end = afterBlanks(line, at);
  if (line.charAt(end) !== '}') throw refused('labels in braces', line);
  return { labels, end: end + 1 };
}

function numberIn(text: string, line: string): number {
  if (NUMBER.test(text)) return Number(text);
  const [found, sign] = NOT_FINITE.exec(text) ?? [];
  if (found === undefined) throw refused('a number', line);
  if (sign === undefined) return Number.NaN;
  return sign === '-' ? -Infinity : Infinity;
}

function refused(expected: string, found: string): Refused {
  const printable = found.slice(0, 60).replaceAll(/[^\u0020-\uffff]/g, '?');
  return new Refused(`Cannot read the page: expected ${expected}, got ${printable}`);
}
