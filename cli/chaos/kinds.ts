/** The kinds of trouble that a run makes, what each is, and how many of each make a run one that proves something. */
import { FAULT_ACTIONS, type FaultAction } from '../../local/faults/rules';

export const FAULT_KINDS = [...FAULT_ACTIONS, 'duplicate', 'drop-logs', 'repeat-logs', 'clock-skew'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export const isProxied = (kind: FaultKind): kind is FaultAction => (FAULT_ACTIONS as readonly string[]).includes(kind);

export interface Extent {
  readonly isQuick: boolean;
  readonly stormSeconds: number;
  readonly ordersPerSecond: number;
  readonly eventsPerSecond: number;
  /** Of each kind, or the run is invalid. */
  readonly least: number;
  readonly leastKills: number;
  /** How long after the storm all must be at its end, without a person. */
  readonly healSeconds: number;
}

export const DEFAULT_MINUTES = 2;
const HEAL_SECONDS = 300;

export const extentOf = (minutes: number): Extent => ({
  isQuick: false,
  stormSeconds: minutes * 60,
  ordersPerSecond: 1.5,
  eventsPerSecond: 8,
  least: 30,
  leastKills: 20,
  healSeconds: HEAL_SECONDS,
});

export const QUICK: Extent = {
  isQuick: true,
  stormSeconds: 15,
  ordersPerSecond: 1.5,
  eventsPerSecond: 8,
  least: 3,
  leastKills: 3,
  healSeconds: HEAL_SECONDS,
};

export const leastOf = (kind: FaultKind, { least, leastKills }: Extent): number =>
  kind === 'kill' ? leastKills : least;
