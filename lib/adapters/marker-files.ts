const MARKERS = /^_(SUCCESS|started|committed|metadata|common_metadata|temporary|delta_log)/;

/** True for names that tools leave beside the files that count: hidden ones and the markers of Spark, Hive and Delta. */
export function isPassedOver(name: string): boolean {
  return name.startsWith('.') || MARKERS.test(name);
}
