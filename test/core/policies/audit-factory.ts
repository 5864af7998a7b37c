/** A ledger in balance, and the pieces of which the audit's tests make others. */
import type { JournalEntry } from '../../../core/contracts/journal';
import type { Acceptance, KeyedWrite, LedgerRecord, Outcome, OutcomeKind } from '../../../core/contracts/ledger';
import { type AuditInput, audit, type Check } from '../../../core/policies/audit';

export const NOW_MS = 1_000_000;
export const SOURCE = '/load/test';
export const keyOf = (id: string) => `key-${id}`;

export const acceptance = (
  ids: readonly string[],
  options: { generation?: number; body?: string; atMs?: number } = {},
): Acceptance => {
  const { generation = 1, body = 'body', atMs = NOW_MS - 1_000 } = options;
  const key = `acceptance-${ids.join('-')}-${generation}-${body}`;
  return {
    key,
    lane: 'normal',
    acceptedAtMs: atMs,
    dueAtMs: atMs,
    handedOver: true,
    resends: 0,
    envelopes: ids.map((id) => ({
      key: keyOf(id),
      generation,
      tenant: 'acme',
      wayIn: 'devices',
      priorityClass: 'normal',
      lane: 'normal',
      reason: 'default',
      bodyDigest: body,
      acceptedAtMs: atMs,
      acceptanceKey: key,
      event: { specversion: '1.0', id, source: SOURCE, type: 'telemetry.reading' },
    })),
  };
};
export const write = (id: string): KeyedWrite => ({
  collection: 'telemetry/readings',
  key: keyOf(id),
  version: 1,
  value: { value: 20, unit: 'C' },
  receipt: `${keyOf(id)}/record/0`,
});
export const record = (
  id: string,
  kind: OutcomeKind = 'DONE',
  change: Partial<Outcome> = {},
  generation = 1,
): LedgerRecord => ({
  key: keyOf(id),
  generation,
  attempts: 0,
  outcome: {
    kind,
    reason: 'reacted',
    bodyDigest: 'body',
    decidedAtMs: NOW_MS - 500_000,
    acceptedAtMs: NOW_MS - 1_000,
    lane: 'normal',
    tenant: 'acme',
    source: SOURCE,
    id,
    type: 'telemetry.reading',
    writes: kind === 'DONE' ? [write(id)] : [],
    emits: [],
    contexts: kind === 'DONE' ? ['telemetry/detect/acme/s1'] : [],
    ...change,
  },
});
export const entry = (id: string, change: Partial<JournalEntry> = {}): JournalEntry => ({
  atMs: NOW_MS - 2_000,
  wayIn: 'devices',
  tenant: 'acme',
  key: keyOf(id),
  id,
  source: SOURCE,
  type: 'telemetry.reading',
  expected: 'DONE',
  duplicate: false,
  ordered: false,
  sent: true,
  ...change,
});
export const context = (n: number) => ({ key: 'telemetry/detect/acme/s1', version: n, n, value: {} });

/** Events a and b are DONE, c is DEAD. */
export const balanced: AuditInput = {
  nowMs: NOW_MS,
  boundMsByLane: { normal: 60_000 },
  defaultBoundMs: 60_000,
  publishBoundMs: 30_000,
  acceptances: [acceptance(['a', 'b']), acceptance(['c'])],
  records: [record('a'), record('b'), record('c', 'DEAD')],
  effects: [write('a'), write('b')],
  contexts: [context(2)],
  quarantine: [],
  depths: { intake: 0, intakeDeadLetters: 0, unpublished: { waiting: 0, givenUp: 0 }, lanes: { normal: 0 } },
  journal: [entry('a'), entry('b'), entry('c', { expected: 'DEAD' })],
};
export const checks = (change: Partial<AuditInput>): [Check, string][] =>
  audit({ ...balanced, ...change }).findings.map((each) => [each.check, each.event.split(' ')[0] ?? '']);
export const old = NOW_MS - 120_000;
export const details = (change: Partial<AuditInput>): string[] =>
  audit({ ...balanced, ...change }).findings.map(({ detail }) => detail);
