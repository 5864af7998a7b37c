/** What the suites are given to write. Keys are made fresh for each run, since the tables of an endpoint are shared with other runs. */
import type { Envelope } from '../../core/contracts/event';
import type { LedgerRecord, NodeOutput, Outcome, Progress } from '../../core/contracts/ledger';

const RUN = `${process.pid.toString(36)}${Date.now().toString(36)}`;
let made = 0;
export const fresh = (): string => {
  made += 1;
  return `${RUN}-${made}`;
};
export const T = 1_700_000_000_000;

export function envelope(key: string, lane: string, more: Partial<Envelope> = {}): Envelope {
  return {
    key,
    generation: 1,
    tenant: 'acme',
    wayIn: 'meters',
    priorityClass: 'normal',
    lane,
    reason: 'default',
    bodyDigest: 'b'.repeat(64),
    acceptedAtMs: T,
    acceptanceKey: `acceptance-${key}`,
    event: { specversion: '1.0', id: key, source: '/meters/1', type: 'reading', data: { celsius: 21.5 } },
    ...more,
  };
}

export function outcome(key: string, more: Partial<Outcome> = {}): Outcome {
  return {
    kind: 'DONE',
    reason: 'reacted',
    bodyDigest: 'b'.repeat(64),
    decidedAtMs: T + 5,
    acceptedAtMs: T,
    lane: 'normal',
    tenant: 'acme',
    source: '/meters/1',
    id: key,
    type: 'reading',
    chain: 'telemetry/watch@1',
    writes: [
      { collection: 'telemetry/readings', key, version: 1, value: { celsius: 21.5 }, receipt: `${key}/record/0` },
    ],
    emits: [],
    contexts: [],
    ...more,
  };
}

export const output = (result: unknown): NodeOutput => ({ result, writes: [], emits: [] });
export const progress = (stage: number, more: Partial<Progress> = {}): Progress => ({
  position: { chain: 'telemetry/watch', version: 1, stage, form: 'split' },
  outputs: Array.from({ length: Math.max(stage, 0) }, (_, index) => output({ index })),
  branches: {},
  bodyDigest: 'b'.repeat(64),
  committedAtMs: T + 7,
  ...more,
});

export const single = (key: string, generation: number, given: Outcome) => ({
  outcomes: [{ key, generation, outcome: given }],
  contexts: [],
});
export const first = (records: readonly LedgerRecord[]): LedgerRecord | undefined => records[0];
