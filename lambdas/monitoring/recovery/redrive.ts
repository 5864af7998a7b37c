/**
 * What a redrive does, over ports: the next generation of an event is accepted and handed to its lane like any other. For recovery, and for
 * `triage dlq redrive`.
 */
import type { Envelope } from '../../../core/contracts/event';
import { acceptanceKey } from '../../../core/contracts/identity';
import type { Acceptance, LedgerRecord } from '../../../core/contracts/ledger';
import type { Acceptances, LaneQueue, Records } from '../../../core/ports';

export interface RedrivePorts {
  readonly records: Pick<Records, 'latest'>;
  readonly acceptances: Pick<Acceptances, 'accept' | 'markHandedOver'>;
  readonly lanes: Pick<LaneQueue, 'send'>;
}

export interface RedriveSettings {
  /** Names of the configured lanes. */
  readonly lanes: readonly string[];
  readonly handOffBoundMs: number;
}

/** An outcome other than DONE, and the event that it belongs to where an acceptance still has it. */
export interface Redrivable {
  readonly record: LedgerRecord;
  readonly envelope?: Envelope;
}

export interface Redriven {
  readonly key: string;
  readonly id: string;
  readonly generation: number;
  readonly result:
    | 'accepted'
    | 'accepted before'
    | 'not found'
    | 'later generation'
    | 'lane is gone'
    | 'accepted, not handed over';
}

const PER_ACCEPTANCE = 25;

/** Only events whose last generation is the given one and ended otherwise than DONE. */
export async function redriveEvents(
  ports: RedrivePorts,
  given: readonly Redrivable[],
  settings: RedriveSettings,
  nowMs: number,
): Promise<Redriven[]> {
  const results: Redriven[] = [];
  const next: Envelope[] = [];
  for (const { record, envelope } of given) {
    const latest = await ports.records.latest(record.key);
    const common = { key: record.key, id: record.outcome?.id ?? record.key, generation: record.generation + 1 };
    if (latest?.generation !== record.generation || !latest.outcome || latest.outcome.kind === 'DONE')
      results.push({ ...common, result: 'later generation' });
    else if (!envelope) results.push({ ...common, result: 'not found' });
    else if (!settings.lanes.includes(envelope.lane)) results.push({ ...common, result: 'lane is gone' });
    else next.push({ ...envelope, generation: record.generation + 1, acceptedAtMs: nowMs });
  }
  for (const group of groups(next)) {
    const result = await accept(ports, group, settings, nowMs);
    results.push(...group.map(({ key, event, generation }) => ({ key, id: event.id, generation, result })));
  }
  return results;
}

function groups(envelopes: readonly Envelope[]): Envelope[][] {
  const byLane = new Map<string, Envelope[][]>();
  for (const envelope of envelopes) {
    const mine = byLane.get(envelope.lane) ?? [[]];
    if ((mine.at(-1)?.length ?? 0) >= PER_ACCEPTANCE) mine.push([]);
    mine.at(-1)?.push(envelope);
    byLane.set(envelope.lane, mine);
  }
  return [...byLane.values()].flat();
}

/** The acceptance's key comes from its content: two redrives at the same moment write the same one, and one of them finds it there. */
async function accept(
  { acceptances, lanes }: RedrivePorts,
  group: readonly Envelope[],
  { handOffBoundMs }: RedriveSettings,
  nowMs: number,
): Promise<Redriven['result']> {
  const lane = group[0]?.lane ?? '';
  const key = acceptanceKey(group);
  const envelopes = group.map((each) => ({ ...each, acceptanceKey: key }));
  const dueAtMs = nowMs + handOffBoundMs;
  const acceptance: Acceptance = { key, lane, envelopes, acceptedAtMs: nowMs, dueAtMs, handedOver: false, resends: 0 };
  const accepted = await acceptances.accept(acceptance);
  if (accepted.status === 'exists') return 'accepted before';
  const messages = envelopes.map((envelope) => ({ v: 1 as const, envelope, sendAttempt: 1 }));
  // What is not sent now the reconciler sends: it is accepted.
  const failed = await lanes.send(lane, messages).catch(() => envelopes.map((_, index) => index));
  if (failed.length > 0) return 'accepted, not handed over';
  await acceptances.markHandedOver(key);
  return 'accepted';
}
