/** What functions do with executions. Apart from the rest, since the schemas of a history alone are as much as all that a function has here. */
import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { RetryableError } from '../../core/contracts/errors';
import { EXECUTION_STATUSES, type ExecutionStatus, type Executions } from '../../core/ports/executions';
import { isThrottling } from './retry';

export interface ExecutionsOptions {
  readonly sfn: SFNClient;
  /** ARN of a state machine, but for the saga's name at its end. */
  readonly machinePrefix: string;
}

/** The ARN is made from names, so that nothing has to look it up. */
export const executionArn = (machinePrefix: string, saga: string, name: string): string =>
  `${machinePrefix.replace(':stateMachine:', ':execution:')}${saga}:${name}`;

export function createSagaRuns({ sfn, machinePrefix }: ExecutionsOptions): Pick<Executions, 'start' | 'describe'> {
  return {
    start: async (saga, name, input) => {
      const stateMachineArn = `${machinePrefix}${saga}`;
      try {
        await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
        return 'started';
      } catch (error) {
        if (isNamed(error, 'ExecutionAlreadyExists')) return 'exists';
        if (isBusy(error)) throw new RetryableError(`the start of ${saga} was refused for now: ${String(error)}`);
        throw error;
      }
    },
    describe: async (saga, name) => {
      try {
        const found = await sfn.send(
          new DescribeExecutionCommand({ executionArn: executionArn(machinePrefix, saga, name) }),
        );
        return {
          saga,
          name,
          ...timesOf(found),
          input: parsed(found.input),
          ...(found.output === undefined ? {} : { output: parsed(found.output) }),
          ...(found.error === undefined ? {} : { error: found.error }),
          ...(found.cause === undefined ? {} : { cause: found.cause }),
        };
      } catch (error) {
        if (isNamed(error, 'ExecutionDoesNotExist')) return undefined;
        throw error;
      }
    },
  };
}

export const isNamed = (error: unknown, name: string) => error instanceof Error && error.name === name;

/** Too many executions are open, or too many calls were made. */
const isBusy = (error: unknown) => isThrottling(error) || isNamed(error, 'ExecutionLimitExceeded');

export function timesOf(found: {
  status?: string | undefined;
  startDate?: Date | undefined;
  stopDate?: Date | undefined;
}) {
  return {
    status: statusOf(found.status),
    startedAtMs: found.startDate?.getTime() ?? 0,
    ...(found.stopDate === undefined ? {} : { endedAtMs: found.stopDate.getTime() }),
  };
}

/** `PENDING_REDRIVE` is one that failed and was told to go on: it will run. */
const statusOf = (status: string | undefined): ExecutionStatus =>
  EXECUTION_STATUSES.find((each) => each === status) ?? 'RUNNING';

/** What some endpoint cuts or pads must not stop who only wants the status. */
function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null') as unknown;
  } catch {
    return text;
  }
}
