/** What comes to the monitor beside the functions' logs. */
import { resourceNames } from '../../core/contracts/names';
import type { SagaInput } from '../../core/contracts/saga';
import { CANARY_ERROR } from '../../lambdas/monitoring/monitor/core';
import { SAGA } from '../saga/events';
import { payloadOf } from './fleet';

export const NAMES = resourceNames('sim');

/** As EventBridge tells of it. */
export function statusEvent(name: string, status: string, input: SagaInput, error: string | undefined): unknown {
  const detail = {
    executionArn: `arn:aws:states:eu-central-1:1:execution:${NAMES.machine(SAGA)}:${name}`,
    stateMachineArn: `arn:aws:states:eu-central-1:1:stateMachine:${NAMES.machine(SAGA)}`,
    name,
    status,
    input: JSON.stringify(input),
    ...(error === undefined ? {} : { error }),
  };
  return { id: name, source: 'aws.states', 'detail-type': 'Step Functions Execution Status Change', detail };
}

/** As the canary's handler logs it. */
export function canaryLog(nowMs: number): unknown {
  return loggedError(NAMES.platformFunction('canary'), CANARY_ERROR, nowMs);
}

/** One error, by the logger of this project. */
export function loggedError(functionName: string, name: string, nowMs: number): unknown {
  const error = { name, message: 'known', stack: '' };
  const timestamp = new Date(nowMs).toISOString();
  const message = JSON.stringify({ level: 'ERROR', message: 'it failed', timestamp, service: 'one', error });
  const stream = `2027/01/15/${functionName}[1][0123456789abcdef0123456789abcdef]`;
  const id = `${functionName} ${nowMs}`.slice(-100);
  return payloadOf({ functionName, stream, lines: [{ id, timestamp: nowMs, message }] });
}
