import { type CloudEvent, defineUnit } from '../../core/units';
import { type Reading, readingData } from './readings';

/** Reads a sensor's data; what does not fit is DEAD with the name of the field, since sending it again would not mend it. */
export const decode = defineUnit({
  name: 'decode',
  input: readingData,
  react: ({ event, input, nowMs }) => {
    const measuredAtMs = event.time === undefined ? nowMs : Date.parse(event.time);
    const result: Reading = { ...input, measuredAtMs, order: orderOf(event, measuredAtMs) };
    return { result };
  },
});

/** The producer's own sequence where there is one that a number can hold; else the time of the reading. */
function orderOf(event: CloudEvent, measuredAtMs: number): number {
  const sequence = Number(event.sequence ?? Number.NaN);
  return Number.isSafeInteger(sequence) ? sequence : measuredAtMs;
}
