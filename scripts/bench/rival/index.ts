/** The rival as it is deployed; one log line per batch, as Triage's runner writes. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createRivalHandler } from './handler';

const react = createRivalHandler(new DynamoDBClient({}));

export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const answer = await react(event, context);
  process.stdout.write(`${JSON.stringify({ level: 'INFO', message: 'batch', records: event.Records.length })}\n`);
  return answer;
}
