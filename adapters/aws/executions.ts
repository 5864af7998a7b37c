/** Executions of Step Functions' state machines. Their ARNs are made from names, so that nothing has to look them up. */
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { RetryableError } from '../../core/contracts/errors';
import {
  EXECUTION_STATUSES,
  type ExecutionEvent,
  type ExecutionStatus,
  type Executions,
} from '../../core/ports/executions';
import { isThrottling } from './retry';

export interface ExecutionsOptions {
  readonly sfn: SFNClient;
  /** ARN of a state machine, but for the saga's name at its end. */
  readonly machinePrefix: string;
}

/** Most of one page of ListExecutions and of GetExecutionHistory. */
const PAGE = 1_000;

export function createExecutions({ sfn, machinePrefix }: ExecutionsOptions): Executions {
  const machineOf = (saga: string) => `${machinePrefix}${saga}`;
  const executionOf = (saga: string, name: string) =>
    `${machineOf(saga).replace(':stateMachine:', ':execution:')}:${name}`;
  return {
    start: async (saga, name, input) => {
      const stateMachineArn = machineOf(saga);
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
        const found = await sfn.send(new DescribeExecutionCommand({ executionArn: executionOf(saga, name) }));
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
    stop: async (saga, name, reason) => {
      await sfn.send(
        new StopExecutionCommand({ executionArn: executionOf(saga, name), error: 'Stopped', cause: reason }),
      );
    },
    list: async (saga, { limit, status }) => {
      const { executions = [] } = await sfn.send(
        new ListExecutionsCommand({
          stateMachineArn: machineOf(saga),
          maxResults: Math.min(limit, PAGE),
          ...(status === undefined ? {} : { statusFilter: status }),
        }),
      );
      return executions.slice(0, limit).map((each) => ({ saga, name: each.name ?? '', ...timesOf(each) }));
    },
    history: async (saga, name, limit) => {
      const events: ExecutionEvent[] = [];
      let nextToken: string | undefined;
      do {
        const page = await sfn.send(
          new GetExecutionHistoryCommand({
            executionArn: executionOf(saga, name),
            maxResults: Math.min(limit, PAGE),
            ...(nextToken === undefined ? {} : { nextToken }),
          }),
        );
        events.push(...(page.events ?? []).map(toEvent));
        nextToken = page.nextToken;
      } while (nextToken !== undefined && events.length < limit);
      return events.slice(0, limit);
    },
    answer: async (taskToken, output) => {
      try {
        await sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
        return 'answered';
      } catch (error) {
        if (GONE.some((each) => isNamed(error, each))) return 'gone';
        throw error;
      }
    },
  };
}

const GONE = ['TaskDoesNotExist', 'TaskTimedOut', 'InvalidToken'];

const isNamed = (error: unknown, name: string) => error instanceof Error && error.name === name;

/** Too many executions are open, or too many calls were made. */
const isBusy = (error: unknown) => isThrottling(error) || isNamed(error, 'ExecutionLimitExceeded');

function timesOf(found: { status?: string | undefined; startDate?: Date | undefined; stopDate?: Date | undefined }) {
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

interface Details {
  readonly name?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly parameters?: string;
}

/** Each type of event keeps its details under a name of its own. */
function toEvent(event: HistoryEvent): ExecutionEvent {
  const details = Object.entries(event).flatMap(([key, value]) =>
    key.endsWith('EventDetails') ? [value as Details] : [],
  );
  const pick = (of: (each: Details) => string | undefined) => details.map(of).find((each) => each !== undefined);
  const state = pick((each) => each.name);
  const error = pick((each) => each.error);
  const cause = pick((each) => each.cause);
  const taskToken = tokenIn(pick((each) => each.parameters));
  return {
    id: event.id ?? 0,
    atMs: event.timestamp?.getTime() ?? 0,
    type: event.type ?? '',
    ...(state === undefined ? {} : { state }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    ...(taskToken === undefined ? {} : { taskToken }),
  };
}

const tokenIn = (parameters: string | undefined): string | undefined =>
  /"token"\s*:\s*"([^"]+)"/.exec(parameters ?? '')?.[1];
