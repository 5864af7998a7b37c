import { type CloudEvent, defineUnit } from '../../core/units';
import { type JudgedReading, reading } from './readings';

/** A sensor's recent readings as two numbers: exponentially weighted mean and variance. */
export interface Recent {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

/** Weight of the newest reading: about the last twenty count. */
export const WEIGHT = 0.1;
/** Readings before a sensor's own mean says anything. */
export const WARM_UP = 10;

/** Compares a reading with the same sensor's recent ones, and remembers it. */
export const detect = defineUnit({
  name: 'detect',
  input: reading,
  context: {
    key: sensorOf,
    initial: { count: 0, mean: 0, variance: 0 } as Recent,
  },
  react: ({ input, context }) => {
    const result: JudgedReading = { ...input, mean: context.mean, deviation: deviationOf(input.value, context) };
    return { result, context: remember(input.value, context) };
  },
});

/** In standard deviations, signed; 0 while too few readings are known or where they have all been alike. */
export function deviationOf(value: number, { count, mean, variance }: Recent): number {
  return count < WARM_UP || variance <= 0 ? 0 : (value - mean) / Math.sqrt(variance);
}

/** West's incremental form: one pass, no sum that grows. */
export function remember(value: number, { count, mean, variance }: Recent): Recent {
  if (count === 0) return { count: 1, mean: value, variance: 0 };
  const difference = value - mean;
  const step = WEIGHT * difference;
  return { count: count + 1, mean: mean + step, variance: (1 - WEIGHT) * (variance + difference * step) };
}

/** Contexts are read before any unit runs, so the sensor is taken from the event as it came. */
function sensorOf(event: CloudEvent): string {
  const { sensor } = (event.data ?? {}) as { readonly sensor?: unknown };
  return typeof sensor === 'string' ? sensor : '';
}
