/** From an event to its saga's execution: which saga, is the request sound, under which name, with which input. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { TerminalError } from '../../../core/contracts/errors';
import type { Envelope } from '../../../core/contracts/event';
import type { Coordinated } from '../../../core/contracts/ledger';
import {
  MAX_INLINE_REQUEST_BYTES,
  MAX_REQUEST_BYTES,
  type SagaInput,
  sagaInstance,
} from '../../../core/contracts/saga';
import type { Claims } from '../../../core/ports';
import type { Saga } from '../../../core/sagas';
import { executionName } from '../../../core/sagas/execution-name';
import { withData } from '../../../core/units/event-data';

export interface PlannedStart {
  readonly saga: string;
  readonly execution: string;
  readonly input: SagaInput;
}

/** Where the coordinator keeps requests that are too large to travel: under what steps may read. */
const CLAIM_PREFIX = 'claims/sagas/';

/** `begun`: what the record says of an execution that is to be started again. Throws a `TerminalError` for what no retry mends. */
export async function planStart(
  sagas: readonly Saga[],
  envelope: Envelope,
  claims: Claims,
  begun?: { readonly run: number; readonly coordinated: Coordinated },
): Promise<PlannedStart> {
  const { event: raw, tenant, key, generation } = envelope;
  const saga = sagas.find((each) => each.types.includes(raw.type));
  if (saga === undefined) throw new TerminalError(`no saga begins with events of type ${raw.type}`);
  const { event } = await withData(claims, envelope);
  const request = checked(saga, event.data);
  const businessKey = saga.businessKey(request);
  const run = begun?.run ?? 1;
  const { intent } = begun?.coordinated ?? {};
  return {
    saga: saga.name,
    execution: begun?.coordinated.execution ?? executionName({ tenant, saga: saga.name, businessKey, generation, run }),
    input: {
      saga: saga.name,
      application: saga.application,
      instance: sagaInstance(saga.name, tenant, businessKey),
      run,
      event: {
        key,
        generation,
        bodyDigest: envelope.bodyDigest,
        tenant,
        source: event.source,
        id: event.id,
        type: event.type,
        lane: envelope.lane,
        acceptedAtMs: envelope.acceptedAtMs,
      },
      ...(event.expirytime === undefined ? {} : { deadlineMs: Date.parse(event.expirytime) }),
      ...(intent === undefined ? {} : { intent }),
      request: await packed(request, claims),
    },
  };
}

function checked(saga: Saga, data: unknown): unknown {
  const parsed = v.safeParse(saga.request, data);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((each) => `${v.getDotPath(each) ?? 'data'}: ${each.message}`);
  throw new TerminalError(`the request is not valid: ${faults.join('; ')}`.slice(0, 500));
}

/** An execution's input ends at 256 KB and its history repeats it, so larger requests lie in the app store. */
async function packed(request: unknown, claims: Claims): Promise<SagaInput['request']> {
  const body = new TextEncoder().encode(JSON.stringify(request) ?? 'null');
  const bytes = body.byteLength;
  if (bytes > MAX_REQUEST_BYTES)
    throw new TerminalError(`the request has ${bytes} bytes, at most ${MAX_REQUEST_BYTES}`);
  if (bytes <= MAX_INLINE_REQUEST_BYTES) return { inline: request };
  const digest = createHash('sha256').update(body).digest('hex');
  const key = `${CLAIM_PREFIX}${digest}`;
  await claims.put(key, body);
  return { claim: { key, bytes, digest } };
}
