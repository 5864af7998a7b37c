/**
 * Takes one step back. The first compensation of an instance turns its direction, which every commit forward has as a condition:
 * from then on none succeeds. Each leaves `undone` in its step's place, under a higher token, whether the step had acted or not.
 */
import type { StepAnswer, StepRecord, StepRequest } from '../contracts/saga';
import { holdThings, idempotencyKey, type StepTools, servicesOf } from './acts';
import type { Step, StepPorts } from './definitions';
import { directionOf, isCurrent, type Loaded, readOf, recordOf, thingsOf } from './load';
import { begin, beginAll, claimOf, commit, putOf } from './write';

export async function tryBack(
  step: Step,
  request: StepRequest,
  loaded: Loaded,
  ports: StepPorts,
  { now }: StepTools,
): Promise<StepAnswer | undefined> {
  const { own, direction } = loaded;
  const { states } = ports;
  const { attempt } = request;
  const way = directionOf(loaded);
  if (way === 'done') return { status: 'stands' };
  const record = recordOf(own);
  if (isCurrent(own) && record?.status === 'undone') return { status: 'done', version: own.found?.version ?? 0 };
  if (way !== 'back' || !isCurrent(direction)) {
    const turn = claimOf(direction, attempt);
    if (!(await begin(states, turn, now()))) return undefined;
    await commit(states, [], [putOf(turn, 'back')], now());
    // Looked at again either way: by its version the commit below knows that it is still so.
    return undefined;
  }
  const mine = claimOf(own, attempt);
  if (!(await begin(states, mine, now()))) return undefined;
  const undone = await step.undo({
    ...loaded.where,
    settings: ports.settings,
    result: record?.status === 'done' ? record.result : undefined,
    things: thingsOf(loaded.looked),
    services: servicesOf(step, ports),
    idempotencyKey: idempotencyKey(request, step.compensates ?? step.name),
    nowMs: now(),
  });
  const held = holdThings(loaded.looked, undone.puts, attempt, now());
  if (held === undefined) return undefined;
  const { puts } = held;
  const reads = [readOf(direction), ...held.reads];
  if (!(await beginAll(states, puts, now()))) return undefined;
  const value: StepRecord = { status: 'undone', by: step.name };
  if (!(await commit(states, reads, [...puts, putOf(mine, value)], now()))) return undefined;
  return { status: 'done', version: (own.found?.version ?? 0) + 1 };
}
