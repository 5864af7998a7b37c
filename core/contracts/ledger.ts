/** The ledger's two kinds of items, and the writes a commit is made of. See docs/architecture.md for the protocol. */
import type { CloudEvent, Envelope, Position } from './event';

export const OUTCOME_KINDS = ['DONE', 'COMPENSATED', 'DEAD', 'EXPIRED', 'SHED'] as const;
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

/** An acceptance is the outbox of one ingest batch: in it means accepted. */
export interface Acceptance {
  /** Digest of all identities, generations and bodies in it: the same batch again is the same item. */
  readonly key: string;
  /** All of one lane. */
  readonly lane: string;
  readonly envelopes: readonly Envelope[];
  readonly acceptedAtMs: number;
  /** When the reconciler may look whether the hand-off or the reaction was lost; moved by condition at every re-send. */
  readonly dueAtMs: number;
  /** True only after every entry's send has succeeded. */
  readonly handedOver: boolean;
  /** How often the reconciler has sent from it. */
  readonly resends: number;
  /** When it last did. */
  readonly resentAtMs?: number;
}

/** "Put if absent or newer" at (collection, key). Data only, until the publisher applies it. */
export interface KeyedWrite {
  /** `<application>/<collection>`. */
  readonly collection: string;
  readonly key: string;
  /** The newer version wins; an equal one changes nothing. */
  readonly version: number;
  readonly value: unknown;
  /** `<event key>/<unit>/<index>`: the audit's proof of who wrote it. */
  readonly receipt: string;
}

/** An event that a unit emits; published after its outcome. */
export interface EmittedEvent {
  /** Digest of identity, generation, unit and index: a repeat of the publisher makes the same id. */
  readonly id: string;
  readonly tenant: string;
  readonly event: CloudEvent;
}

/** Light memory between related events: an accumulating write, committed in one transaction with the outcomes it folds. */
export interface ContextItem {
  /** `<application>/<unit>/<tenant>/<key of the unit>`. */
  readonly key: string;
  /** Adds one at every write; 0 where there is none. */
  readonly version: number;
  /** How many events are folded into the value: the audit compares it with the outcomes. */
  readonly n: number;
  /** Greatest `sequence` folded; absent where events carry none. */
  readonly sequence?: string;
  readonly value: unknown;
}

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly reason: string;
  readonly bodyDigest: string;
  readonly decidedAtMs: number;
  readonly acceptedAtMs: number;
  readonly lane: string;
  readonly tenant: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  /** Chain and version that reacted, `<name>@<version>`; absent where none did. */
  readonly chain?: string;
  readonly writes: readonly KeyedWrite[];
  readonly emits: readonly EmittedEvent[];
  /** Keys of the contexts that this event is folded into. */
  readonly contexts: readonly string[];
  /** Of an event that a saga ran for: where what it left can be compared with this outcome. */
  readonly ran?: SagaRan;
  /** Of one that is DEAD: key of the acceptance that holds the event, for whoever sends it again. */
  readonly acceptance?: string;
}

export interface SagaRan {
  /** In the state store. */
  readonly instance: string;
  /** Its last run when the outcome was written. */
  readonly execution: string;
}

/** What a node left: data only, nothing of it has taken effect. */
export interface NodeOutput {
  readonly result: unknown;
  readonly writes: readonly KeyedWrite[];
  readonly emits: readonly EmittedEvent[];
}

/** An event that a saga has: nobody sends it again, and after the due time the reconciler asks the execution. */
export interface Coordinated {
  /** The execution's name; the same saga, business key and run make the same name. */
  readonly execution: string;
  /** In the state store; absent where an earlier version of the coordinator began it. */
  readonly instance?: string;
  /** When the execution has usually ended, so that it is time to ask what became of it. */
  readonly dueAtMs: number;
  /** `compensate`: this run only takes back what earlier ones did. */
  readonly intent?: 'compensate';
}

/** Progress of a split chain, or of an event that a saga has. Moves forward only. */
export interface Progress {
  /** The stage that comes next. */
  readonly position: Position;
  /** Output of each finished stage before `position.stage`, by stage index. */
  readonly outputs: readonly NodeOutput[];
  /** Finished branches of the stage at `position`, by name. */
  readonly branches: Readonly<Record<string, NodeOutput>>;
  /** When it was written: its continuation was sent then, so the reconciler counts from here and not from acceptance. */
  readonly committedAtMs?: number;
  /** Of the body that the chain runs on: another body under the same identity must not go on from here. */
  readonly bodyDigest?: string;
  /** Where `position.form` is `coordinated`, and only there. */
  readonly coordinated?: Coordinated;
}

/** One event's record of one generation. */
export interface LedgerRecord {
  readonly key: string;
  readonly generation: number;
  readonly progress?: Progress;
  readonly attempts: number;
  readonly lastError?: string;
  readonly outcome?: Outcome;
}

export interface RecordKey {
  readonly key: string;
  readonly generation: number;
}

/** Puts an outcome where there is none. */
export interface OutcomeCommit extends RecordKey {
  readonly outcome: Outcome;
  /** For DEAD and EXPIRED: only where progress is at no further stage than this; -1: only where there is no progress at all. */
  readonly atMostStage?: number;
}

/** A context's next value, on the condition that it still has the version that was read. */
export interface ContextWrite {
  readonly next: ContextItem;
  readonly expectedVersion: number;
}

/** All or nothing. At most 100 items together (DynamoDB's TransactWriteItems limit). One outcome alone is a plain conditional put. */
export interface CommitGroup {
  readonly outcomes: readonly OutcomeCommit[];
  readonly contexts: readonly ContextWrite[];
}

export type CommitResult =
  | { readonly status: 'committed' }
  /** Indexes into `outcomes` and `contexts` whose condition failed; none of the group was written. */
  | {
      readonly status: 'refused';
      readonly outcomes: readonly number[];
      readonly contexts: readonly number[];
    }
  /** Another transaction was in the way (TransactionConflict, throttling): the same group may be tried again. */
  | { readonly status: 'conflict' };
