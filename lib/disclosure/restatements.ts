import type { Annex, Figure, Restatement } from './annex.ts';
import { decimalText, parseDecimal, subtract } from './decimal.ts';
import { inputsOf } from './input-sets.ts';

/** Every figure whose value differs from an earlier version, also those that came or went; with what the evidence says of why. */
export function restatementsSince(previous: Reported, current: Reported, month: string): Restatement[] {
  const before = new Map(previous.figures.map((figure) => [nameOf(figure), figure]));
  const after = new Map(current.figures.map((figure) => [nameOf(figure), figure]));
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    if ((old?.value ?? null) === (now?.value ?? null)) return [];
    return [restatement({ old, now }, month, reasonOf({ old, now }, previous, current))];
  });
}

type Reported = Pick<Annex, 'figures' | 'input_sets'>;

/** A figure in both versions, or in one of them. */
interface Change {
  readonly old: Figure | undefined;
  readonly now: Figure | undefined;
}

function restatement({ old, now }: Change, month: string, reason: string): Restatement {
  const [figure] = [now, old].filter((each) => each !== undefined);
  if (!figure) throw new RangeError('Cannot restate: expected a figure before or after');
  const [from, to] = [old?.value ?? null, now?.value ?? null];
  return {
    figure_id: figure.id,
    dimensions: figure.dimensions,
    period: month,
    old: from,
    new: to,
    difference: from === null || to === null ? null : decimalText(subtract(parseDecimal(to), parseDecimal(from))),
    unit: figure.unit,
    reason,
  };
}

/** Late or restated files change the inputs; a new formula changes its version; the rest is settings or method. */
function reasonOf({ old, now }: Change, previous: Reported, current: Reported): string {
  if (!old) return 'newly reported';
  if (!now) return 'no longer reported';
  if (old.formula_id !== now.formula_id) return `formula ${old.formula_id} became ${now.formula_id}`;
  const [before, after] = [inputsOf(old, previous), inputsOf(now, current)];
  const known = new Set(before);
  const added = after.filter((input) => !known.has(input)).length;
  const dropped = before.length + added - after.length;
  if (added > 0 || dropped > 0)
    return `inputs changed: ${added} new ${added === 1 ? 'file' : 'files'}, ${dropped} superseded`;
  return 'settings or method changed';
}

function nameOf({ id, dimensions }: Figure): string {
  return `${id} ${JSON.stringify(dimensions)}`;
}
