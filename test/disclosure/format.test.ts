import fc from 'fast-check';
import { printPeriod } from '../../lib/disclosure/dates.ts';
import { compare, decimalText, parseDecimal, roundAt } from '../../lib/disclosure/decimal.ts';
import {
  type Amount,
  allowedPlace,
  NOT_KNOWN,
  printAmount,
  printColumn,
  printEnds,
  printRange,
  printRatio,
  printTerm,
  printText,
} from '../../lib/disclosure/format.ts';

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.nat({ max: 12 }))
  .map(([digits, scale]) => decimalText({ digits, scale }));

describe('decimals', () => {
  test('reading and writing gives the text back', () => {
    fc.assert(
      fc.property(decimals, (text) =>
        expect(decimalText(parseDecimal(text))).toBe(text.replace(/^-(0(\.0+)?)$/, '$1')),
      ),
    );
  });

  test('rounding moves a value by at most half a unit of the place', () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: -12, max: 12 }), (text, place) => {
        const value = parseDecimal(text);
        const rounded = roundAt(value, place);
        const [low, high] = [-5n, 5n].map((half) => ({
          digits: rounded.digits * 10n ** BigInt(20 - rounded.scale) + half * 10n ** BigInt(place - 1 + 20),
          scale: 20,
        }));
        expect(low && compare(low, value)).toBeLessThanOrEqual(0);
        expect(high && compare(value, high)).toBeLessThanOrEqual(0);
      }),
    );
  });

  test.each(['NaN', '1e3', '+1', '01', '1,5', '', '.5', '1.'])('%s is no decimal', (text) => {
    expect(() => parseDecimal(text)).toThrow(/Cannot read a decimal: expected digits/);
  });
});

describe('the digits rule', () => {
  const around = (value: string, low: string, high: string): Amount => ({
    value,
    unit: 'kWh',
    u95_low: low,
    u95_high: high,
  });

  test('never shows a digit finer than a tenth of the half-width', () => {
    const amounts = fc.tuple(fc.integer({ min: 1, max: 10 ** 9 }), fc.integer({ min: 1, max: 10 ** 9 }));
    fc.assert(
      fc.property(amounts, ([value, half]) => {
        const amount = around(String(value), String(value - half), String(value + half));
        const place = allowedPlace(amount) ?? 0;
        const leading = String(value).length - 1;
        expect(place === leading || 10 ** place >= half / 100).toBe(true);
        expect(place).toBeLessThanOrEqual(leading);
      }),
    );
  });

  test.each([
    ['128341.2375', '112940', '143742', '128 MWh'],
    ['128341.2375', '89839', '166843', '130 MWh'],
    ['128341.2375', '128340', '128342', '128.3 MWh'],
    ['3', '0', '43', '3 kWh'],
  ])('%s kWh within %s to %s prints as %s', (value, low, high, printed) => {
    expect(printText(around(value, low, high))).toBe(printed);
  });

  test.each([
    ['999.96', 'kWh', '1\u202f000.0 kWh'],
    ['0.847', 'Wh', '0.847 Wh'],
    ['0.000847', 'Wh', '0.847 mWh'],
    ['-1300000', 'kgCO2e', '\u22121.300 ktCO₂e'],
    ['41233877', 'requests', '41\u202f233\u202f877 requests'],
    ['184203.3712', 'USD', 'USD 184\u202f203'],
    ['12.5', 'EUR', 'EUR 12.50'],
    ['0.0123456', 'USD per 1k requests', 'USD 0.0123 per 1\u202f000 requests'],
    ['9.97841', 'Wh/1k output_tokens', '9.978 Wh per 1\u202f000 output_tokens'],
    ['0', 'kWh', '0 kWh'],
    ['0.9731', 'ratio', '97.3%'],
  ])('without an interval %s %s prints as %s', (value, unit, printed) => {
    expect(printText({ value, unit })).toBe(printed);
  });

  test('both ends of an interval stand in the unit and at the place of the value', () => {
    expect(printRange(around('128341.2375', '112940.3', '143742.1'))).toBe('113–144 MWh');
    expect(printEnds(around('128341.2375', '112940.3', '143742.1'))).toBe('113–144');
    expect(printRange({ value: '5', unit: 'kWh' })).toBeUndefined();
    expect(printEnds({ value: '5', unit: 'kWh' })).toBeUndefined();
  });

  test('columns of one table share their unit, and take a larger one only for tens of it', () => {
    const kwh = (...values: string[]) => values.map((value) => ({ value, unit: 'kWh' }));
    expect(printColumn(kwh('1566', '4.2')).unit).toBe('kWh');
    expect(printColumn(kwh('15660', '4.2')).unit).toBe('MWh');
    expect(printColumn(kwh('4.2'), kwh('15660', '4.2'))).toEqual({ unit: 'MWh', numbers: ['0.0042'] });
  });

  test('money in a column of thousands is whole', () => {
    const column = printColumn(['12351.24', '296.13', '0.52'].map((value) => ({ value, unit: 'USD' })));
    expect(column.numbers.map((number) => number.trim())).toEqual(['12\u202f351', '296', '0.5']);
  });

  test('a small value in a column of large ones keeps its first digit', () => {
    const column = printColumn(['128341', '42.123', null, '0.2'].map((value) => ({ value, unit: 'kWh' })));
    expect(column.unit).toBe('MWh');
    expect(column.numbers.map((number) => number.trim())).toEqual(['128.3', '0.04', NOT_KNOWN, '0.0002']);
  });
});

test('what is not known is never printed as a number', () => {
  fc.assert(
    fc.property(fc.constantFrom('kWh', 'kgCO2e', 'USD', 'ratio', 'requests', 'something'), (unit) => {
      expect(printText({ value: null, unit })).toBe(NOT_KNOWN);
      expect(printAmount({ value: null, unit }).number).not.toMatch(/\d/);
    }),
  );
  expect(printRatio(null)).toBe(NOT_KNOWN);
});

test.each([
  ['1', '100%'],
  ['0.9999', '>99.9%'],
  ['0.99949', '99.9%'],
  ['0', '0%'],
  ['0.0001', '<0.1%'],
  ['1.2', '120.0%'],
])('the ratio %s prints as %s', (ratio, printed) => {
  expect(printRatio(ratio)).toBe(printed);
});

test('a period names its last day, not the day after it', () => {
  const period = (from: string, to: string) => printPeriod({ from, to });
  expect(period('2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z')).toBe('June 2026');
  expect(period('2026-06-01T00:00:00Z', '2026-06-16T00:00:00Z')).toBe('1 June 2026 to 15 June 2026');
  expect(period('2026-06-21T04:00:00Z', '2026-06-21T07:00:00Z')).toBe('21 June 2026');
});

test('one of a thing is not many', () => {
  expect([printTerm('1', 'runs'), printTerm('2', 'runs')]).toEqual(['1\u00a0run', '2\u00a0runs']);
  expect(printTerm('1', 'resource hours')).toBe('1\u00a0resource hour');
});
