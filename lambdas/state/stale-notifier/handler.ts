/** Wires the notifier to AWS: it consumes the states table's stream, of which only stale results reach it. */
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { createEventBus, stateFromItem } from '../../../adapters/aws';
import type { StateResult } from '../../../core/contracts/state';
import { eventBridge } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { metricLine } from '../../runtime/metrics';
import { notify } from './core';
import { readStaleNotifierEnvironment } from './env';

const environment = readStaleNotifierEnvironment(process.env);
const log = createLog({ service: 'stale-notifier' });
const bus = createEventBus({ eventBridge, bus: environment.BUS });

/** Throws only for what a retry can mend. */
export async function handler(event: DynamoDBStreamEvent): Promise<void> {
  const published = await notify(bus, event.Records.flatMap(readImage));
  const metrics = [{ name: 'staleNotices', unit: 'Count' as const, value: published }];
  const dimensions = { environment: environment.ENVIRONMENT, stage: 'state' };
  const properties = { level: 'INFO', message: 'batch', service: 'stale-notifier', records: event.Records.length };
  process.stdout.write(`${metricLine(dimensions, metrics, Date.now(), properties)}\n`);
}

function readImage({ dynamodb }: DynamoDBRecord): StateResult[] {
  const image = dynamodb?.NewImage;
  if (image === undefined) return [];
  try {
    // No attribute of it is bytes, so that the image's JSON is the item.
    return [stateFromItem(image as Parameters<typeof stateFromItem>[0])];
  } catch (error) {
    log.error('a result of the stream cannot be read', { error });
    return [];
  }
}
