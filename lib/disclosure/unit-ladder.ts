/** One unit of a family: `MWh` is 10³ times the family's base. */
export interface Step {
  readonly symbol: string;
  readonly power: number;
}

/** What a unit of the annex may be printed in. */
export interface Ladder {
  readonly kind: 'quantity' | 'money' | 'ratio' | 'count';
  readonly steps: readonly Step[];
  /** The step that the annex's value is in. */
  readonly start: Step;
  /** What follows a composed unit: ` per 1 000 requests`; empty for a plain one. */
  readonly suffix: string;
}

const step = (symbol: string, power: number): Step => ({ symbol, power });

const FAMILIES: readonly (readonly Step[])[] = [
  [step('mWh', -6), step('Wh', -3), step('kWh', 0), step('MWh', 3), step('GWh', 6), step('TWh', 9)],
  [step('mgCO2e', -6), step('gCO2e', -3), step('kgCO2e', 0), step('tCO2e', 3), step('ktCO2e', 6), step('MtCO2e', 9)],
];

const COUNTS = ['1', 'requests', 'tokens', 'steps', 'samples', 'images', 'runs', 'rows'];
const CURRENCY = /^[A-Z]{3}$/;

/** The ladder of a unit such as `kWh`, `gCO2e/1k requests` or `USD`; a unit that nobody knows is its own only step. */
export function ladderOf(unit: string): Ladder {
  const [, base = unit, suffix = ''] = /^(\S+?)(?:\s*\/\s*|\s+per\s+)(.+)$/.exec(unit) ?? [];
  for (const steps of FAMILIES) {
    const start = steps.find(({ symbol }) => symbol === base);
    if (start) return { kind: 'quantity', steps, start, suffix: suffix && ` per ${spellCount(suffix)}` };
  }
  const start = step(base, 0);
  return { kind: kindOf(base), steps: [start], start, suffix: suffix && ` per ${spellCount(suffix)}` };
}

/** The unit as it is printed: `kgCO₂e`, `Wh per 1 000 requests`; empty for a ratio or a bare number. */
export function symbolOf(ladder: Ladder, chosen: Step): string {
  if (ladder.kind === 'ratio' || chosen.symbol === '1') return ladder.suffix.trim();
  return `${chosen.symbol.replace('CO2e', 'CO₂e')}${ladder.suffix}`;
}

function kindOf(base: string): Ladder['kind'] {
  if (base === 'ratio') return 'ratio';
  if (CURRENCY.test(base)) return 'money';
  return COUNTS.includes(base) ? 'count' : 'quantity';
}

function spellCount(suffix: string): string {
  return suffix.replace(/^1k\b|^1,?000\b/, '1\u202f000');
}
