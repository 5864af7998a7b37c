/** A table on demand, protected and recoverable as far as the environment says. */
import { BillingMode, Table, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import type { PlatformStack } from '../platform-stack';
import { acknowledge } from './acknowledge';

export function platformTable(stack: PlatformStack, id: string, props: TableProps): Table {
  const { configuration } = stack;
  const table = new Table(stack, id, {
    billingMode: BillingMode.PAY_PER_REQUEST,
    deletionProtection: configuration.deletionProtection,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: configuration.pointInTimeRecovery },
    removalPolicy: stack.removalPolicy,
    ...props,
  });
  if (!configuration.pointInTimeRecovery) {
    const reason = `The ${configuration.environment} environment holds nothing that could not be sent again; recovery to a point in time is switched on by its configuration where data matters.`;
    acknowledge(table, { 'AwsSolutions-DDB3': reason, 'Serverless-DynamoDBPITREnabled': reason });
  }
  return table;
}
