/** What an application is made of: units, chains, and the application itself. Everything here is pure. */
import type * as v from 'valibot';
import type { CloudEvent } from '../contracts/event';

/** The accumulating side of a unit: a light memory per key, committed in one transaction with the outcome. */
export interface UnitContext<Input, Value> {
  /** Which memory; from the event alone, since contexts are read before any unit runs. */
  readonly key: (event: CloudEvent) => string;
  /** The value where there is none yet. */
  readonly initial: Value;
  /** Present for type inference only. */
  readonly input?: Input;
}

export interface UnitCall<Input, Value> {
  readonly event: CloudEvent;
  readonly tenant: string;
  /** The event's data for the first unit of a chain, the result of the one before it afterwards, `{ branch: result }` after branches. */
  readonly input: Input;
  /** This unit's context, `undefined` for a unit without one. */
  readonly context: Value;
  readonly nowMs: number;
}

export interface UnitOutput<Result, Value> {
  readonly result: Result;
  /** The context's next value; left out where it does not change (then the event is not counted into it). */
  readonly context?: Value;
  /** Keyed writes: put if absent or newer. Default key: the event's identity; default version: 1. */
  readonly writes?: readonly {
    readonly collection: string;
    readonly key?: string;
    readonly version?: number;
    readonly value: unknown;
  }[];
  /** Events to emit after the outcome. `source` defaults to `/triage/<application>`; id and time are the platform's. */
  readonly emits?: readonly {
    readonly type: string;
    readonly data?: unknown;
    readonly subject?: string;
    readonly partitionkey?: string;
  }[];
}

export interface Unit<Input = unknown, Result = unknown, Value = unknown> {
  readonly name: string;
  /** Schema of the input. What does not fit is a terminal error that names the field. */
  readonly input: v.GenericSchema<unknown, Input>;
  readonly context?: UnitContext<Input, Value>;
  /** A method, not a property: units of any input must fit into a chain's list, and the schema guards the input at run time. */
  react(call: UnitCall<Input, Value>): UnitOutput<Result, Value>;
}

/** Units that one invocation runs together, one after the other; in the split form each stage is an invocation of its own. */
export type Stage =
  | { readonly units: readonly Unit[] }
  | { readonly branches: Readonly<Record<string, readonly Unit[]>> };

export interface Chain {
  readonly name: string;
  /** Whole number from 1; raise it with every change that an event in flight could notice. The runner carries N and N-1. */
  readonly version: number;
  /** Event types that it reacts to: exact, or a prefix ending in `*`. */
  readonly on: readonly string[];
  readonly stages: readonly Stage[];
  /** Events of one key with a `sequence` no greater than the last one folded are superseded. Needs a unit with context. */
  readonly sequenced: boolean;
}

export interface Application {
  readonly name: string;
  /** At most two versions of a chain: the current one and the one before it. */
  readonly chains: readonly Chain[];
}
