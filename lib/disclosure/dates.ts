const LOCALE = 'en-GB';

/** `June 2026` for a whole calendar month, otherwise both days: `1 June 2026 to 15 June 2026`. */
export function printPeriod({ from, to }: { readonly from: string; readonly to: string }): string {
  const start = new Date(from);
  const next = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
  const isMonth = start.getUTCDate() === 1 && next.getTime() === Date.parse(to);
  return isMonth ? printed(start, { month: 'long', year: 'numeric' }) : `${printDay(from)} to ${printDay(to)}`;
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
