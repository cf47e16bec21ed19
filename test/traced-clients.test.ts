import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const CLIENT_OF_AWS = /import (?:type )?\{[^}]*Client[^}]*\} from '@aws-sdk\/|await import\('@aws-sdk\//;
const MADE = /new \w+Client\(/;
/** Made to be traced, or asked for its settings alone: such a client sends nothing. */
const ALLOWED = /tracedClient\(\s*new \w+Client\(|new \w+Client\(.*\)\.config\b|\{ config \} = new \w+Client\(/;

const adapters = readdirSync('lib/adapters', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('lib/adapters', file));

/** Lines that make a client of AWS whose calls nobody would see (docs/adr/0015-calls-are-traced-where-they-are-sent.md). */
function untraced(text: string): string[] {
  if (!CLIENT_OF_AWS.test(text)) return [];
  return text.split('\n').filter((line) => MADE.test(line) && !ALLOWED.test(line));
}

test('every client of AWS that sends something is traced', () => {
  const lines = adapters.flatMap((file) =>
    untraced(readFileSync(file, 'utf8')).map((line) => `${file}: ${line.trim()}`),
  );
  expect(lines).toEqual([]);
});

test('a client that is not traced is found', () => {
  const text = "import { S3Client } from '@aws-sdk/client-s3';\nconst client = new S3Client({});";
  expect(untraced(text)).toEqual(['const client = new S3Client({});']);
});
