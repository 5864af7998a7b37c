/** Executions of Step Functions' state machines, with what only people ask of them. */
import {
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { ExecutionEvent, Executions } from '../../core/ports/executions';
import { createSagaRuns, type ExecutionsOptions, executionArn, isNamed, timesOf } from './saga-runs';

/** Most of one page of ListExecutions and of GetExecutionHistory. */
const PAGE = 1_000;

export function createExecutions(options: ExecutionsOptions): Executions {
  const { sfn, machinePrefix } = options;
  const machineOf = (saga: string) => `${machinePrefix}${saga}`;
  return {
    ...createSagaRuns(options),
    stop: async (saga, name, reason) => {
      await sfn.send(
        new StopExecutionCommand({
          executionArn: executionArn(machinePrefix, saga, name),
          error: 'Stopped',
          cause: reason,
        }),
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
            executionArn: executionArn(machinePrefix, saga, name),
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
