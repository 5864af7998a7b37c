/** Demand stays what it was in the last minute: the forecast to beat. */
import type { DemandModel } from './types';

export interface LastValueState {
  readonly value: number;
}

export const lastValue: DemandModel<LastValueState> = {
  name: 'last value',
  start: (_, value) => ({ value }),
  update: (_, __, value) => ({ value }),
  path: ({ value }, fromMinute, untilMinute) => new Array<number>(untilMinute - fromMinute).fill(value),
};
