/** Subscriptions of one function to the logs of others. CloudWatch Logs asks at once whether it may, so the permission comes first. */
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnSubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionKind } from '../../core/contracts/functions';
import type { PlatformStack } from '../platform-stack';
import type { PlatformFunction } from './platform-function';

/**
 * What is worth a delivery: where requests begin and end, and what failed. Healthy lines of Triage's own functions have none of these
 * words. Any of them will do; the function looks closely.
 */
const PATTERN = [
  'START',
  'END',
  'REPORT',
  'INIT_START',
  'INIT_REPORT',
  'ERROR',
  'errorType',
  'Task timed out',
  'Runtime exited',
  'Process exited',
  'platform.',
]
  .map((word) => `?"${word}"`)
  .join(' ');
/** For endpoints that know no alternatives: at least what Triage's own logger says. */
const ONE_WORD = 'ERROR';

export interface LogWatchProps<K extends FunctionKind> {
  readonly stack: PlatformStack;
  readonly reader: PlatformFunction<K>;
  readonly functionNames: readonly string[];
}

export class LogWatch<K extends FunctionKind> extends Construct {
  constructor(scope: Construct, id: string, { stack, reader, functionNames }: LogWatchProps<K>) {
    super(scope, id);
    const groupOf = (functionName: string) => `/aws/lambda/${functionName}`;
    const permission = new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: reader.live.functionArn,
      principal: 'logs.amazonaws.com',
      sourceAccount: stack.account,
      sourceArn: `${stack.formatArn({ service: 'logs', resource: 'log-group' })}:${groupOf(`${stack.names.prefix}-*`)}:*`,
    });
    for (const functionName of functionNames) {
      const filter = new CfnSubscriptionFilter(this, functionName, {
        filterName: `${stack.names.prefix}-monitor`,
        logGroupName: groupOf(functionName),
        filterPattern: stack.features.has('log-patterns') ? PATTERN : ONE_WORD,
        destinationArn: reader.live.functionArn,
      });
      filter.addResourceDependency(permission);
    }
  }
}
