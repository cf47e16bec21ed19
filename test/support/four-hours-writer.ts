/**
 * A process that watches a made-up host of 50 W for four hours, a tick a minute, and writes its records to the standard output;
 * first what the clock on the wall is off UTC at the begin and at the end, in minutes. `TZ=… node four-hours-writer.ts BEGIN`
 */
import { standardOutput, Watch } from '../../agent/watch.ts';
import { lookAfter } from './made-up-looks.ts';

const MINUTES = 240;
const [begin = ''] = process.argv.slice(2);
const at = (minute: number) => new Date(Date.parse(begin) + minute * 60_000);
let minute = 0;
const clock = () => lookAfter(minute * 60, { readAt: at(minute) });
const books = standardOutput((text) => void process.stdout.write(text));
const host = { hostId: 'h-1', resourceId: 'i-1' };
const watch = new Watch({ host, look: async () => clock(), books, intervalMs: 15 * 60_000, clock });
process.stdout.write(`${-at(0).getTimezoneOffset()} ${-at(MINUTES).getTimezoneOffset()}\n`);
for (; minute <= MINUTES; minute += 1) await watch.tick();
