import type { Annex, Figure } from './annex.ts';

/** A longer list of files stands once in the annex, whatever the number of figures that rest on it. */
const LONGEST_LIST = 256;

/** Lists of files as the figures name them, by whatever they were asked for, and the sets that they name. */
export interface NamedInputs {
  readonly inputs: ReadonlyMap<string, readonly string[]>;
  readonly sets: Readonly<Record<string, readonly string[]>>;
}

/**
 * Names lists of SHA-256: a short one by its files, a long one by the set that they are. A set is named by the SHA-256 of its
 * hashes in order, a line each, so that the same files have the same name in every month.
 */
export function nameInputs(
  lists: ReadonlyMap<string, readonly string[]>,
  fingerprint: (bytes: Uint8Array) => string,
): NamedInputs {
  const sets: Record<string, readonly string[]> = {};
  const nameOf = (files: readonly string[]): readonly string[] => {
    if (files.length <= LONGEST_LIST) return files;
    const name = fingerprint(new TextEncoder().encode(files.map((file) => `${file}\n`).join('')));
    sets[name] = files;
    return [name];
  };
  return { inputs: new Map([...lists].map(([id, files]) => [id, nameOf(files)])), sets };
}

/** SHA-256 of every landed file behind a figure, whether it names them or their set. */
export function inputsOf({ inputs }: Pick<Figure, 'inputs'>, { input_sets: sets = {} }: Sets): readonly string[] {
  return inputs.flatMap((input) => sets[input] ?? [input]);
}

type Sets = Pick<Annex, 'input_sets'>;
