/** Recovery's policy as data: which actions a fault of a kind is worth, in which order, and how much may be done at all. */
import { type ActionKind, FAULT_KINDS, type FunctionPart, type IncidentKind } from '../../contracts/incident';

export interface PolicyRow {
  /** `done-saga`, `undone-saga`: its event is DONE, or COMPENSATED or DEAD, and something does not agree with that. */
  readonly on: FunctionPart | 'saga' | 'done-saga' | 'undone-saga';
  readonly kinds: readonly IncidentKind[];
  /** The incident's first action, its second, and so on; after the last one a person must look. */
  readonly ladder: readonly ActionKind[];
  /** How long after the finding, or after the action before, each may begin. */
  readonly waitsMs: readonly number[];
  /** So many sure findings within so long, or it is only watched. An instance needs no more than what is true of it. */
  readonly least?: { readonly findings: number; readonly withinMs: number };
  /** What a person is told where there is no action left, or none. */
  readonly remedy: string;
}

export interface RecoverySettings {
  readonly rows: readonly PolicyRow[];
  /** Actions for one incident: one event, or one kind of fault of one version of a function. */
  readonly budget: number;
  /** Actions of all incidents: at most `bucket` at once, one more each `refillMs`, and never more than `cap` within `windowMs`. */
  readonly bucket: number;
  readonly refillMs: number;
  readonly cap: number;
  readonly windowMs: number;
  /** After so many failed actions in a row nothing is begun for `breakMs`. */
  readonly mostFailures: number;
  readonly breakMs: number;
  /** How long a lane is stopped before it is tried again. */
  readonly laneBreakMs: number;
  /** A version that is older was not the fault's beginning. */
  readonly youngVersionMs: number;
  /** Between two rollbacks anywhere: one at a time. */
  readonly betweenRollbacksMs: number;
  /** How long somebody outside who does not answer is asked again what an action has changed. */
  readonly unsureMs: number;
  /** After an action that helped, how long events of the lane may still die of the fault: backoff, visibility, and the dead-letter queue. */
  readonly stragglersMs: number;
  /** How long to wait before looking at what an action has done. */
  readonly lookAgainMs: number;
  /** How long recovery holds an incident; longer than it may run. */
  readonly leaseMs: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const SEVERAL = { findings: 5, withinMs: MINUTE_MS };

/** A failure of this kind may be gone at the next try. */
const PASSING: readonly IncidentKind[] = [
  'throttling',
  'dependency',
  'time-out',
  'invocation',
  'out-of-memory',
  'init',
  'stuck',
  'ambiguous',
];
/** Somebody has to repair something outside; until then each try fails. */
const LASTING: readonly IncidentKind[] = ['permission', 'missing-resource'];

export const DEFAULT_RECOVERY: RecoverySettings = {
  rows: [
    {
      on: 'saga',
      kinds: PASSING,
      ladder: ['rerun', 'rerun', 'compensate'],
      waitsMs: [5 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS],
      remedy: 'Look at the steps with `triage saga show`; repair what they need; `triage saga rerun`.',
    },
    {
      on: 'saga',
      kinds: [...LASTING, 'code'],
      ladder: ['rerun', 'compensate'],
      waitsMs: [MINUTE_MS, MINUTE_MS],
      remedy: 'Repair the permission, the resource or the code; then `triage saga rerun`.',
    },
    {
      on: 'saga',
      kinds: ['data'],
      ladder: ['compensate'],
      waitsMs: [5 * SECOND_MS],
      remedy: 'The request cannot be served as it is: look at it with `triage saga show`.',
    },
    {
      on: 'saga',
      kinds: ['inconsistent'],
      ladder: ['mark-stale', 'rerun', 'compensate'],
      waitsMs: [0, SECOND_MS, 30 * SECOND_MS],
      remedy: 'What is stored disagrees with what was done: compare the results with the provider.',
    },
    {
      on: 'done-saga',
      kinds: FAULT_KINDS,
      ladder: ['rerun', 'rerun'],
      waitsMs: [0, 30 * SECOND_MS],
      remedy:
        'It is DONE and stays so. What is missing outside cannot be had again under its key: settle it with whoever ordered. `triage saga show`.',
    },
    {
      on: 'undone-saga',
      kinds: FAULT_KINDS,
      ladder: ['compensate', 'compensate'],
      waitsMs: [0, 30 * SECOND_MS],
      remedy:
        'It is not DONE, and something of it remains: take it back by hand, at the provider first. `triage saga show`.',
    },
    {
      on: 'runner',
      kinds: ['code', 'init'],
      ladder: ['roll-back'],
      waitsMs: [0],
      least: SEVERAL,
      remedy: 'Repair the code and deploy it; `triage rollback` goes back to an earlier version by hand.',
    },
    {
      on: 'runner',
      kinds: ['throttling', 'dependency', ...LASTING],
      ladder: ['open-breaker', 'open-breaker', 'open-breaker'],
      waitsMs: [0, 0, 0],
      least: SEVERAL,
      remedy: 'Repair what the lane needs; events wait in it. `triage lane resume` lets it run again.',
    },
    {
      on: 'step',
      kinds: ['code', 'init'],
      ladder: ['roll-back'],
      waitsMs: [0],
      least: SEVERAL,
      remedy: 'Repair the code and deploy it.',
    },
    {
      on: 'platform',
      kinds: [...PASSING, ...LASTING, 'code', 'data'],
      ladder: [],
      waitsMs: [],
      least: SEVERAL,
      remedy: 'A function of the platform itself fails: docs/runbooks/function-errors.md.',
    },
  ],
  budget: 3,
  bucket: 5,
  refillMs: 6 * SECOND_MS,
  cap: 20,
  windowMs: 5 * MINUTE_MS,
  mostFailures: 5,
  breakMs: 5 * MINUTE_MS,
  laneBreakMs: MINUTE_MS,
  youngVersionMs: 30 * MINUTE_MS,
  betweenRollbacksMs: 10 * MINUTE_MS,
  unsureMs: 10 * MINUTE_MS,
  stragglersMs: 5 * MINUTE_MS,
  lookAgainMs: 15 * SECOND_MS,
  leaseMs: 60 * SECOND_MS,
};

/** `undefined`: nothing is ever done about it here, since its own retries deal with it. */
export function rowFor(rows: readonly PolicyRow[], on: PolicyRow['on'], kind: IncidentKind): PolicyRow | undefined {
  return rows.find((row) => row.on === on && row.kinds.includes(kind));
}
