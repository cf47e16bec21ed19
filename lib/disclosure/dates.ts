const LOCALE = 'en-GB';

/**
 * `June 2026` for a whole calendar month, otherwise its first and last day, `1 June 2026 to 15 June 2026`, or its one day. The end
 * does not belong to it: what ends on 16 June at midnight ends with 15 June.
 */
export function printPeriod({ from, to }: { readonly from: string; readonly to: string }): string {
  const start = new Date(from);
  const next = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
  const isMonth = start.getUTCDate() === 1 && next.getTime() === Date.parse(to);
  if (isMonth) return printed(start, { month: 'long', year: 'numeric' });
  const [first, last] = [printDay(from), printDay(new Date(Date.parse(to) - 1).toISOString())];
  return first === last ? first : `${first} to ${last}`;
}

/** `6 July 2026` */
export function printDay(moment: string): string {
  return printed(new Date(moment), { day: 'numeric', month: 'long', year: 'numeric' });
}

/** `6 July 2026, 08:00 UTC` */
export function printMoment(moment: string): string {
  const time = printed(new Date(moment), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return `${printDay(moment)}, ${time} UTC`;
}

function printed(moment: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: 'UTC' }).format(moment);
}
