import { code, page, plain, table } from './markdown.ts';
import { describedSchema, keysOf, type SchemaNode } from './settings-schema.ts';

const READING = `One YAML file, \`joulebook.yaml\`. A wrong key or value stops every command with exit code 2 and one line a fault: path,
value, what is allowed. \`[]\` stands for each entry of a list. Relative paths start at the file's own folder. No secret stands
in it. A complete example: [example/joulebook.yaml](../example/joulebook.yaml).

For completion and checks in an editor, write this as the file's first line, with the path from your file:

    # yaml-language-server: $schema=docs/settings.schema.json`;

/** `docs/settings.md`: every key with its meaning, default and what is allowed. */
export function settingsPage(): string {
  const rows = [...keysOf(describedSchema())].map(({ path, node, isRequired }) => [
    code(path),
    plain(node.description ?? ''),
    isRequired ? 'required' : defaultOf(node),
    allowed(node),
  ]);
  return page('Settings', '`lib/settings/settings.ts`', [
    READING,
    table(['key', 'meaning', 'default', 'allowed'], rows),
  ]);
}

/** An object that may be left out takes the defaults of its keys. */
function defaultOf(node: SchemaNode): string {
  if (node.default === undefined) return 'none';
  return JSON.stringify(node.default) === '{}' ? 'those of its keys' : code(JSON.stringify(node.default));
}

function allowed(node: SchemaNode): string {
  if (node.anyOf) return node.anyOf.map(allowed).join(' or ');
  if (node.enum) return node.enum.map((value) => code(String(value))).join(', ');
  return (WORDS[node.type ?? ''] ?? (() => 'anything'))(node);
}

const WORDS: Readonly<Record<string, (node: SchemaNode) => string>> = {
  array: listWords,
  boolean: () => '`true`, `false`',
  integer: (node) => `whole number${boundsOf(node)}`,
  number: (node) => `number${boundsOf(node)}`,
  object: ({ properties }) => (properties ? 'keys below' : 'keys and texts'),
  string: ({ pattern }) => (pattern ? code(pattern) : 'text'),
};

function listWords({ minItems, items }: SchemaNode): string {
  const list = minItems ? 'list of at least one' : 'list';
  return items && !items.properties ? `${list}: ${allowed(items)}` : list;
}

function boundsOf({ minimum, exclusiveMinimum, maximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`;
}
