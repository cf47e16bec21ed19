import { readFileSync } from 'node:fs';

import fc from 'fast-check';

import { PAGE_LIMITS, Refused, type Sample, Tokenizer, tokenize } from '../../agent/scrape/tokenize.ts';
import { describeShared } from '../support/shared.ts';

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,12}$/);
const value = fc.oneof(fc.double(), fc.constant(Number.NaN), fc.constant(Infinity), fc.constant(-Infinity));
/** A label may hold any text: node_exporter's own pages have control characters in them. */
const labelText = fc.string({ unit: 'binary', maxLength: 8 }).filter((text) => text.isWellFormed());
const labels = fc
  .dictionary(fc.stringMatching(LABEL), fc.oneof(labelText, fc.constantFrom('a"b', 'a\\b', 'a\nb', '}', '\\n', ',')), {
    maxKeys: 4,
  })
  .map((pairs) => new Map(Object.entries(pairs)));
const sample: fc.Arbitrary<Sample> = fc.record({ name, labels, value });

/** As an exporter would write it. */
function render({ name, labels, value }: Sample): string {
  const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const pairs = [...labels].map(([label, text]) => `${label}="${escaped(text)}"`);
  const number = Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN';
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${number}`;
}

/** What a page gives when it comes in pieces cut at these places, or that it was refused. */
function inPieces(page: Uint8Array, cuts: readonly number[], limits = PAGE_LIMITS): readonly Sample[] | 'refused' {
  const places = [0, ...cuts.map((cut) => Math.min(cut, page.length)).sort((one, other) => one - other), page.length];
  try {
    const tokenizer = new Tokenizer(() => true, limits);
    for (const [index, from] of places.slice(0, -1).entries()) tokenizer.push(page.subarray(from, places[index + 1]));
    return tokenizer.end();
  } catch (error) {
    if (error instanceof Refused) return 'refused';
    throw error;
  }
}

const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 8 });
const bytes = (text: string) => new TextEncoder().encode(text);

describe('laws of the tokenizer', () => {
  test('what is written is read', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 10 }), (samples) => {
        const page = `# HELP x y\n# TYPE x counter\n${samples.map(render).join('\n')}\n`;
        const read = tokenize(page);
        expect(read.map(({ name }) => name)).toEqual(samples.map(({ name }) => name));
        expect(read.map(({ labels }) => [...labels])).toEqual(samples.map(({ labels }) => [...labels]));
        expect(read.map(({ value }) => value + 0)).toEqual(samples.map(({ value }) => value + 0));
      }),
    );
  });

  test('a page in pieces is the page', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 10 }), cuts, (samples, places) => {
        const page = bytes(samples.map(render).join('\n'));
        expect(inPieces(page, places)).toEqual(inPieces(page, []));
      }),
    );
  });

  test('any bytes are read or refused, the same in pieces and whole', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary', maxLength: 200 }).map(bytes),
      fc
        .string({
          unit: fc.constantFrom('a', '{', '}', '"', '\\', '=', ',', ' ', '\n', '1', '#', '\t', 'é'),
          maxLength: 60,
        })
        .map(bytes),
    );
    const limits = { bytes: 150, series: 3, line: 40, labels: 2 };
    fc.assert(
      fc.property(noise, cuts, (page, places) => {
        expect(inPieces(page, places)).toEqual(inPieces(page, []));
        expect(inPieces(page, places, limits)).toEqual(inPieces(page, [], limits));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a page', () => {
  const read = (page: string) =>
    tokenize(page).map(({ name, labels, value }) => [name, Object.fromEntries(labels), value]);

  test('of the documented example is read', () => {
    const page = [
      '# HELP http_requests_total The total number of HTTP requests.',
      '# TYPE http_requests_total counter',
      'http_requests_total{method="post",code="200"} 1027 1395066363000',
      '',
      '# Escaping in label values:',
      String.raw`msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9`,
      '  metric_without_timestamp_and_labels 12.47',
      'something_weird{problem="division by zero",} +Inf -3982045',
      'spaced { a = "b" , c="d" } nan',
    ].join('\r\n');
    expect(read(page)).toEqual([
      ['http_requests_total', { method: 'post', code: '200' }, 1027],
      [
        'msdos_file_access_time_seconds',
        { path: String.raw`C:\DIR\FILE.TXT`, error: 'Cannot find file:\n"FILE.TXT"' },
        1458255915,
      ],
      ['metric_without_timestamp_and_labels', {}, 12.47],
      ['something_weird', { problem: 'division by zero' }, Infinity],
      ['spaced', { a: 'b', c: 'd' }, Number.NaN],
    ]);
  });

  test('of OpenMetrics is read: exemplars are passed over, and nothing counts after # EOF', () => {
    const page = 'foo_bucket{le="1.0"} 17 1520879607.789 # {trace_id="a b"} 0.67 1.5e9\n# EOF\nfoo_total 3\n';
    expect(read(page)).toEqual([['foo_bucket', { le: '1.0' }, 17]]);
  });

  test('is taken apart only where its names are wanted', () => {
    expect(tokenize('unwanted{broken 1\nwanted 2\n', (name) => name === 'wanted')).toHaveLength(1);
  });

  test('cannot set what it should not: a label may have any name', () => {
    expect(tokenize('a{__proto__="x",constructor="y"} 1')[0]?.labels.get('__proto__')).toBe('x');
  });

  test.each([
    ['HTML', '<html><body>not found</body></html>', 'the name of a metric'],
    ['JSON', '[]', 'the name of a metric'],
    ['no reading', 'up\n', 'a reading after the name'],
    ['a reading that is none', 'up one', 'a number'],
    ['hexadecimal', 'up 0x10', 'a number'],
    ['labels that do not end', 'up{a="b" 1', 'labels in braces'],
    ['a label without quotes', 'up{a=b} 1', 'labels in braces'],
    ['a name that is none', 'up\u0000 1', 'a reading after the name'],
    ['a line that does not end', 'x'.repeat(PAGE_LIMITS.line + 1), 'lines of at most'],
    ['a label twice', 'up{a="b",a="c"} 1', 'each label once'],
    ['too many labels', `up{${Array.from({ length: 65 }, (_, n) => `l${n}="b"`).join()}} 1`, 'at most 64 labels'],
  ])('with %s is refused', (_, page, expected) => {
    expect(() => tokenize(page)).toThrow(Refused);
    expect(() => tokenize(page)).toThrow(`Cannot read the page: expected ${expected}`);
  });

  test('that is not UTF-8 is refused', () => {
    expect(() => tokenize(Uint8Array.of(0x75, 0x70, 0xff, 0x0a))).toThrow('expected UTF-8, got other bytes');
  });
});

describeShared('recorded pages', 'recorded/prom', (folder) => {
  const PAGES: readonly (readonly [path: string, samples: number])[] = [
    ['node-exporter/e2e-output.txt', 3000],
    ['cadvisor/prometheus_metrics.prom', 200],
    ['k8s-ai-conformance/dcgm__upcloud__NVIDIA-L40S__driver595.58.03__scrape1.prom', 21],
    ['triton-vllm-backend/README-sample.prom', 26],
    ['nvidia_gpu_exporter/linux-x86_64__nvidia-h100-mig__590.48.01__load.metrics', 50],
  ];

  test.each(PAGES)('%s are read to the last line', (path, atLeast) => {
    const text = readFileSync(`${folder}/${path}`, 'utf8');
    const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    const samples = tokenize(text);
    expect(samples.map(({ name }) => name)).toEqual(lines.map((line) => /^[^{ ]+/.exec(line)?.[0]));
    expect(samples.length).toBeGreaterThanOrEqual(atLeast);
  });
});
