/**
 * Runs a coordinated application in memory: its real steps, one after the other as its state machine would, many requests at once.
 * A seed chooses who comes next at every call of a port, and what goes wrong there. For authors of applications; no AWS, no waiting.
 */
import * as v from 'valibot';
import {
  createMemoryPaymentProvider,
  createMemoryPorts,
  createMemorySagaControl,
  createMemoryStateStore,
  createMemoryWorld,
  type Hook,
  type MemoryWorld,
  type Operation,
} from '../../adapters/memory';
import type { Payment } from '../../core/contracts/payment';
import {
  type Reason,
  type SagaCell,
  type SagaInput,
  type StepAnswer,
  type StepRecord,
  sagaInstance,
} from '../../core/contracts/saga';
import { type StateKey, type StateResult, stateKeyText } from '../../core/contracts/state';
import type { StateCondition } from '../../core/contracts/state-conditions';
import type { PaymentProvider, SagaControl } from '../../core/ports';
import { putThing, runStep, type Saga, type Step, type StepPorts, type ThingKey } from '../../core/sagas';

/** Probabilities, each at every call of a port; 0 where left out. */
export interface SagaFaults {
  /** The function dies before the call. */
  readonly crashBefore?: number;
  /** The function dies after the call was carried out. */
  readonly crashAfter?: number;
  /** Refused: nothing is carried out, and the function hears an error. */
  readonly refused?: number;
  /** Carried out, and the function hears an error. */
  readonly lostAnswers?: number;
  /** The state machine gives the function up; its call is carried out later, and the function goes on. */
  readonly hangs?: number;
  /** The state store answers that another transaction is in the way. */
  readonly conflicts?: number;
  /** The payment provider's answer is "unknown", before or after it has acted. */
  readonly ambiguous?: number;
  /** At every step: it is run twice at the same time. */
  readonly repeats?: number;
}

export interface PlannedStep {
  readonly step: string;
  readonly cell?: SagaCell;
}

export interface SagaRunOptions {
  readonly tenant?: string;
  /** As configured; checked against the saga's schema. Left out: `{}`. */
  readonly settings?: unknown;
  /** Things that are there before: `[key, value]`. */
  readonly things?: readonly (readonly [ThingKey<unknown>, unknown])[];
  readonly faults?: SagaFaults;
  /** Runs of one request in which faults happen; the runs after these are without. 3 if left out. */
  readonly faultyRuns?: number;
  /** Makes the run repeatable; 1 if left out. */
  readonly seed?: number;
  /** What a person does who is asked: called when a step waits. Left out: nobody answers. */
  readonly whenAsked?: (saga: SagaInput, world: SagaWorld) => Promise<void>;
  /** Before every call of a step. */
  readonly beforeStep?: (step: string, saga: SagaInput, world: SagaWorld) => Promise<void>;
  /** Called after every call of a port, with all results and payments as they are now. */
  readonly observe?: (
    states: Readonly<Record<string, StateResult>>,
    operation: Operation,
    payments: Readonly<Record<string, Payment>>,
  ) => void;
  /** A world to go on in, of an earlier run or made for it. Left out: an empty one. */
  readonly world?: SagaWorld;
  /** Another provider in the place of the one in memory, made from it. */
  readonly provider?: (inMemory: PaymentProvider) => PaymentProvider;
  /** Generation of the first run; 1 if left out. */
  readonly run?: number;
  readonly deadlineMs?: number;
  /** Groups of steps, each group at the same time, as a Map does. Left out: each step forward once, one after the other. */
  readonly plan?: (saga: SagaInput) => readonly (readonly PlannedStep[])[];
}

export interface SagaEnd {
  readonly end: 'DONE' | 'COMPENSATED';
  readonly reason?: Reason | undefined;
  /** How many executions it took. */
  readonly runs: number;
}

/** All that there is, and what a test does to it from outside. */
export interface SagaWorld {
  readonly memory: MemoryWorld;
  readonly control: SagaControl;
  put<Value>(key: ThingKey<Value>, value: Value): Promise<void>;
}

