/** Wires the publisher to AWS: it consumes the records table's stream. */
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { createEffects, createEventBus, recordFromItem } from '../../../adapters/aws';
import type { LedgerRecord } from '../../../core/contracts/ledger';
import { dynamo, eventBridge } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { metricLine } from '../../runtime/metrics';
import { type Published, publish } from './core';
import { readPublisherEnvironment } from './env';

const environment = readPublisherEnvironment(process.env);
const log = createLog({ service: 'publisher' });
const ports = {
  effects: createEffects({ dynamo, table: environment.EFFECTS_TABLE }),
  bus: createEventBus({ eventBridge, bus: environment.BUS }),
  log,
};

/** Throws only for what a retry can mend: the stream then repeats the batch, and what is done already changes nothing. */
export async function handler(event: DynamoDBStreamEvent): Promise<void> {
  const images = event.Records.flatMap(readImage);
  writeLine(event.Records.length, await publish(ports, images, environment.PARALLEL_OUTCOMES));
}

/** Only images with an outcome are worth reading; one that cannot be read is reported, since no retry would help. */
function readImage({ dynamodb }: DynamoDBRecord): LedgerRecord[] {
  const image = dynamodb?.NewImage;
  if (image?.outcome === undefined) return [];
  try {
    return [recordFromItem(withBytes(image))];
  } catch (error) {
    log.error('a record of the stream cannot be read', { key: image.key?.S, error });
    return [];
  }
}

type Item = Parameters<typeof recordFromItem>[0];

/** A stream's image comes as JSON, where bytes are base64. */
function withBytes(image: Readonly<Record<string, unknown>>): Item {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, toAttribute(value)]));
}

function toAttribute(value: unknown): Item[string] {
  const { B, M, L } = value as { B?: unknown; M?: Readonly<Record<string, unknown>>; L?: readonly unknown[] };
  if (typeof B === 'string') return { B: Buffer.from(B, 'base64') };
  if (M !== undefined) return { M: withBytes(M) };
  if (L !== undefined) return { L: L.map(toAttribute) };
  return value as Item[string];
}

function writeLine(records: number, { outcomes, applied, stale, emitted, bad }: Published): void {
  const count = (name: string, value: number) => ({ name, unit: 'Count' as const, value });
  const metrics = [
    count('effectsApplied', applied),
    count('effectsStale', stale),
    count('eventsEmitted', emitted),
    count('outcomesUnpublished', bad.length),
  ];
  const dimensions = { environment: environment.ENVIRONMENT, stage: 'state' };
  const properties = { level: 'INFO', message: 'batch', service: 'publisher', records, outcomes };
  process.stdout.write(`${metricLine(dimensions, metrics, Date.now(), properties)}\n`);
}
