/** The benchmark's events: readings of about 300 bytes, and the envelopes and acceptances that ingestion makes of them. */

import { randomUUID } from 'node:crypto';
import type { CloudEvent, Envelope, LaneMessage } from '../../core/contracts/event';
import { acceptanceKey, bodyDigest, recordKey } from '../../core/contracts/identity';
import type { Acceptance } from '../../core/contracts/ledger';

export const TENANT = 'acme';
export const BATCH = 10;

export function reading(id: string, index: number): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: `/plants/7/line/3/press/${index % 50}`,
    type: 'bench.reading',
    time: new Date(1_780_000_000_000 + index * 97).toISOString(),
    datacontenttype: 'application/json',
    data: {
      sensor: `press-${index % 50}-temperature`,
      celsius: Math.round((60 + 20 * Math.sin(index)) * 100) / 100,
      status: 'ok',
      unit: 'degree Celsius',
      firmware: '4.2.1',
    },
  };
}

export function envelopesOf(prefix: string, count: number, lane: string, nowMs: number): Envelope[] {
  return Array.from({ length: count }, (_, index) => {
    const event = reading(`${prefix}-${randomUUID()}`, index);
    return {
      key: recordKey(TENANT, event.source, event.id),
      generation: 1,
      tenant: TENANT,
      wayIn: 'devices',
      priorityClass: 'normal',
      lane,
      reason: 'default',
      bodyDigest: bodyDigest(event),
      acceptedAtMs: nowMs,
      acceptanceKey: '',
      event,
    };
  });
}

/** One acceptance per ingest batch. */
export function acceptancesOf(envelopes: readonly Envelope[], dueInMs: number): Acceptance[] {
  return inBatches(envelopes, BATCH).map((batch) => {
    const key = acceptanceKey(batch);
    const [first] = batch as [Envelope, ...Envelope[]];
    return {
      key,
      lane: first.lane,
      envelopes: batch.map((each) => ({ ...each, acceptanceKey: key })),
      acceptedAtMs: first.acceptedAtMs,
      dueAtMs: first.acceptedAtMs + dueInMs,
      handedOver: false,
      resends: 0,
    };
  });
}

export const messageOf = (envelope: Envelope): LaneMessage => ({ v: 1, envelope, sendAttempt: 1 });

export function inBatches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** What an event source mapping hands to a function. */
export function sqsEvent(bodies: readonly string[], arn = 'arn:aws:sqs:us-east-1:000000000000:bench') {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: `r${index}`,
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: String(Date.now()),
        SenderId: 'bench',
        ApproximateFirstReceiveTimestamp: String(Date.now()),
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: arn,
      awsRegion: 'us-east-1',
    })),
  };
}
