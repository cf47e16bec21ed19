import { existsSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, '../../../shared/data');

/** Where a recorded input lies, or undefined where this checkout has none beside it. */
function sharedData(path: string): string | undefined {
  const whole = join(FOLDER, path);
  return existsSync(whole) ? whole : undefined;
}

/** `describe` where the recorded input is there; else a skipped block whose title says what is missing. */
export function describeShared(title: string, path: string, cases: (whole: string) => void): void {
  const whole = sharedData(path);
  if (whole) describe(title, () => cases(whole));
  else describe.skip(`${title} (skipped: ../shared/data/${path} is not there)`, () => cases(path));
}
