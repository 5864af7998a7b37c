/**
 * AWS Lambda's prices where planning depends on them: US East (N. Virginia), arm64, first tier, from the public price list
 * (aws.amazon.com/lambda/pricing) as of 2025. Only their ratios steer decisions.
 */
export const LAMBDA_DOLLARS_PER_GB_SECOND = {
  onDemand: 0.0000133334,
  provisioned: 0.0000033334,
  provisionedDuration: 0.0000077778,
} as const;

/**
 * Busy share at which a provisioned environment costs what on-demand time would: p / (d - e), with p held, e executing while
 * provisioned, d on demand. 0.60 at these prices.
 */
export const BREAK_EVEN_BUSY_SHARE =
  LAMBDA_DOLLARS_PER_GB_SECOND.provisioned /
  (LAMBDA_DOLLARS_PER_GB_SECOND.onDemand - LAMBDA_DOLLARS_PER_GB_SECOND.provisionedDuration);

/** Of one environment held for an hour, whether it runs or not. */
export function provisionedDollarsPerHour(memoryMegabytes: number): number {
  return (memoryMegabytes / 1024) * 3600 * LAMBDA_DOLLARS_PER_GB_SECOND.provisioned;
}
