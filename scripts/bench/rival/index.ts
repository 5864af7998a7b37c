import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createRivalHandler } from './handler';

export const handler = createRivalHandler(new DynamoDBClient({}));
