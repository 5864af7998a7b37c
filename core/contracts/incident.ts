/** What was found wrong, what was done about it, and how much may be done at all. See docs/recovery.md for the protocol. */
import type { StateRead } from './state';

/** Kinds of faults that a log or a status event can show. */
export const LOGGED_KINDS = [
  'permission',
  'missing-resource',
  'code',
  'time-out',
  'out-of-memory',
  'init',
  'throttling',
  'dependency',
  'data',
  'invocation',
] as const;
export type LoggedKind = (typeof LOGGED_KINDS)[number];

/** And those that only a comparison of what is stored shows: no log tells of these. */
export const FAULT_KINDS = [...LOGGED_KINDS, 'inconsistent', 'ambiguous', 'stuck'] as const;
export type IncidentKind = (typeof FAULT_KINDS)[number];

/** What kind of function it is: the policy differs. `platform`: neither a lane's runner nor a step of an application. */
export type FunctionPart = 'runner' | 'step' | 'platform';

/** What is wrong: a version of a function, or one instance of a coordinated application. Never told by a log's text. */
export type Subject =
  | {
      readonly on: 'function';
      readonly functionName: string;
      /** `$LATEST`: the finder does not know which one ran. */
      readonly version: string;
      readonly part: FunctionPart;
      /** Of a runner. */
      readonly lane?: string;
    }
  | {
      readonly on: 'saga';
      /** Name of the saga, which is its state machine's. */
      readonly saga: string;
      readonly application: string;
      readonly instance: string;
      /** The event that began it. */
      readonly event: { readonly key: string; readonly generation: number };
    };

/** Something found wrong. A `suspicion` may make somebody look; it never starts a recovery. */
export interface Finding {
  /** The same for one fault that is told twice. At most 200 characters. */
  readonly id: string;
  readonly source: 'log' | 'status' | 'metric' | 'reconciler';
  readonly standing: 'diagnosis' | 'suspicion';
  /** `low`: the kind is a guess. It is noted, and moves nothing. */
  readonly confidence: 'high' | 'medium' | 'low';
  readonly kind: IncidentKind;
  readonly subject: Subject;
  readonly atMs: number;
  /** For people, at most 300 characters; never parsed. */
  readonly words: string;
  readonly errorName?: string;
  /** A stored result that was found to be wrong. */
  readonly result?: StateRead;
}

export const ACTIONS = [
  'mark-stale',
  'rerun',
  'compensate',
  'roll-back',
  'open-breaker',
  'close-breaker',
  'redrive',
] as const;
export type ActionKind = (typeof ACTIONS)[number];

/** An action that was begun: it is stored before anything is done, and done again under the same number if nobody knows its end. */
export interface BegunAction {
  readonly kind: ActionKind;
  /** From 1, over all of the incident's actions that count. */
  readonly number: number;
  readonly atMs: number;
  /** What it goes to, settled when it began, so that a repeat does not go further: the version of a rollback. */
  readonly version?: string;
  /** The run of an execution that is started. */
  readonly run?: number;
  /** The event has its outcome, and keeps it: the run makes what is left agree with that. */
  readonly isRepair?: true;
  /** Marked stale first: it is current, and wrong. */
  readonly result?: StateRead;
}

export const INCIDENT_STATES = ['watching', 'open', 'parked', 'resolved'] as const;
/** `watching`: nothing is due. `open`: recovery works on it. `parked`: a person must look. */
export type IncidentState = (typeof INCIDENT_STATES)[number];

export interface TimelineEntry {
  readonly atMs: number;
  readonly what: 'found' | 'suspected' | 'begun' | 'done' | 'failed' | 'waits' | 'parked' | 'resolved' | 'watching';
  readonly action?: ActionKind;
  /** At most 300 characters. */
  readonly words: string;
}

export interface Incident {
  /** Digest of its subject (and, of a function, of the kind): one incident for each. */
  readonly id: string;
  readonly subject: Subject;
  /** Of the last finding that counted. */
  readonly kind: IncidentKind;
  readonly state: IncidentState;
  readonly openedAtMs: number;
  readonly lastSeenAtMs: number;
  /** All diagnoses, the unsure ones among them. */
  readonly findings: number;
  readonly suspicions: number;
  /** When the last diagnoses came that are more than a guess; at most 20. */
  readonly recentAtMs: readonly number[];
  /** Ids of the last findings, so that a repeat changes nothing; at most 50. */
  readonly findingIds: readonly string[];
  readonly errorName?: string;
  readonly result?: StateRead;
  /** Actions begun on its account: the budget counts them. */
  readonly spent: number;
  readonly lastActedAtMs?: number;
  /** Begun, and its end is not known. */
  readonly action?: BegunAction;
  /** The lane that recovery stopped, until it tries again. */
  readonly breaker?: { readonly lane: string; readonly sinceMs: number; readonly untilMs: number };
  /** Events that died before were sent again, or were not worth it. */
  readonly redrivenAtMs?: number;
  /** When recovery looks again; absent: never by itself. */
  readonly dueAtMs?: number;
  /** Fencing token: rises with every recovery that takes the incident. */
  readonly token: number;
  readonly leaseUntilMs: number;
  /** Rises with every write. */
  readonly version: number;
  /** At most 50 entries: the first 10, what recovery did, and the last of the others. */
  readonly timeline: readonly TimelineEntry[];
}

/** How much recovery may do in all: one item for the environment. */
export interface RecoveryLimits {
  readonly tokens: number;
  readonly refilledAtMs: number;
  /** When the last actions were begun; no more than the cap. */
  readonly actedAtMs: readonly number[];
  /** Actions that failed one after the other. */
  readonly failures: number;
  /** Recovery's own breaker: nothing is begun before then. */
  readonly brokenUntilMs: number;
  /** By function: when it was last rolled back. */
  readonly rolledBackAtMs: Readonly<Record<string, number>>;
}

/** `off`: nothing is begun any more. Findings are noted all the same. */
export type RecoveryMode = 'on' | 'off';
