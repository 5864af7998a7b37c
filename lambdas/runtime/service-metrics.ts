/** What a lane's function tells its controller of each batch. */
import type { Metric } from './metrics';

/** What a controller finds the parts of an invocation's time from: sums that add up over environments. */
export function serviceMetrics(records: number, busyMs: number): Metric[] {
  return [
    { name: 'records', unit: 'Count', value: records },
    { name: 'recordsSquared', unit: 'None', value: records ** 2 },
    { name: 'busy', unit: 'Milliseconds', value: busyMs },
    { name: 'busySquared', unit: 'None', value: busyMs ** 2 },
    { name: 'recordBusy', unit: 'None', value: records * busyMs },
  ];
}

/** From the start of the process to its first batch: told once per environment. */
export function createInitOnce(initMs: number): () => Metric[] {
  let isTold = false;
  return () => {
    if (isTold) return [];
    isTold = true;
    return [{ name: 'init', unit: 'Milliseconds', value: initMs }];
  };
}
