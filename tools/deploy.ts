/**
 * `npm run deploy [-- --settings FILE -- CDK OPTIONS]`: looks whether the account is ready, deploys, puts the settings into
 * the book, and lets the doctor look at the result. `npm run deploy -- --destroy` takes the stacks away and leaves the
 * book. Exit codes: 0 done, 1 the doctor found something of weight, 2 could not.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

import { awsWords } from '../lib/adapters/aws-words.ts';
import { SETTINGS_KEY } from '../lib/adapters/deployed-workplace.ts';
import { isS3Address, parseS3Address } from '../lib/adapters/s3-address.ts';
import { S3Book } from '../lib/adapters/s3-book.ts';
import { openSettings } from '../lib/adapters/settings-file.ts';
import type { Settings } from '../lib/settings/settings.ts';
import { PLACES, SENDER } from '../lib/stack/deployment.ts';

const ROOT = join(import.meta.dirname, '..');
const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
const DOCTOR = ['--experimental-import-text', '--no-warnings', join(ROOT, 'bin/joulebook.ts'), 'doctor', '--in', 'aws'];

const USAGE = `npm run deploy [-- [--settings joulebook.yaml] [-- OPTIONS OF THE CDK]]
  deploys the stacks, puts the settings into the book, and lets the doctor look at the result
npm run deploy -- --destroy
  takes the stacks away and leaves the book
What can be chosen: docs/deploy.md. Exit codes: 0 done, 1 the doctor found something of weight, 2 cannot.
`;

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  return 2;
});

async function main(typed: string[]): Promise<number> {
  const { values, positionals: cdkOptions } = read(typed);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  return values.destroy ? destroy(cdkOptions) : deploy(resolve(values.settings), cdkOptions);
}

function read(typed: string[]) {
  const options = {
    settings: { type: 'string', default: 'joulebook.yaml' },
    destroy: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: typed, options, allowPositionals: true });
  } catch (error) {
    const [first] = (error as Error).message.split('. ');
    throw new Error(`Cannot deploy: ${first}\n\n${USAGE}`, { cause: error });
  }
}

async function deploy(settingsPath: string, cdkOptions: readonly string[]): Promise<number> {
  const { settings, bytes } = await openSettings(settingsPath);
  await checkAccount();
  const sender = settings.distribute ? ['--context', `${SENDER}=${settings.distribute.from}`] : [];
  const places = ['--context', `${PLACES}=${JSON.stringify(placesOf(settings))}`];
  const address = deployStacks([...sender, ...places, ...cdkOptions]);
  await new S3Book(parseS3Address(address)).put(SETTINGS_KEY, bytes);
  process.stdout.write(`\nThe settings lie at ${address}/${SETTINGS_KEY}\n\n`);
  return spawnSync(process.execPath, DOCTOR, { stdio: 'inherit' }).status ?? 2;
}

/** What sources read in S3, beside the book that the settings name. */
function placesOf({ book, sources }: Settings): string[] {
  const isOutside = (path: string) =>
    isS3Address(path) && path !== book && !path.startsWith(`${book.replace(/\/$/, '')}/`);
  return sources.flatMap(({ path }) => (path !== undefined && isOutside(path) ? [path] : []));
}

/** Throws with the way to mend it where nobody is logged in, or where the CDK has never worked in account and region. */
async function checkAccount(): Promise<void> {
  const sts = new STSClient({});
  const { Account } = await sts.send(new GetCallerIdentityCommand({})).catch((cause: Error) => {
    const expected = 'expected credentials and a region (AWS_PROFILE, AWS_REGION)';
    throw new Error(`Cannot deploy: ${expected}, got ${cause.name}: ${awsWords(cause)}`, { cause });
  });
  const region = await sts.config.region();
  process.stdout.write(`Deploying into account ${Account}, region ${region}\n`);
  // The CDK's staging bucket (CDK developer guide, «Bootstrapping», default qualifier).
  const Bucket = `cdk-hnb659fds-assets-${Account}-${region}`;
  await new S3Client({ forcePathStyle: true }).send(new HeadBucketCommand({ Bucket })).catch((cause: Error) => {
    const mend = `make the account ready once: npx cdk bootstrap aws://${Account}/${region}`;
    throw new Error(`Cannot deploy: expected the CDK's bucket ${Bucket}, got ${cause.name}; ${mend}`, { cause });
  });
}

/** Deploys and gives the book's address. */
function deployStacks(cdkOptions: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'joulebook-deploy-'));
  const outputs = join(folder, 'outputs.json');
  try {
    cdk('deploy', '--all', '--outputs-file', outputs, ...cdkOptions);
    return String(JSON.parse(readFileSync(outputs, 'utf8')).Joulebook.BookAddress);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Buckets, keys and databases are kept by their own policy. */
function destroy(cdkOptions: readonly string[]): number {
  cdk('destroy', '--all', ...cdkOptions);
  process.stdout.write('The stacks are gone. Kept: the book with its access log and its key, exports, telemetry.\n');
  return 0;
}

function cdk(...typed: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [CDK, ...typed], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error(`Cannot ${typed[0]}: expected the CDK to do it, got exit code ${status}`);
}
