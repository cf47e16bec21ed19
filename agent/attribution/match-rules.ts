import * as z from 'zod';

import type { WorkloadNames } from './workload.ts';
import type { Labels } from './workload-labels.ts';

/** As in the ledger (`lib/facts/columns.ts`); another word that a host says becomes `other`, as there. */
const WORKLOAD_TYPES = ['data_preparation', 'training', 'evaluation', 'deployment', 'inference', 'other'] as const;
const name = z.string().min(1);

/** Rules that name workloads on the host, in the words of the ledger's own; `command` is the command line of a process. */
export const workloadRulesSchema = z.array(
  z.strictObject({
    match: z.strictObject({
      label: z.record(name, name).optional(),
      pod: name.optional(),
      namespace: name.optional(),
      job: name.optional(),
      command: name.optional(),
    }),
    set: z.strictObject({
      project: name.optional(),
      model_id: name.optional(),
      workload_type: z.union([z.enum(WORKLOAD_TYPES), z.templateLiteral(['tag:', z.string().min(1)])]).optional(),
      workload_id: name.optional(),
    }),
  }),
);

export type WorkloadRule = z.infer<typeof workloadRulesSchema>[number];

/** What is known of a workload where the rules are asked. */
export interface Described {
  readonly labels: Labels;
  /** What the workload says of itself. */
  readonly own: Partial<WorkloadNames>;
  /** Which of the rules match the command line of its processes: their positions. */
  readonly commandRules: readonly number[];
}

/**
 * The four names of a workload. For each the first rule that matches and names it wins; where none does, what the workload
 * itself says stands; else null. So does the ledger (`lib/facts/workloads.ts`).
 */
export function namesOf(rules: readonly WorkloadRule[], { labels, own, commandRules }: Described): WorkloadNames {
  const matching = rules.filter((rule, index) => matches(rule, labels, commandRules.includes(index)));
  const said = (column: keyof WorkloadNames): string | null => {
    for (const { set } of matching) {
      const value = textOf(set[column], labels);
      if (value !== undefined) return value;
    }
    return own[column] ?? null;
  };
  return {
    project: said('project'),
    model_id: said('model_id'),
    workload_type: maybeWorkloadType(said('workload_type')),
    workload_id: said('workload_id'),
  };
}

/** Positions of the rules that look at a command line and whose pattern this one fits. */
export function rulesOfCommand(rules: readonly WorkloadRule[], command: string): number[] {
  return [...rules.entries()].flatMap(([index, { match }]) =>
    match.command !== undefined && isLike(command, match.command) ? [index] : [],
  );
}

/** Whether a text fits a pattern: `*` stands for any text, everything else for itself. */
export function isLike(text: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

function matches({ match }: WorkloadRule, labels: Labels, isCommand: boolean): boolean {
  const { label, command, ...named } = match;
  if (command !== undefined && !isCommand) return false;
  return Object.entries({ ...label, ...named }).every(
    ([key, pattern]) => pattern === undefined || (Object.hasOwn(labels, key) && isLike(labels[key] ?? '', pattern)),
  );
}

/** A fixed text, or `tag:<label>` for the value of a label; `undefined` where it names nothing. */
function textOf(said: string | undefined, labels: Labels): string | undefined {
  if (!said?.startsWith('tag:')) return said;
  const label = said.slice('tag:'.length);
  return Object.hasOwn(labels, label) ? labels[label] : undefined;
}

function maybeWorkloadType(said: string | null): string | null {
  return said === null || WORKLOAD_TYPES.some((type) => type === said) ? said : 'other';
}
