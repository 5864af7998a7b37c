/** Invocations: a process with ports of its own, each call through the faults, ended by its time-out where nothing else ends it. */
import {
  createMemoryRecords,
  createMemorySagaControl,
  createMemoryStateStore,
  type MemoryWorld,
} from '../../adapters/memory';
import { booking } from '../../applications/booking';
import type { StepRequest } from '../../core/contracts/saga';
import type { Claims } from '../../core/ports';
import { runStep, stepOf } from '../../core/sagas';
import type { TaskResult } from '../asl';
import { EPOCH_MS } from './events';
import type { Faults } from './faults';
import { createProvider, type ProviderBooks } from './provider';
import { isTakenForNothing, type Safeguard, weakenStore } from './safeguards';
import type { Process, Stage } from './stage';
import { APPROVAL_ABOVE_CENTS } from './workload';

/** Below the 20 s of a task. */
export const FUNCTION_MS = 15_000;
/** One that was given up and lives on ends after this. */
const OUTLIVING_MS = 150_000;
const SETTINGS = { approvalAboveCents: APPROVAL_ABOVE_CENTS };

export interface Parts {
  readonly stage: Stage;
  readonly faults: Faults;
  /** Without a hook: each invocation has one of its own over the same tables. */
  readonly world: MemoryWorld;
  readonly books: ProviderBooks;
  readonly without: Safeguard | undefined;
}

export type Work = (world: MemoryWorld, now: () => number) => Promise<unknown>;

/** Runs it as a function is run; `done` is told once, of its return, its error or its death. */
export function invoke({ stage, faults, world }: Parts, work: Work, done: (result: TaskResult) => void): void {
  const { clock } = stage;
  let limit = 0;
  let process: Process | undefined;
  const end = (result: TaskResult): void => {
    clock.cancel(limit);
    done(result);
  };
  const die = (error: string): void => {
    if (process === undefined || process.dead) return;
    stage.kill(process);
    end({ ok: false, error, cause: 'it was ended' });
  };
  const limitTo = (ms: number): void => {
    if (limit !== 0) clock.cancel(limit);
    limit = clock.after(ms, () => die('Sandbox.Timedout'));
  };
  limitTo(FUNCTION_MS);
  process = stage.spawn(
    (own) => {
      process = own;
      const hook = faults.hookOf(own, die, () => limitTo(OUTLIVING_MS));
      return work({ state: world.state, hook, without: world.without }, () => EPOCH_MS + clock.nowMs);
    },
    (output) => end({ ok: true, output: { StatusCode: 200, Payload: output as never } }),
    (error) => end({ ok: false, error: nameOf(error), cause: String(error) }),
  );
}

/** The real step of the real application. */
export function stepWork(request: StepRequest, { books, without }: Parts): Work {
  return async (world, now) => {
    const step = stepOf(booking, request.step);
    const states = weakenStore(createMemoryStateStore({ world }), step, without);
    if (without === 'compensation of what is pending' && (await isTakenForNothing(states, step, request.saga)))
      return { status: 'done', version: 1 };
    const payments = createProvider(books, world, now, {
      freshKeys: without === 'idempotency key',
      knowsNothing: without === 'ask before retry',
      leavesOpen: without === 'closed key',
    });
    const control = createMemorySagaControl({ world });
    const ports = { states, control, claims: NO_CLAIMS, settings: SETTINGS, services: { payments } };
    return runStep(step, request, ports, { now });
  };
}

/** The platform's last step: the outcome of the event that began the saga, where there is none. */
export function settleWork(
  request: StepRequest & { readonly end: 'DONE' | 'COMPENSATED'; readonly reason: string },
  tell: (stood: string) => void,
): Work {
  return async (world, now) => {
    const records = createMemoryRecords({ world });
    const { saga, end, reason } = request;
    const { key, generation, ...event } = saga.event;
    const outcome = {
      ...event,
      kind: end,
      reason,
      decidedAtMs: now(),
      chain: `${saga.saga}@1`,
      writes: [],
      emits: [],
      contexts: [],
    };
    const { status } = await records.commit(
      { outcomes: [{ key, generation, outcome }], contexts: [] },
      request.attempt,
    );
    if (status === 'refused') {
      const [stands] = await records.read([{ key, generation }]);
      if (stands?.outcome) tell(stands.outcome.kind);
    }
    return { status: 'done', version: 1 };
  };
}

/** Requests are small here, and travel in the input. */
const NO_CLAIMS: Claims = {
  read: () => Promise.reject(new Error('no request is a claim here')),
} as unknown as Claims;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'Error');
