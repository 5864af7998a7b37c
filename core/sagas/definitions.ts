/** What a coordinated application is made of: steps, their compensations, and the saga itself. */
import type * as v from 'valibot';
import type { PaymentAnswer } from '../contracts/payment';
import type { Reason, SagaCell, SagaInput } from '../contracts/saga';
import type { StateKey } from '../contracts/state';
import type { Claims, PaymentProvider, SagaControl, StateStore } from '../ports';

/** What a step may call outside the state store. Its function gets the permissions for these and for no others. */
export interface Services {
  readonly payments: PaymentProvider;
}
export type ServiceName = keyof Services;

/** What the books of each service say of one key, once it has answered. */
export interface LedgerEntries {
  readonly payments: Exclude<PaymentAnswer, { readonly status: 'unknown' }>;
}
/** Of each service, the part that only asks. */
export interface LedgerReaders {
  readonly payments: Pick<PaymentProvider, 'find'>;
}

/**
 * What a service's own books must say of a step once its event has an outcome. The entry is the one of the step's idempotency key. Whoever
 * finds that they say something else repairs nothing by these; the steps do, run once more. `Of` is the step's type.
 */
export interface Agreement<Of extends Step = Step, Ledger extends ServiceName = ServiceName> {
  /** Name of the step whose act it is about. */
  readonly step: string;
  readonly ledger: Ledger;
  /** The event is DONE, and this is what the step left. */
  whenDone(result: ResultOf<Of>, entry: LedgerEntries[Ledger]): boolean;
  /** The event is COMPENSATED or DEAD: nothing of the step may remain. */
  whenUndone(entry: LedgerEntries[Ledger]): boolean;
}
type ResultOf<Of> = Of extends Step<infer Result> ? Result : never;

/** What every step's function has. */
export interface StepPorts {
  readonly states: StateStore;
  readonly control: Pick<SagaControl, 'gate'>;
  /** For requests that travel by claim check. */
  readonly claims: Claims;
  /** At least those that the step `uses`. */
  readonly services: Partial<Services>;
  /** Checked against the saga's `settings` when the function started. */
  readonly settings: unknown;
}

/** A result of the state store that is no step's: something the application looks after. `Value` is what its puts hold. */
export interface ThingKey<Value> extends StateKey {
  /** Present for type inference only. */
  readonly holds?: Value;
}
export type ThingSet = Readonly<Record<string, ThingKey<unknown>>>;
export type ValueOf<Key> = Key extends ThingKey<infer Value> ? Value : never;

export interface Thing<Value> {
  /** As the last put left it; `undefined` where there was none. */
  readonly value: Value | undefined;
  /** False while somebody changes it, or has found it to be wrong. A step that puts it over takes it from whoever was at it. */
  readonly isCurrent: boolean;
}
export type Things<Set> = { readonly [Name in keyof Set]: Thing<ValueOf<Set[Name]>> };
/** New values of things. They are put in the transaction of the step's own result. */
export type Puts<Set> = { readonly [Name in keyof Set]?: ValueOf<Set[Name]> };

export type StepSet = Readonly<Record<string, Step>>;
export type Results<Reads> = {
  readonly [Name in keyof Reads]: ResultOf<Reads[Name]>;
};

/** What is known before anything is read. */
export interface Where<Request = unknown> {
  readonly request: Request;
  readonly saga: SagaInput;
  /** Which of the step's many; layer 0, index 0 for a step that is one. */
  readonly cell: SagaCell;
}

export interface StepCall<
  Request = unknown,
  Settings = unknown,
  Reads = Readonly<Record<string, unknown>>,
  Looked = Readonly<Record<string, Thing<unknown>>>,
  Used = Partial<Services>,
> extends Where<Request> {
  readonly settings: Settings;
  /** Results of the steps that it `reads`, by name. */
  readonly results: Reads;
  /** Results of the cells that it reads, in their order. */
  readonly cells: readonly unknown[];
  readonly things: Looked;
  readonly services: Used;
  /** The same for every try of this step: what its acts outside are known by. */
  readonly idempotencyKey: string;
  /** An earlier try may have acted: ask before acting again. */
  readonly isRepeat: boolean;
  /** Only where the execution waits for whoever has it. */
  readonly token: string | undefined;
  readonly nowMs: number;
}

export type Acted<Result = unknown, Set = ThingSet> =
  | { readonly status: 'done'; readonly result: Result; readonly puts?: Puts<Set> }
  | { readonly status: 'declined'; readonly reason: Reason }
  | { readonly status: 'waiting'; readonly puts?: Puts<Set> };

export interface CompensationCall<
  Request = unknown,
  Settings = unknown,
  Result = unknown,
  Looked = Readonly<Record<string, Thing<unknown>>>,
  Used = Partial<Services>,
> extends Where<Request> {
  readonly settings: Settings;
  /** What the step left, where it is known to be done. Where it is not, it may have acted all the same. */
  readonly result: Result | undefined;
  readonly things: Looked;
  readonly services: Used;
  /** That of the step which it takes back. */
  readonly idempotencyKey: string;
  readonly nowMs: number;
}

export interface Undone<Set = ThingSet> {
  readonly puts?: Puts<Set>;
}

/** A step or a compensation, its types forgotten. `act` is a method, so that steps of any request fit into one list. */
export interface Step<Result = unknown> {
  readonly name: string;
  /** Present for type inference only. */
  readonly leaves?: Result;
  /** Names of the steps whose results it acts on. */
  readonly reads: readonly string[];
  /** Cells of another step, or of layers of its own before it. */
  readonly readsCells?: CellsOf | undefined;
  readonly uses: readonly ServiceName[];
  /** Name of the step that it takes back; absent for a step forward. */
  readonly compensates?: string | undefined;
  readonly ignoresDeadline: boolean;
  /** Some commit of it ends the saga. */
  readonly mayEnd: boolean;
  /** This commit ends the saga: from then on nothing is taken back. */
  ends(where: Where): boolean;
  looksAt(where: Where): ThingSet;
  glancesAt(where: Where): ThingSet;
  act(call: StepCall): Acted | Promise<Acted>;
  undo(call: CompensationCall): Undone | Promise<Undone>;
}

export interface CellsOf {
  readonly step: string;
  cells(where: Where): readonly SagaCell[];
}

export interface Saga<Request = unknown, Settings = unknown> {
  readonly name: string;
  /** Its folder under `applications/`. */
  readonly application: string;
  /** Event types that begin it. */
  readonly types: readonly string[];
  /** Schema of the event's data. What does not fit is DEAD before anything has begun. */
  readonly request: v.GenericSchema<unknown, Request>;
  /** What a configuration may say of it. */
  readonly settings: v.GenericSchema<unknown, Settings>;
  /** Requests of one tenant with one key are one run: the same key again is answered by what became of it. */
  businessKey(request: Request): string;
  /** Forward in the order of the state machine, then the compensations in the order in which they run. */
  readonly steps: readonly Step[];
  readonly timeoutSeconds: number;
  /** As `agreements.ts` beside it exports them under its name. Left out: nothing outside is compared with what became of its events. */
  readonly agreements?: readonly Agreement[];
}
