/** Preloaded into a measured process: writes what the kernel booked for it to the file named by JOULEBOOK_BENCH_USAGE. */
import { writeFileSync } from 'node:fs';

const started = performance.now();
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { wall_seconds: (performance.now() - started) / 1000, cpu_seconds: (userCPUTime + systemCPUTime) / 1e6, peak_rss_mb: maxRSS / 1024 };
  writeFileSync(process.env.JOULEBOOK_BENCH_USAGE, JSON.stringify(usage));
});
