/** Demand stays at its exponentially weighted moving average. */
import type { DemandModel } from './types';

export interface EwmaState {
  readonly level: number;
}

export interface EwmaParameters {
  /** Weight of the newest minute, in (0, 1]; 1 is last value. */
  readonly alpha: number;
}

export function ewma({ alpha }: EwmaParameters): DemandModel<EwmaState> {
  return {
    name: 'EWMA',
    start: (_, value) => ({ level: value }),
    update: ({ level }, _, value) => ({ level: level + alpha * (value - level) }),
    path: ({ level }, fromMinute, untilMinute) => new Array<number>(untilMinute - fromMinute).fill(level),
  };
}
