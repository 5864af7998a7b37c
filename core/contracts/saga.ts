/**
 * What travels in a coordinated application: the execution's input, what the state machine passes to a step's function, and what
 * that answers. Identities and statuses only; results are in the state store. See docs/sagas.md.
 */
import { createHash } from 'node:crypto';
import { type Fault, InvalidValueError } from './errors';
import type { StateKey } from './state';

/** The request as JSON in UTF-8 above this goes by claim check. */
export const MAX_INLINE_REQUEST_BYTES = 100_000;
/** Larger ones are refused before the start: an execution's input ends at 256 KB. */
export const MAX_REQUEST_BYTES = 200_000;
export const MAX_INSTANCE_CHARACTERS = 200;

/** The event that began the saga: what its outcome needs to know of it. */
export interface SagaEvent {
  /** Key of its record: digest of tenant, source and id. */
  readonly key: string;
  readonly generation: number;
  readonly bodyDigest: string;
  readonly tenant: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly lane: string;
  readonly acceptedAtMs: number;
}

/** Where a request lies that is too large to travel. */
export interface RequestClaim {
  readonly key: string;
  readonly bytes: number;
  /** SHA-256 of the object, hex. */
  readonly digest: string;
}

/** Input of an execution. */
export interface SagaInput {
  readonly saga: string;
  readonly application: string;
  /** The state store's instance: `sagaInstance`. */
  readonly instance: string;
  /** Generation of the run, from 1: a re-run of the same instance takes the next, and skips what is done. */
  readonly run: number;
  readonly event: SagaEvent;
  /** Epoch ms. No step that has not begun acts after it. */
  readonly deadlineMs?: number;
  /** `compensate`: this run only takes back what earlier ones did. Left out: it goes forward. */
  readonly intent?: 'compensate';
  /** Checked against the saga's schema before the start. */
  readonly request: { readonly inline: unknown } | { readonly claim: RequestClaim };
}

/** One cell of a layered fan-out, from 0. */
export interface SagaCell {
  readonly layer: number;
  readonly index: number;
}

/** What the state machine passes to a step's function: nothing of what earlier steps made. */
export interface StepRequest {
  readonly step: string;
  readonly saga: SagaInput;
  /** Execution, state and try: another one at every invocation. It owns what this invocation begins. */
  readonly attempt: string;
  /** Which of the step's many, where it is run by a Map. */
  readonly cell?: SagaCell;
  /** Task token: the execution waits for whoever has it. */
  readonly token?: string;
}

export interface Reason {
  /** For programs: `sold-out`, `card-declined`. */
  readonly code: string;
  /** For people. */
  readonly words: string;
}

/** Expected ends are answers; an exception is the unexpected. `RetryableError` asks for another try, `TerminalError` for none. */
export type StepAnswer =
  /** Its result is current at this version, by this call or an earlier one. */
  | { readonly status: 'done'; readonly version: number }
  /** A decision of the business, and final: the same call gets the same answer. */
  | { readonly status: 'declined'; readonly reason: Reason }
  /** Somebody outside must act first; the step asks again when it is called again. */
  | { readonly status: 'waiting' }
  /** The gate is closed for now: call again later. */
  | { readonly status: 'paused' }
  /** To a forward step: the saga is on its way back. Go on with the compensations. */
  | { readonly status: 'cancelled' }
  /** To a compensation: the saga's last step is done, and nothing of it may be taken back. Go on with the end. */
  | { readonly status: 'stands' };

/** `forward` until the last step's commit makes it `done`, or the first compensation makes it `back`; never again another. */
export type Direction = 'forward' | 'back' | 'done';

/** Name of the result, in every instance, that holds its `Direction`. No step may have it. */
export const DIRECTION = 'direction';

/** A step's result as the state store holds it. */
export type StepRecord =
  | { readonly status: 'done'; readonly result: unknown }
  | { readonly status: 'declined'; readonly reason: Reason }
  /** Taken back, or never to be done: by this compensation. */
  | { readonly status: 'undone'; readonly by: string };

/** The instance of a saga's run in the state store; whatever the business key holds, it is one key and of a bounded length. */
export function sagaInstance(saga: string, tenant: string, businessKey: string): string {
  const plain = `${saga}/${tenant}/${businessKey}`;
  if (plain.length <= MAX_INSTANCE_CHARACTERS) return plain;
  return `${saga}/${tenant}//${createHash('sha256').update(businessKey).digest('hex')}`;
}

/** The execution that an attempt belongs to: its name comes first. */
export const executionOf = (attempt: string): string => attempt.split('/', 1)[0] ?? '';

/** Key of a step's result. A Map's cells have one each. */
export function stepKey(saga: Pick<SagaInput, 'application' | 'instance'>, step: string, cell?: SagaCell): StateKey {
  const name = cell === undefined ? step : `${step}/${cell.layer}/${cell.index}`;
  return { application: saga.application, instance: saga.instance, name };
}

/**
 * A thing that an application looks after across its sagas' runs (a seat, an offer). No saga's instance begins like this one, since
 * a saga's name has no colon.
 */
export function thingKey(application: string, kind: string, ...parts: readonly string[]): StateKey {
  return { application, instance: `thing:${parts.map(encodeURIComponent).join('/')}`, name: kind };
}

/** Reads what a function was invoked with; throws with all faults. By hand: this runs at every step, and a schema library need not. */
export function parseStepRequest(value: unknown): StepRequest {
  const request = (isObject(value) ? value : {}) as Partial<StepRequest>;
  const saga = (isObject(request.saga) ? request.saga : {}) as Partial<SagaInput>;
  const event = (isObject(saga.event) ? saga.event : {}) as Partial<SagaEvent>;
  const faults = [
    ...text('step', request.step, 64),
    ...text('attempt', request.attempt, 256),
    ...text('saga.saga', saga.saga, 31),
    ...text('saga.application', saga.application, 31),
    ...text('saga.instance', saga.instance, MAX_INSTANCE_CHARACTERS + 100),
    ...whole('saga.run', saga.run, 1),
    ...text('saga.event.key', event.key, 256),
    ...whole('saga.event.generation', event.generation, 1),
    ...requestFaults(saga.request),
    ...(saga.deadlineMs === undefined ? [] : whole('saga.deadlineMs', saga.deadlineMs, 0)),
    ...(request.token === undefined ? [] : text('token', request.token, 2048)),
    ...(request.cell === undefined
      ? []
      : [...whole('cell.layer', request.cell?.layer, 0), ...whole('cell.index', request.cell?.index, 0)]),
  ];
  if (faults.length > 0) throw new InvalidValueError('step request', faults);
  return request as StepRequest;
}

function requestFaults(request: SagaInput['request'] | undefined): Fault[] {
  const path = 'saga.request';
  if (!isObject(request)) return [{ path, value: request, allowed: 'inline or claim' }];
  if ('inline' in request) return [];
  const claim = (isObject(request.claim) ? request.claim : {}) as Partial<RequestClaim>;
  return [
    ...text(`${path}.claim.key`, claim.key, 1024),
    ...whole(`${path}.claim.bytes`, claim.bytes, 0),
    ...text(`${path}.claim.digest`, claim.digest, 64),
  ];
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const text = (path: string, value: unknown, most: number): Fault[] =>
  typeof value === 'string' && value.length >= 1 && value.length <= most
    ? []
    : [{ path, value, allowed: `1–${most} characters` }];

const whole = (path: string, value: unknown, least: number): Fault[] =>
  Number.isSafeInteger(value) && (value as number) >= least
    ? []
    : [{ path, value, allowed: `a whole number from ${least}` }];