export interface SagaRun {
  /** By business key. */
  readonly ends: Readonly<Record<string, SagaEnd>>;
  readonly world: SagaWorld;
  /** What the provider's own books say, by idempotency key. */
  readonly payments: Readonly<Record<string, Payment>>;
  /** A step's result by business key; undefined where it is not done. */
  result(businessKey: string, step: string): unknown;
  thing<Value>(key: ThingKey<Value>): Value | undefined;
  /** How often a step's `act` or `undo` was called in all. */
  readonly acts: Readonly<Record<string, number>>;
  /** How often each kind of fault happened. */
  readonly faults: Readonly<Record<string, number>>;
}

const MOST_TRIES = 3;
const MOST_RUNS = 30;
const FIRST_WAIT_MS = 1_000;
const START_AT_MS = Date.UTC(2026, 0, 1);

export async function runSaga<Request>(
  saga: Saga<Request, never> | Saga<Request, unknown>,
  requests: readonly Request[],
  options: SagaRunOptions = {},
): Promise<SagaRun> {
  const typed = saga as Saga<Request, unknown>;
  const world = options.world ?? createSagaWorld();
  for (const [key, value] of options.things ?? []) await world.put(key, value);
  const bench = new Bench(typed as Saga, world, options);
  const running = requests.map(async (request) => {
    const parsed = v.parse(typed.request, request);
    const key = typed.businessKey(parsed);
    return [key, await bench.untilEnd(bench.input(key, parsed))] as const;
  });
  const all = Promise.all(running);
  await bench.drive(all);
  const ends = Object.fromEntries(await all);
  const tenant = options.tenant ?? 'test-tenant';
  const find = (key: StateKey) => world.memory.state.states[stateKeyText(plain(key))];
  return {
    ends,
    world,
    payments: world.memory.state.payments,
    result: (businessKey, step) => {
      const instance = sagaInstance(saga.name, tenant, businessKey);
      const record = find({ application: saga.application, instance, name: step })?.value as StepRecord | undefined;
      return record?.status === 'done' ? record.result : undefined;
    },
    thing: <Value>(key: ThingKey<Value>) => find(key)?.value as Value | undefined,
    acts: bench.acts,
    faults: bench.happened,
  };
}

const plain = ({ application, instance, name }: StateKey): StateKey => ({ application, instance, name });

/** `without`: conditions of the state store that are switched off, for a test that looks for the hole. */
export function createSagaWorld(without: readonly StateCondition[] = []): SagaWorld {
  const memory = createMemoryWorld({ nowMs: START_AT_MS, without });
  const states = createMemoryStateStore({ world: memory });
  let puts = 0;
  return {
    memory,
    control: createMemorySagaControl({ world: memory }),
    put: (key, value) => {
      puts += 1;
      return putThing(states, key, value, `test ${puts}`, memory.state.nowMs);
    },
  };
}

/** The function was given up, or died: the state machine hears this and nothing else. */
class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

class Bench {
  readonly acts: Record<string, number> = {};
  readonly happened: Record<string, number> = {};
  private readonly random: () => number;
  private readonly settings: unknown;
  /** Calls that wait for their turn; those that hang wait longer. */
  private readonly waiting: (() => void)[] = [];
  private readonly late: (() => void)[] = [];
  private attempts = 0;

  constructor(
    private readonly saga: Saga,
    private readonly world: SagaWorld,
    private readonly options: SagaRunOptions,
  ) {
    this.random = seeded(options.seed ?? 1);
    this.settings = v.parse(saga.settings, options.settings ?? {});
  }

