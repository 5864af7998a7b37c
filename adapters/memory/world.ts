/**
 * The world behind every memory adapter: plain data that can be copied and serialised, and a hook around each operation.
 * Stored values are never changed in place, only replaced, so that a copy of the tables is a copy of the world.
 */
import type { Incident, RecoveryLimits, RecoveryMode } from '../../core/contracts/incident';
import type { Acceptance, ContextItem, EmittedEvent, KeyedWrite, LedgerRecord } from '../../core/contracts/ledger';
import type { Payment } from '../../core/contracts/payment';
import type { DecisionRecord, SchedulingMode } from '../../core/contracts/scheduling';
import type { StateResult } from '../../core/contracts/state';
import type { StateCondition } from '../../core/contracts/state-conditions';
import type { ExecutionDetail, LaneControl, QuarantinedEntry, SagaGate } from '../../core/ports';
import type { QueueState } from './queues';

export interface StoredAcceptance {
  readonly acceptance: Acceptance;
  readonly closedAtMs?: number;
}

export interface StoredWatermark {
  readonly oldestSentAtMs: number;
  readonly seenAtMs: number;
}

export interface StoredLease {
  readonly token: number;
  readonly untilMs: number;
  readonly state: string | undefined;
}

export interface StoredRecovery {
  readonly mode: RecoveryMode;
  readonly limits: RecoveryLimits | undefined;
  readonly version: number;
}

export interface StoredMonitorState {
  readonly state: string;
  readonly version: number;
}

/** All that there is. Everything in it is plain data. */
export interface WorldState {
  nowMs: number;
  /** Makes ids of messages and receipts. */
  nextId: number;
  acceptances: Record<string, StoredAcceptance>;
  /** By `<key>#<generation>`. */
  records: Record<string, LedgerRecord>;
  contexts: Record<string, ContextItem>;
  /** By `<collection>#<key>`. */
  effects: Record<string, KeyedWrite>;
  /** By `stateKeyText`. */
  states: Record<string, StateResult>;
  /** Of sagas, by `<saga>#<name>`. */
  executions: Record<string, ExecutionDetail>;
  /** Tokens of tasks that wait for an answer from outside. */
  waitingTasks: readonly string[];
  /** By `<application>#<instance>`. */
  gates: Record<string, SagaGate>;
  /** The payment provider's own books, by idempotency key. */
  payments: Record<string, Payment>;
  lanes: Record<string, LaneControl>;
  /** Until when a lane's form is held. */
  formHolds: Record<string, number>;
  watermarks: Record<string, StoredWatermark>;
  /** Controllers' leases, decisions (youngest first) and switches, by lane. */
  leases: Record<string, StoredLease>;
  decisions: Record<string, readonly DecisionRecord[]>;
  modes: Record<string, SchedulingMode>;
  incidents: Record<string, Incident>;
  recovery: StoredRecovery;
  /** By function. */
  monitorStates: Record<string, StoredMonitorState>;
  queues: Record<string, QueueState>;
  /** New images of records in order of their writes: what the publisher consumes. Reading them is the test's work. */
  stream: readonly LedgerRecord[];
  /** Sequence number of the first of `stream`: those below have been trimmed. */
  streamFrom: number;
  published: readonly EmittedEvent[];
  quarantined: Record<string, readonly QuarantinedEntry[]>;
  /** Objects of the app store, as text. */
  objects: Record<string, string>;
  /** Transactions committed, by client request token. */
  tokens: Record<string, string>;
}

/** Every condition that the ledger's writes carry, by name, so that an exploration can take out one at a time. */
export const CONDITIONS = [
  'acceptance: put only where there is none',
  'acceptance: due time moved only from what was read',
  'outcome: only where there is none',
  'outcome: DEAD and EXPIRED only where progress is no further',
  'progress: only where there is no outcome',
  'progress: forward only',
  'branch: only where there is no outcome',
  'branch: only at its own stage',
  'branch: only where it is not in the set',
  'context: only at the version that was read',
  'commit: outcome and contexts all or nothing',
  'effect: only where absent or newer',
] as const;
export type Condition = (typeof CONDITIONS)[number];

/** One call of a port. */
export interface Operation {
  readonly port: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/**
 * Called around each operation. `before` may wait (interleaving, delay), throw (refused or throttled: nothing is executed), or
 * give an answer of its own (a conflict: nothing is executed either). `after` may wait, or throw: executed, the answer lost.
 */
export interface Hook {
  before?(operation: Operation): Promise<{ readonly answer: unknown } | undefined>;
  after?(operation: Operation, answer: unknown): Promise<void>;
}

export interface MemoryWorld {
  state: WorldState;
  hook?: Hook | undefined;
  /** Conditions that are switched off. Empty except in an exploration that looks for the hole. */
  readonly without: ReadonlySet<Condition | StateCondition>;
}

export function createMemoryWorld(
  options: {
    readonly nowMs?: number;
    readonly hook?: Hook;
    readonly without?: readonly (Condition | StateCondition)[];
  } = {},
): MemoryWorld {
  return {
    state: {
      nowMs: options.nowMs ?? 0,
      nextId: 1,
      acceptances: {},
      records: {},
      contexts: {},
      effects: {},
      states: {},
      executions: {},
      waitingTasks: [],
      gates: {},
      payments: {},
      lanes: {},
      formHolds: {},
      watermarks: {},
      leases: {},
      decisions: {},
      modes: {},
      incidents: {},
      recovery: { mode: 'on', limits: undefined, version: 0 },
      monitorStates: {},
      queues: {},
      stream: [],
      streamFrom: 1,
      published: [],
      quarantined: {},
      objects: {},
      tokens: {},
    },
    hook: options.hook,
    without: new Set(options.without ?? []),
  };
}

/** A world of its own with the same content. Cheap: tables are copied, values are shared. */
export function cloneState(state: WorldState): WorldState {
  return {
    ...state,
    acceptances: { ...state.acceptances },
    records: { ...state.records },
    contexts: { ...state.contexts },
    effects: { ...state.effects },
    states: { ...state.states },
    executions: { ...state.executions },
    gates: { ...state.gates },
    payments: { ...state.payments },
    lanes: { ...state.lanes },
    formHolds: { ...state.formHolds },
    watermarks: { ...state.watermarks },
    leases: { ...state.leases },
    decisions: { ...state.decisions },
    modes: { ...state.modes },
    incidents: { ...state.incidents },
    monitorStates: { ...state.monitorStates },
    queues: { ...state.queues },
    quarantined: { ...state.quarantined },
    objects: { ...state.objects },
    tokens: { ...state.tokens },
  };
}

/** Runs one operation within the hook. The execution itself is synchronous, hence atomic. */
export async function perform<Answer>(
  world: MemoryWorld,
  port: string,
  name: string,
  args: readonly unknown[],
  execute: () => Answer,
): Promise<Answer> {
  if (world.hook === undefined) return execute();
  const operation: Operation = { port, name, args };
  const instead = await world.hook?.before?.(operation);
  if (instead) return instead.answer as Answer;
  const answer = execute();
  await world.hook?.after?.(operation, answer);
  return answer;
}

/** True unless the condition is switched off and would have failed. */
export function holds(world: MemoryWorld, condition: Condition | StateCondition, held: boolean): boolean {
  return held || world.without.has(condition);
}

/** A number for an id, never given twice in one world. */
export function takeId(state: WorldState): number {
  const id = state.nextId;
  state.nextId += 1;
  return id;
}
