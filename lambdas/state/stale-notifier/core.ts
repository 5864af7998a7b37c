/**
 * Tells everybody who listens that a stored result was found to be wrong. The event makes repair fast; what makes it right is that nobody can
 * commit on a version that is not current.
 */
import { createHash } from 'node:crypto';
import type { EmittedEvent } from '../../../core/contracts/ledger';
import { type StateResult, stateKeyText } from '../../../core/contracts/state';
import type { EventBus } from '../../../core/ports';

export const STALE_TYPE = 'triage.state.stale';
/** Of results that belong to no tenant's instance: things that an application looks after. */
const NO_TENANT = 'internal';

/** Some events were not taken: the stream repeats the batch, and the ids are the same. */
export class UnpublishedError extends Error {
  override readonly name = 'UnpublishedError';
}

/** Answers with how many were published. */
export async function notify(bus: EventBus, results: readonly StateResult[]): Promise<number> {
  const events = results.filter(({ freshness }) => freshness === 'stale').map(staleEvent);
  if (events.length === 0) return 0;
  const failed = await bus.publish(events);
  if (failed.length > 0) throw new UnpublishedError(`${failed.length} of ${events.length} events were not taken`);
  return events.length;
}

/** Its id is made from key and version: a version becomes stale once. */
export function staleEvent({ key, version, reason = '', sinceMs }: StateResult): EmittedEvent {
  const text = stateKeyText(key);
  const id = createHash('sha256').update(`${text}#${version}`).digest('base64url');
  return {
    id,
    tenant: tenantOf(key.instance),
    event: {
      specversion: '1.0',
      id,
      source: '/triage/state',
      type: STALE_TYPE,
      time: new Date(sinceMs).toISOString(),
      subject: key.name,
      datacontenttype: 'application/json',
      data: { ...key, version, reason, sinceMs },
    },
  };
}

/** An instance of a saga is `<saga>/<tenant>/<business key>`. */
function tenantOf(instance: string): string {
  const [saga = '', tenant] = instance.split('/');
  return tenant === undefined || tenant === '' || saga.includes(':') ? NO_TENANT : tenant;
}
