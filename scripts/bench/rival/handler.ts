/**
 * The rival: what a careful team writes by hand for the same guarantees. Batch processing with partial failures and idempotency by
 * Powertools, one PutItem as the effect.
 */
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';

export const RIVAL_NAMES = {
  queue: 'triage-bench-rival',
  idempotencyTable: 'triage-bench-rival-idempotency',
  effectsTable: 'triage-bench-rival-effects',
};

export function createRivalHandler(dynamo: DynamoDBClient) {
  const config = new IdempotencyConfig({ eventKeyJmesPath: 'id' });
  const react = makeIdempotent(
    async (event: { readonly id: string; readonly data: { readonly sensor: string; readonly celsius: number } }) => {
      const { id, data } = event;
      await dynamo.send(
        new PutItemCommand({
          TableName: RIVAL_NAMES.effectsTable,
          Item: {
            id: { S: id },
            sensor: { S: data.sensor },
            celsius: { N: String(data.celsius) },
            atMs: { N: String(Date.now()) },
          },
        }),
      );
      return { id };
    },
    {
      persistenceStore: new DynamoDBPersistenceLayer({
        tableName: RIVAL_NAMES.idempotencyTable,
        awsSdkV3Client: dynamo,
      }),
      config,
    },
  );
  const processor = new BatchProcessor(EventType.SQS);
  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    config.registerLambdaContext(context);
    return processPartialResponse(event, (record: SQSRecord) => react(JSON.parse(record.body)), processor, {
      context,
    });
  };
}