  input(key: string, request: unknown): SagaInput {
    const tenant = this.options.tenant ?? 'test-tenant';
    const { name, application } = this.saga;
    const { deadlineMs } = this.options;
    return {
      saga: name,
      application,
      instance: sagaInstance(name, tenant, key),
      run: this.options.run ?? 1,
      event: {
        key: `event-${key}`,
        generation: 1,
        bodyDigest: 'digest',
        tenant,
        source: '/test',
        id: key,
        type: this.saga.types[0] ?? '',
        lane: 'test',
        acceptedAtMs: START_AT_MS,
      },
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      request: { inline: request },
    };
  }

  /** Lets one waiting call go on at a time, a random one, until the work is done and no call is left over. */
  async drive(work: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    over.catch(() => undefined);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.late.length > 0 && (this.waiting.length === 0 || this.random() < 0.03))
        this.waiting.push(this.take(this.late));
      if (this.waiting.length > 0) this.take(this.waiting)();
      else if (isOver) break;
    }
    await over;
  }

  /** Executions of one request, one after the other, until one ends with an outcome. */
  async untilEnd(first: SagaInput): Promise<SagaEnd> {
    for (let runs = 1; runs <= MOST_RUNS; runs++) {
      const end = await this.execution({ ...first, run: first.run + runs - 1 }, runs <= (this.options.faultyRuns ?? 3));
      if (end !== undefined) return { ...end, runs };
    }
    throw new Error(`no end after ${MOST_RUNS} runs of ${first.instance}`);
  }

  private async execution(saga: SagaInput, isFaulty: boolean): Promise<Omit<SagaEnd, 'runs'> | undefined> {
    const forward = this.saga.steps.filter((each) => each.compensates === undefined);
    const plan = this.options.plan?.(saga) ?? forward.map((each): PlannedStep[] => [{ step: each.name }]);
    let reason: Reason | undefined;
    for (const group of plan) {
      const answers = await Promise.all(
        group.map((each) => this.answer(each.step, saga, isFaulty, each.cell).catch(() => undefined)),
      );
      const stopped = answers.find((each) => each?.status !== 'done');
      if (answers.every((each) => each?.status === 'done')) continue;
      if (!this.saga.steps.some((each) => each.compensates !== undefined)) {
        if (stopped?.status !== 'declined') return undefined;
        return { end: 'COMPENSATED', reason: stopped.reason };
      }
      reason = stopped?.status === 'declined' ? stopped.reason : undefined;
      return this.back(saga, isFaulty, reason);
    }
    return { end: 'DONE' };
  }

  private async back(saga: SagaInput, isFaulty: boolean, reason: Reason | undefined) {
    for (const each of this.saga.steps.filter(({ compensates }) => compensates !== undefined)) {
      const answer = await this.answer(each.name, saga, isFaulty).catch(() => undefined);
      if (answer?.status === 'stands') return { end: 'DONE' as const };
      if (answer?.status !== 'done') return undefined;
    }
    return { end: 'COMPENSATED' as const, reason };
  }

  /** One state: its tries, its wait while paused, and the person whom it may wait for. */
  private async answer(name: string, saga: SagaInput, isFaulty: boolean, cell?: SagaCell): Promise<StepAnswer> {
    let asked = false;
    for (let turn = 0; turn < 1_000; turn++) {
      await this.options.beforeStep?.(name, saga, this.world);
      const answer = await this.tries(name, saga, isFaulty, cell, undefined);
      if (answer.status === 'paused') {
        await this.turn();
        continue;
      }
      if (answer.status !== 'waiting' || asked) return answer;
      asked = true;
      await this.tries(name, saga, isFaulty, cell, `token of ${saga.instance}`);
      await this.options.whenAsked?.(saga, this.world);
    }
    throw new Error(`${name} was paused for ever`);
  }

  private async tries(
    name: string,
    saga: SagaInput,
    isFaulty: boolean,
    cell: SagaCell | undefined,
    token: string | undefined,
  ): Promise<StepAnswer> {
    for (let count = 1; ; count++) {
      try {
        const first = this.invoke(name, saga, isFaulty, cell, token);
        if (this.hits('repeats', isFaulty)) this.invoke(name, saga, isFaulty, cell, token).catch(() => undefined);
        return await first;
      } catch (error) {
        const isHopeless = error instanceof Error && error.name === 'TerminalError';
        if (isHopeless || count === MOST_TRIES) throw error;
        this.world.memory.state.nowMs += FIRST_WAIT_MS * 2 ** count;
      }
    }
  }

  private invoke(
    name: string,
    saga: SagaInput,
    isFaulty: boolean,
    cell: SagaCell | undefined,
    token: string | undefined,
  ): Promise<StepAnswer> {
    this.attempts += 1;
    const attempt = `run ${saga.run}/${name}/${this.attempts}`;
    const request = { step: name, saga, attempt, ...(cell && { cell }), ...(token && { token }) };
    return new Promise((resolve, reject) => {
      const giveUp = (why: string) => reject(new GivenUp(why));
      const step = this.counted(name);
      const tools = { now: () => this.world.memory.state.nowMs };
      runStep(step, request, this.ports(isFaulty, giveUp), tools).then(resolve, reject);
    });
  }

  private counted(name: string): Step {
    const step = this.saga.steps.find((each) => each.name === name);
    if (step === undefined) throw new Error(`no step ${name}`);
    const count = () => {
      this.acts[name] = (this.acts[name] ?? 0) + 1;
    };
    return {
      ...step,
      act: (call) => {
        count();
        return step.act(call);
      },
      undo: (call) => {
        count();
        return step.undo(call);
      },
    };
  }

  /** Ports of one invocation: what goes wrong in it concerns no other. */
  private ports(isFaulty: boolean, giveUp: (why: string) => void): StepPorts {
    const { memory } = this.world;
    const view: MemoryWorld = { state: memory.state, without: memory.without, hook: this.hook(isFaulty, giveUp) };
    const { states, claims, sagaControl: control } = createMemoryPorts({ world: view });
    const payments = createMemoryPaymentProvider({
      world: view,
      ambiguous: () => (this.hits('ambiguous', isFaulty) ? (this.random() < 0.5 ? 'before' : 'after') : undefined),
    });
    return {
      states,
      claims,
      control,
      settings: this.settings,
      services: { payments: this.options.provider?.(payments) ?? payments },
    };
  }

  private hook(isFaulty: boolean, giveUp: (why: string) => void): Hook {
    const never = new Promise<undefined>(() => undefined);
    const die = (why: string) => {
      giveUp(why);
      return never;
    };
    return {
      before: async (operation) => {
        if (this.hits('hangs', isFaulty)) {
          giveUp('hung');
          await new Promise<void>((resolve) => this.late.push(resolve));
        } else await this.turn();
        this.world.memory.state.nowMs += 1;
        if (this.hits('crashBefore', isFaulty)) return die('crashed');
        if (this.hits('refused', isFaulty)) throw new Error('ThrottlingException: refused by the test');
        const isWrite = operation.name === 'begin' || operation.name === 'commitIfCurrent';
        return isWrite && this.hits('conflicts', isFaulty) ? { answer: { status: 'conflict' } } : undefined;
      },
      after: async (operation) => {
        const { states, payments } = this.world.memory.state;
        this.options.observe?.(states, operation, payments);
        if (this.hits('crashAfter', isFaulty)) await die('crashed');
        if (this.hits('lostAnswers', isFaulty)) throw new Error('TimeoutError: answer lost by the test');
      },
    };
  }

  private hits(kind: keyof SagaFaults, isFaulty: boolean): boolean {
    const share = isFaulty ? (this.options.faults?.[kind] ?? 0) : 0;
    if (share === 0 || this.random() >= share) return false;
    this.happened[kind] = (this.happened[kind] ?? 0) + 1;
    return true;
  }

  private turn(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private take(list: (() => void)[]): () => void {
    const [taken] = list.splice(Math.floor(this.random() * list.length), 1);
    return taken ?? (() => undefined);
  }
}

/** Mulberry32: small, and the same everywhere. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
