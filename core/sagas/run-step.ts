/**
 * Runs one step, or one compensation. Safe to call again at any time and by several at once: what is done is answered, never done
 * again; what is not is begun under a higher token, so that whoever began before can no longer put.
 */
import { RetryableError } from '../contracts/errors';
import type { Direction, StepAnswer, StepRecord, StepRequest } from '../contracts/saga';
import { holdThings, idempotencyKey, type StepTools, servicesOf } from './acts';
import type { Acted, Step, StepPorts } from './definitions';
import {
  directionOf,
  isCurrent,
  type Loaded,
  load,
  notYet,
  readOf,
  recordOf,
  resultsOf,
  standsOn,
  thingsOf,
} from './load';
import { tryBack } from './run-compensation';
import { begin, beginAll, claimOf, commit, putOf } from './write';

/** Looks at what is there, by this one call. Longer waits are the state machine's, which has the one layer of retries. */
const MOST_LOOKS = 4;

export async function runStep(
  step: Step,
  request: StepRequest,
  ports: StepPorts,
  tools: StepTools,
): Promise<StepAnswer> {
  const attempt = step.compensates === undefined ? tryForward : tryBack;
  for (let look = 0; look < MOST_LOOKS; look++) {
    const loaded = await load(step, request, ports);
    const answer = loaded.isPaused
      ? ({ status: 'paused' } as const)
      : await attempt(step, request, loaded, ports, tools);
    if (answer !== undefined) return answer;
  }
  throw new RetryableError(`${step.name} of ${request.saga.instance}: others were first, ${MOST_LOOKS} times`);
}

async function tryForward(
  step: Step,
  request: StepRequest,
  loaded: Loaded,
  ports: StepPorts,
  { now }: StepTools,
): Promise<StepAnswer | undefined> {
  const early = withoutActing(step, request, loaded, now());
  if (early !== undefined) return early;
  const { own, direction } = loaded;
  const { saga, cell, request: asked } = loaded.where;
  const { results, cells } = resultsOf(step, loaded.basis);
  const mine = claimOf(own, request.attempt);
  const actsOutside = step.uses.length > 0;
  if (actsOutside && !(await begin(ports.states, mine, now()))) return undefined;
  const acted = await step.act({
    request: asked,
    saga,
    cell,
    settings: ports.settings,
    results,
    cells,
    things: thingsOf(loaded.looked, loaded.glanced),
    services: servicesOf(step, ports),
    idempotencyKey: idempotencyKey(request, step.name),
    isRepeat: own.found !== undefined,
    token: request.token,
    nowMs: now(),
  });
  const values = acted.status === 'declined' ? undefined : acted.puts;
  const held = holdThings(loaded.looked, values, request.attempt, now());
  if (held === undefined) return undefined;
  const { puts } = held;
  const reads = [...loaded.basis.map(readOf), ...held.reads];
  const next = nextDirection(step, loaded, acted);
  if (next === undefined) reads.push(readOf(direction));
  else puts.push(putOf(claimOf(direction, request.attempt), next));
  const others = [...puts];
  if (acted.status !== 'waiting') puts.push(putOf(mine, toRecord(acted)));
  if (puts.length === 0) return { status: 'waiting' };
  // Its own result first: who has lost that token makes nobody else's result pending.
  if (!actsOutside && acted.status !== 'waiting' && !(await begin(ports.states, mine, now()))) return undefined;
  if (!(await beginAll(ports.states, others, now()))) return undefined;
  if (!(await commit(ports.states, reads, puts, now()))) return undefined;
  return answerOf(acted, (own.found?.version ?? 0) + 1);
}

/** Done already, not to be done any more, or not now. */
function withoutActing(step: Step, { saga }: StepRequest, loaded: Loaded, nowMs: number): StepAnswer | undefined {
  const { own, direction, basis } = loaded;
  const record = recordOf(own);
  if (isCurrent(own) && record !== undefined) {
    if (record.status === 'declined') return record;
    if (record.status === 'done' && standsOn(own, basis)) return { status: 'done', version: own.found?.version ?? 0 };
  }
  const way = directionOf(loaded);
  if (way === 'back' || record?.status === 'undone') return { status: 'cancelled' };
  if (way !== 'done' && (loaded.cancelled || saga.intent === 'compensate')) return { status: 'cancelled' };
  if (direction.found?.freshness === 'stale') throw notYet(direction);
  const isLate = saga.deadlineMs !== undefined && saga.deadlineMs < nowMs;
  if (isLate && !step.ignoresDeadline && way !== 'done')
    return { status: 'declined', reason: { code: 'deadline', words: 'the deadline of the request has passed' } };
  return undefined;
}

/** What the direction becomes by this commit; `undefined` where it stays, which is then a condition of the commit. */
function nextDirection(step: Step, loaded: Loaded, acted: Acted): Direction | undefined {
  const way = directionOf(loaded);
  if (way !== 'done' && acted.status === 'done' && step.ends(loaded.where)) return 'done';
  // Somebody is about to turn it or to end it, or has died over that: as long as it is not turned, it is said again.
  return isCurrent(loaded.direction) ? undefined : (way ?? 'forward');
}

const toRecord = (acted: Exclude<Acted, { status: 'waiting' }>): StepRecord =>
  acted.status === 'done' ? { status: 'done', result: acted.result } : { status: 'declined', reason: acted.reason };

function answerOf(acted: Acted, version: number): StepAnswer {
  if (acted.status === 'done') return { status: 'done', version };
  return acted.status === 'declined' ? { status: 'declined', reason: acted.reason } : { status: 'waiting' };
}
