import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { LINT_RULES } from '../lib/disclosure/lint.ts';
import { KPIS } from '../lib/kpis/catalogue.ts';
import { DEFINITION, tasksOf } from '../lib/pipeline/definition.ts';
import { SOURCES } from '../lib/sources/catalogue.ts';
import pack from '../package.json' with { type: 'json' };
import { DOCUMENTS } from '../tools/docs/documents.ts';

const ROOT = join(__dirname, '..');
const PAGES = globSync(['*.md', 'docs/**/*.md', 'example/*.md'], { cwd: ROOT }).sort();
/** Places that a page may name in code: a folder of the repository, then names without a placeholder. */
const PLACE = /^(?:agent|bin|docs|lambdas|lib|test|tools)\/[\w./-]*$/;
/** Folders that the repository makes room for and that may hold nothing yet. */
const MAY_BE_EMPTY = new Set(['agent/', 'lib/alarms']);

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe.each(PAGES)('%s', (path) => {
  const text = read(path);

  test('leads nowhere that is not there', () => {
    expect(linksIn(text).filter((link) => !leadsSomewhere(link, path))).toEqual([]);
  });

  test('names scripts that package.json has', () => {
    const scripts = [...text.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name);
    expect(scripts.filter((name) => !(name in pack.scripts))).toEqual([]);
  });

  test('names files that are there', () => {
    const places = [...text.matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name).filter((name) => PLACE.test(name));
    expect(places.filter((name) => !MAY_BE_EMPTY.has(name) && !existsSync(join(ROOT, name)))).toEqual([]);
  });
});

test.each(Object.entries(DOCUMENTS))('%s says what the code says; else: npm run docs', (path, text) => {
  expect(read(path)).toBe(text);
});

describe('README.md', () => {
  const text = read('README.md');

  test('has 200 lines at most', () => expect(text.split('\n').length).toBeLessThanOrEqual(200));

  test('begins with the two commands, whose disclosure lands where it says', () => {
    expect(text).toContain('\n    npm ci && npm run example\n    npm ci && npm test\n');
    expect(pack.scripts.example).toMatch(/ --month 2026-06 .*--book example\/book /);
    expect(text).toContain('`example/book/disclosures/2026-06/v1/`');
  });
});

describe('the runbook', () => {
  const headings = headingsIn(read('docs/runbook.md'));

  test('has an article for each lint rule, and for none that is gone', () => {
    const articles = headings.filter((heading) => /^L\d+$/.test(heading));
    expect(articles.sort()).toEqual(LINT_RULES.map(({ id }) => id).sort());
  });

  test('has a word on each state of the machine that can fail', () => {
    const states = tasksOf(DEFINITION.States).map(([name]) => name);
    expect(states.filter((state) => !headings.some((heading) => heading.split(', ').includes(state)))).toEqual([]);
  });

  test('knows each reason for a gap that the ledger gives', () => {
    const sql = [...globSync('lib/ledger/*.sql', { cwd: ROOT }), 'lib/kpis/repeats.sql'].map(read).join('\n');
    const reasons = [...sql.matchAll(/(?:THEN |ELSE |, |^ +)'((?:\w+[,:]? )+\w+)'/gm)].map(([, reason = '']) => reason);
    expect(reasons.length).toBeGreaterThan(5);
    expect(reasons.filter((reason) => !read('docs/runbook.md').includes(`\`${reason}\``))).toEqual([]);
  });
});

test('each figure and each kind of source has an entry', () => {
  expect(headingsIn(read('docs/kpi-catalogue.md'))).toEqual(expect.arrayContaining(KPIS.map(({ id }) => id)));
  expect(headingsIn(read('docs/sources.md'))).toEqual(expect.arrayContaining(SOURCES.map(({ kind }) => kind)));
});

test('ARCHITECTURE.md names each boundary rule', () => {
  const rules = [...read('.dependency-cruiser.mjs').matchAll(/name: ['`]([\w-]+)/g)].map(([, name = '']) => name);
  const table = read('ARCHITECTURE.md');
  expect(rules.length).toBeGreaterThan(5);
  expect(rules.filter((rule) => !table.includes(`\`${rule}`))).toEqual([]);
});

test('THIRD-PARTY-NOTICES.md names each package that runs', () => {
  const notices = read('THIRD-PARTY-NOTICES.md');
  expect(Object.keys(pack.dependencies).filter((name) => !notices.includes(`\`${name}\``))).toEqual([]);
});

test('each method note and each decision stands in the index', () => {
  const index = linksIn(read('docs/README.md'));
  const notes = PAGES.filter((path) => /^docs\/(methods|adr)\//.test(path)).map((path) => path.slice('docs/'.length));
  expect(notes.filter((path) => !index.includes(path))).toEqual([]);
});

/** Relative links, outside of code. */
function linksIn(text: string): string[] {
  const prose = text.replaceAll(/`[^`\n]*`/g, '').replaceAll(/^ {4}.*$/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
}

function leadsSomewhere(link: string, from: string): boolean {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? from : join(dirname(from), file);
  if (!existsSync(join(ROOT, path))) return false;
  return anchor === undefined || headingsIn(read(path)).map(anchorOf).includes(anchor);
}

function headingsIn(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
}

/** As code hosts make anchors of headings. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
