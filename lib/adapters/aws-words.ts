import { messageOf } from '../landing/message.ts';

/** What the SDK says where this machine was never told who it is, and how to tell it. Everything else says it itself. */
const UNTOLD: Readonly<Record<string, string>> = {
  'Region is missing': 'no region; set AWS_REGION, or AWS_PROFILE to a profile that has one',
  'Could not load credentials from any providers':
    'no credentials; log in and set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
};

/** Why a client of AWS did not do what it was asked, for whoever typed the command. */
export function awsWords(error: unknown): string {
  const said = messageOf(error);
  return UNTOLD[said] ?? said;
}
