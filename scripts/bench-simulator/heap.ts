import { stopwatch } from './stopwatch';

/** The yardstick: a binary heap on typed arrays and nothing else. Each round takes the least out and puts one in. */
export function bareHeapEventsPerSecond(entries: number, events: number, times: Float64Array): number {
  const keys = new Float64Array(entries + 1);
  const subjects = new Int32Array(entries + 1);
  const mask = times.length - 1;
  for (let index = 0; index < entries; index++) keys[index] = 0;
  let checksum = 0;
  const seconds = stopwatch();
  for (let event = 0; event < events; event++) {
    const key = (keys[0] as number) + (times[event & mask] as number);
    const subject = subjects[0] as number;
    checksum += subject;
    let position = 0;
    for (;;) {
      let child = 2 * position + 1;
      if (child >= entries) break;
      if (child + 1 < entries && (keys[child + 1] as number) < (keys[child] as number)) child++;
      if ((keys[child] as number) >= key) break;
      keys[position] = keys[child] as number;
      subjects[position] = subjects[child] as number;
      position = child;
    }
    keys[position] = key;
    subjects[position] = event & 7;
  }
  if (checksum < 0) throw new Error('the heap lost its subjects');
  return events / seconds();
}
