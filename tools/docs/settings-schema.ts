import { z } from 'zod';

import { settingsSchema } from '../../lib/settings/settings.ts';
import { SETTING_WORDS } from './setting-words.ts';

/** The parts of a JSON Schema that the settings use. */
export interface SchemaNode {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  pattern?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minItems?: number;
  properties?: Record<string, SchemaNode>;
  required?: readonly string[];
  items?: SchemaNode;
  anyOf?: readonly SchemaNode[];
  additionalProperties?: boolean | SchemaNode;
}

/** The settings as JSON Schema of what is written in the file, each key with its meaning. */
export function describedSchema(): SchemaNode {
  const schema = z.toJSONSchema(settingsSchema, { io: 'input', unrepresentable: 'any' }) as SchemaNode;
  describe(schema, '');
  return schema;
}

/** `docs/settings.schema.json`, for editors. */
export function settingsSchemaText(): string {
  const schema = describedSchema();
  const title = 'Joulebook settings';
  return `${JSON.stringify({ title, ...schema }, null, 2)}\n`;
}

/** Walks the keys of the settings, lists by `[]`: `sources[].id`. */
export function* keysOf(
  node: SchemaNode,
  path = '',
): Generator<{ readonly path: string; readonly node: SchemaNode; readonly isRequired: boolean }> {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const at = path === '' ? name : `${path}.${name}`;
    yield { path: at, node: child, isRequired: node.required?.includes(name) ?? false };
    yield* keysOf(child.items ?? child, child.items ? `${at}[]` : at);
  }
}

/** Words of the schema itself stand; the others come from the table beside this file. */
function describe(schema: SchemaNode, path: string): void {
  for (const { path: at, node } of keysOf(schema, path)) {
    const words = node.description ?? SETTING_WORDS[at];
    if (!words)
      throw new Error(
        `Cannot document the setting ${at}: expected .describe('…') in lib/settings/settings.ts, got nothing`,
      );
    node.description = words;
  }
}
