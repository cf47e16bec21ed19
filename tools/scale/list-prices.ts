/**
 * List prices in USD of us-east-1, first tier, without what is free, and quotas. Quotas: the developer guides of Lambda, Step
 * Functions and S3. Prices: as third parties repeat https://aws.amazon.com/lambda/pricing/, …/step-functions/pricing/ and
 * …/s3/pricing/; check them against the price list of your account before you rest a decision on them.
 */
export const LIST_PRICES = {
  read_on: '2026-11-22',
  /** Arm, first tier. */
  lambda_gb_second: 0.0000133334,
  lambda_request: 0.2 / 1_000_000,
  /** Disk above 512 MB, for as long as the function runs. */
  lambda_disk_gb_second: 0.0000000309,
  /** Standard workflows, first tier; a retry is a transition as well. */
  state_transition: 0.000025,
  s3_put_per_thousand: 0.005,
  s3_get_per_thousand: 0.0004,
  /** Standard, first 50 TB. */
  s3_gb_month: 0.023,
  /** At least, for one partitioned prefix (S3 user guide, "Optimizing performance"). */
  s3_puts_a_second: 3500,
  s3_gets_a_second: 5500,
} as const;
