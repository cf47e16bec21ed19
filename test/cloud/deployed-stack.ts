import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Emulator } from './emulator.ts';

const PROJECT = join(__dirname, '../..');
const DEPLOY = ['--experimental-import-text', '--no-warnings', join(PROJECT, 'tools/deploy.ts')];
const CDK = join(PROJECT, 'node_modules/aws-cdk/bin/cdk');
/** Where npm finds its packages is known to the environment of this process. */
// biome-ignore lint/style/noProcessEnv: a test hands its environment on
const SURROUNDINGS = { environment: process.env };
/** The emulator refuses a template that holds them; no other resource needs them. */
const UNKNOWN_TO_THE_EMULATOR = [
  'AWS::Athena::NamedQuery',
  'AWS::CloudWatch::AnomalyDetector',
  'AWS::CloudWatch::CompositeAlarm',
];

/** What a deployment told of itself. */
export interface DeployedStack {
  /** `s3://bucket` */
  readonly BookAddress: string;
  readonly StateMachineArn: string;
}

/**
 * Really deploys the app into the emulator by the project's own command, for the processor of this machine: first into an
 * account that is not ready, which is refused, then into one that is.
 */
export function deploy(emulator: Emulator, settings: string): DeployedStack {
  const assembly = join(emulator.folder, 'cdk.out');
  const processor = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  const typed = ['--settings', settings, '--', '--app', assembly, '--require-approval', 'never'];
  run(SURROUNDINGS, [0], CDK, 'synth', '--quiet', '--output', assembly, '--context', `architecture=${processor}`);
  leaveOutUnknown(join(assembly, 'Joulebook.template.json'));
  const refused = run(emulator, [2], ...DEPLOY, ...typed);
  if (!refused.includes('npx cdk bootstrap aws://000000000000/us-east-1'))
    throw new Error(`Cannot go on after ${refused}`);
  run(emulator, [0], CDK, 'bootstrap', 'aws://000000000000/us-east-1', '--app', assembly);
  // The doctor misses what is not there yet: the bills.
  const said = run(emulator, [0, 1], ...DEPLOY, ...typed);
  return {
    BookAddress: /settings lie at (s3:\/\/[^/]+)/.exec(said)?.[1] ?? '',
    StateMachineArn: /arn:aws:states:\S+:Joulebook-MonthlyClose/.exec(said)?.[0] ?? '',
  };
}

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly Metrics?: unknown };
}

function leaveOutUnknown(path: string): void {
  const template = JSON.parse(readFileSync(path, 'utf8')) as { Resources: Record<string, Resource> };
  const known = Object.entries(template.Resources).filter(([, resource]) => isKnown(resource));
  writeFileSync(path, JSON.stringify({ ...template, Resources: Object.fromEntries(known) }));
}

/** Alarms over a calculation of several metrics are unknown to the emulator, too. */
function isKnown({ Type, Properties }: Resource): boolean {
  return !UNKNOWN_TO_THE_EMULATOR.includes(Type) && !(Type === 'AWS::CloudWatch::Alarm' && Properties?.Metrics);
}

/** Runs a program of the project and gives what it said. Throws where it ends with another exit code than expected. */
function run(
  { environment }: Pick<Emulator, 'environment'>,
  expected: readonly number[],
  ...typed: readonly string[]
): string {
  const env = { ...environment, CI: 'true' };
  const { status, stdout, stderr } = spawnSync(process.execPath, typed, { cwd: PROJECT, env, encoding: 'utf8' });
  const said = `${stdout}${stderr}`;
  if (expected.includes(status ?? -1)) return said;
  throw new Error(`Cannot run ${typed.join(' ')}: expected exit code ${expected}, got ${status}: ${said.slice(-4000)}`);
}
