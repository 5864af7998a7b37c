/** Values that the adapters' tests share. */
import type { Envelope, LaneMessage } from '../../../core/contracts/event';
import type { KeyedWrite, Outcome } from '../../../core/contracts/ledger';

export const noWait = async (): Promise<void> => {};

export const KEY = 'a3f1'.repeat(16);

export function anEnvelope(over: Partial<Envelope> = {}): Envelope {
  return {
    key: KEY,
    generation: 1,
    tenant: 'acme',
    wayIn: 'devices',
    priorityClass: 'normal',
    lane: 'normal',
    reason: 'default',
    bodyDigest: '9b0c'.repeat(16),
    acceptedAtMs: 1_780_000_000_000,
    acceptanceKey: 'c4d5'.repeat(16),
    event: {
      specversion: '1.0',
      id: '3f1d7c52-64d8-4f0e-9a53-0d8f6a3e7b11',
      source: '/plants/7/line/3/press/42',
      type: 'com.example.machine.reading.v1',
      time: '2026-11-21T14:00:00.000Z',
      data: { sensor: 'press-42-temperature', celsius: 71.25, status: 'ok' },
    },
    ...over,
  };
}

export const aMessage = (over: Partial<Envelope> = {}, sendAttempt = 1): LaneMessage => ({
  v: 1,
  envelope: anEnvelope(over),
  sendAttempt,
});

export function aWrite(over: Partial<KeyedWrite> = {}): KeyedWrite {
  return {
    collection: 'telemetry/readings',
    key: KEY,
    version: 1,
    value: { sensor: 'press-42-temperature', celsius: 71.25, mean: 70.9, deviation: 0.41, anomalous: false },
    receipt: `${KEY}/record/0`,
    ...over,
  };
}

export function anOutcome(over: Partial<Outcome> = {}): Outcome {
  const { event, ...envelope } = anEnvelope();
  return {
    kind: 'DONE',
    reason: 'reacted',
    bodyDigest: envelope.bodyDigest,
    decidedAtMs: 1_780_000_000_420,
    acceptedAtMs: envelope.acceptedAtMs,
    lane: envelope.lane,
    tenant: envelope.tenant,
    source: event.source,
    id: event.id,
    type: event.type,
    chain: 'telemetry@1',
    writes: [aWrite()],
    emits: [],
    contexts: ['telemetry/detect/acme/press-42-temperature'],
    ...over,
  };
}

/** An error as the SDK throws it. */
export function serviceError(name: string, fields: object = {}): Error {
  return Object.assign(new Error(name), { name, $fault: 'client', $metadata: {} }, fields);
}
