/** State machines that run nothing by themselves: whoever drives the world says what an execution does, by changing its state. */
import type { ExecutionDetail, Executions } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

const idOf = (saga: string, name: string) => `${saga}#${name}`;

export function createMemoryExecutions({ world }: { readonly world: MemoryWorld }): Executions {
  const run = <Answer>(name: string, args: readonly unknown[], execute: () => Answer) =>
    perform(world, 'executions', name, args, execute);
  return {
    start: (saga, name, input) =>
      run('start', [saga, name, input], () => {
        const id = idOf(saga, name);
        if (world.state.executions[id] !== undefined) return 'exists' as const;
        world.state.executions[id] = { saga, name, status: 'RUNNING', startedAtMs: world.state.nowMs, input };
        return 'started' as const;
      }),
    describe: (saga, name) => run('describe', [saga, name], () => world.state.executions[idOf(saga, name)]),
    stop: (saga, name, reason) =>
      run('stop', [saga, name, reason], () => {
        const found = world.state.executions[idOf(saga, name)];
        if (found?.status !== 'RUNNING') return;
        endExecution(world, saga, name, { status: 'ABORTED', error: 'Stopped', cause: reason });
      }),
    list: (saga, { limit, status }) =>
      run('list', [saga, { limit, status }], () =>
        Object.values(world.state.executions)
          .filter((each) => each.saga === saga && (status ?? each.status) === each.status)
          .reverse()
          .sort((a, b) => b.startedAtMs - a.startedAtMs)
          .slice(0, limit)
          .map(({ input: _input, output: _output, error: _error, cause: _cause, ...execution }) => execution),
      ),
    history: (saga, name, limit) =>
      run('history', [saga, name, limit], () => {
        const found = world.state.executions[idOf(saga, name)];
        if (found === undefined) return [];
        const ended =
          found.endedAtMs === undefined ? [] : [{ id: 2, atMs: found.endedAtMs, type: `Execution${found.status}` }];
        return [{ id: 1, atMs: found.startedAtMs, type: 'ExecutionStarted' }, ...ended].slice(0, limit);
      }),
    answer: (taskToken, output) =>
      run('answer', [taskToken, output], () => {
        if (!world.state.waitingTasks.includes(taskToken)) return 'gone' as const;
        world.state.waitingTasks = world.state.waitingTasks.filter((each) => each !== taskToken);
        return 'answered' as const;
      }),
  };
}

/** Ends one that runs, as its state machine would. */
export function endExecution(
  world: MemoryWorld,
  saga: string,
  name: string,
  end: Pick<ExecutionDetail, 'status' | 'output' | 'error' | 'cause'>,
): void {
  const id = idOf(saga, name);
  const found = world.state.executions[id];
  if (found === undefined) throw new RangeError(`there is no execution ${name} of ${saga}`);
  world.state.executions[id] = { ...found, ...end, endedAtMs: world.state.nowMs };
}
