/** One series of an exposition: its name, labels and value. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** As it stood there. */
  readonly text: string;
}

const NAME = /^[a-z][a-z0-9_]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|$)/s;
const VALUE = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;
/** Units that `promtool check metrics` asks to be written as base units. */
const OTHER_UNITS =
  /_(?:milliseconds|ms|minutes|hours|kwh|kilowatt\w*|kilobytes|megabytes|milligrams|kilograms|percent)(?:_|$)/;

/** `promtool check metrics` takes no name that holds the name of a type. */
const TYPE_IN_NAME = /_(?:counter|gauge|histogram|summary)(?:_|$)/;

/**
 * Reads the Prometheus text format 0.0.4 as strictly as `promtool check metrics`: HELP, then TYPE, then the series of one
 * family together; no series twice; counters end in `_total` and nothing else does; base units. Throws with the line.
 */
export function readExposition(text: string): Series[] {
  if (!text.endsWith('\n')) throw new Error('Cannot read an exposition: expected a line end at the end');
  const reader = new Reader();
  for (const line of text.slice(0, -1).split('\n')) reader.read(line);
  return reader.series;
}

class Reader {
  readonly series: Series[] = [];
  readonly #helped = new Set<string>();
  readonly #typed = new Set<string>();
  readonly #seen = new Set<string>();
  #help = '';
  #family = { name: '', type: '' };

  read(line: string): void {
    if (line.startsWith('# HELP ')) this.#readHelp(line);
    else if (line.startsWith('# TYPE ')) this.#readType(line);
    else this.#readSample(line);
  }

  #readHelp(line: string): void {
    const [, name = '', help = ''] = /^# HELP (\S+) (.+)$/.exec(line) ?? [];
    check(help !== '' && !/\\(?![\\n])/.test(help) && !this.#helped.has(name), line);
    this.#helped.add(name);
    this.#help = name;
  }

  #readType(line: string): void {
    const [, name = '', type = ''] = /^# TYPE (\S+) (counter|gauge)$/.exec(line) ?? [];
    check(NAME.test(name) && name === this.#help && !this.#typed.has(name), line);
    check(name.endsWith('_total') === (type === 'counter') && !OTHER_UNITS.test(name), line);
    check(!TYPE_IN_NAME.test(name), line);
    this.#typed.add(name);
    this.#family = { name, type };
  }

  #readSample(line: string): void {
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    check(name === this.#family.name && VALUE.test(value), line);
    check(this.#family.type === 'gauge' || !/^-|NaN|Inf/.test(value), line);
    const sample = { name, labels: labelsIn(labels, line), value: numberIn(value), text: value };
    const key = JSON.stringify([name, Object.entries(sample.labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
    check(!this.#seen.has(key), `${line} (twice)`);
    this.#seen.add(key);
    this.series.push(sample);
  }
}

function labelsIn(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const [whole = '', name = '', value = ''] = LABEL.exec(rest) ?? [];
    check(whole !== '' && !name.startsWith('__') && !(name in labels), line);
    labels[name] = value.replaceAll(/\\(.)/gs, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    rest = rest.slice(whole.length);
  }
  return labels;
}

function numberIn(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function check(isRight: boolean, line: string): void {
  if (!isRight) throw new Error(`Cannot read an exposition: wrong line ${line}`);
}
