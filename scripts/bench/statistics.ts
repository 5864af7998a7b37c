/** The few statistics that the benchmark reports. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Nearest rank. NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits));
