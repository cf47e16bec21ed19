import type { DisclosureReport } from '../../lib/pipeline/stage.ts';
import type { Answer, Arguments, Terminal } from './command.ts';

/** Tells where the disclosure of a closed month lies, and whether it says anything new. */
export function tellReport(
  report: DisclosureReport,
  location: string,
  { values }: Arguments,
  terminal: Terminal,
): Answer {
  const folder = `${location}/${report.folder}`;
  if (values['json']) terminal.print(JSON.stringify({ ...report, folder }));
  else if (report.is_new) terminal.print(`${folder}  (${report.status}, version ${report.version})`);
  else terminal.print(`${folder}  (${report.status}; version ${report.version} stands, nothing new${sinceOf(report)})`);
  return 0;
}

function sinceOf({ since, as_of }: DisclosureReport): string {
  return since === undefined || since === as_of ? '' : ` since ${since}`;
}
