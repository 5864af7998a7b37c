/** The few statistics that the benchmark reports. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Nearest rank. NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits));

/** Of measurements that were taken side by side, pair by pair. */
export const pairedRatios = (values: readonly number[], against: readonly number[]): number[] =>
  values.flatMap((value, index) => {
    const other = against[index];
    return other === undefined ? [] : [rounded(value / other)];
  });

/** Events per second from the first to the last of these times. */
export function rateOf(timesMs: readonly number[]): number {
  const spanMs = Math.max(...timesMs) - Math.min(...timesMs);
  return (timesMs.length * 1000) / Math.max(1, spanMs);
}
