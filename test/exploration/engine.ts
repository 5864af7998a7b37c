/**
 * Explores every interleaving of real asynchronous code over the memory world. A state is plain data: the world, and for each
 * process what it was started with and the answers it has had. A process is brought back by running it again on those answers,
 * which touches no world; then its next operation is carried out on a copy. States that were seen are not explored again.
 */
import { type Condition, cloneState, type MemoryWorld, type Operation, type WorldState } from '../../adapters/memory';
import { Identities } from './identity';

export interface Clock {
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** A kind of process: one invocation of a function's core. */
export interface Actor {
  readonly run: (world: MemoryWorld, input: unknown, clock: Clock) => Promise<unknown>;
  /** What the platform does when it has ended well: acknowledge. Not done after a crash. */
  readonly end: (world: MemoryWorld, input: unknown, result: unknown) => void;
}

interface Answered {
  readonly nowMs: number;
  readonly value?: unknown;
  readonly error?: string;
}

export interface Running {
  readonly actor: string;
  readonly input: unknown;
  readonly startedAtMs: number;
  readonly answers: readonly Answered[];
  /** Its next operation; absent when it has ended. */
  readonly next?: Operation;
  readonly result?: { readonly value: unknown } | { readonly error: string };
}

export interface Situation {
  readonly world: WorldState;
  readonly running: readonly Running[];
  /** How much of each bounded kind of trouble was used up. */
  readonly used: Readonly<Record<string, number>>;
  /** The process that made the last step, while it has not ended: to step another one now is a switch. */
  readonly active?: number;
}

/** A change of the situation other than a step of a running process: a delivery, a tick of the clock. */
export interface Start {
  readonly label: string;
  /** Bounded by this name's limit, where given. */
  readonly costs?: string;
  readonly change?: (world: MemoryWorld) => void;
  readonly actor?: string;
  readonly input?: (world: MemoryWorld) => unknown;
}

/** Trouble with one operation instead of its plain execution. */
export interface Trouble {
  readonly name: string;
  readonly picks: (operation: Operation) => boolean;
  /** Answer given without execution; without it the operation is executed and its answer lost. */
  readonly answer?: (operation: Operation) => unknown;
}

export interface Model {
  readonly initial: () => Promise<WorldState>;
  readonly actors: Readonly<Record<string, Actor>>;
  readonly starts: (situation: Situation) => readonly Start[];
  readonly troubles: readonly Trouble[];
  /** Limits of `crash`, of each trouble's name and of each start's cost; of `switch`, where given, else there is none. */
  readonly limits: Readonly<Record<string, number>>;
  /** Processes that commute with all others: stepped alone, when nothing else is under way. */
  readonly alone: (actor: string) => boolean;
  readonly without: readonly Condition[];
  /** Carried out together with what precedes them: they commute with everything. */
  readonly quiet: (operation: Operation) => boolean;
  /** Moves made first, by their labels, so that a search begins near the hole that it is to find. */
  readonly prefix: readonly string[];
  /** Takes out what nothing will look at, so that states meet. */
  readonly tidy: (world: MemoryWorld) => void;
  /** What is wrong after a step; undefined where all is well. */
  readonly check: (before: WorldState, after: WorldState) => string | undefined;
  /** Where nothing more can happen: lets everything run to its end, and says what is wrong then. */
  readonly finish: (situation: Situation, explorer: Explorer) => Promise<string | undefined>;
}

export interface Exploration {
  readonly states: number;
  readonly steps: number;
  /** False where the limit of states was reached first. */
  readonly complete: boolean;
  readonly hole?: { readonly what: string; readonly trace: readonly string[] };
  /** The most kinds of processes that took part in one course of events. */
  readonly together: readonly string[];
}

interface Move {
  readonly label: string;
  readonly make: () => Promise<Situation>;
}

export class Explorer {
  readonly identities = new Identities();
  private readonly seen = new Set<string>();
  /** Situations from which everything was drained before, and ended well. */
  readonly drained = new Set<string>();
  private steps = 0;
  private seed: number;
  /** With a number other than 0, moves are tried in an order shuffled by it: the same states in the end, but a hole may come sooner. */
  constructor(
    readonly model: Model,
    shuffle = 0,
  ) {
    // Far apart, since neighbours of a generator this simple begin alike.
    this.seed = (shuffle * 829_348_951) % 2_147_483_646;
  }

  /** Depth first. Stops at the first hole. */
  async explore(mostStates: number): Promise<Exploration> {
    const first: Situation = { world: await this.model.initial(), running: [], used: {} };
    const stack: { situation: Situation; moves: Move[]; label: string; took: readonly string[] }[] = [];
    let together: readonly string[] = [];
    const enter = (situation: Situation, label: string): boolean => {
      const id = this.identities.of(situation);
      if (this.seen.has(id)) return false;
      this.seen.add(id);
      const took = [...new Set([...(stack.at(-1)?.took ?? []), ...situation.running.map((each) => each.actor)])];
      if (took.length > together.length) together = took;
      stack.push({ situation, moves: this.ordered(this.moves(situation)), label, took });
      return true;
    };
    const report = (complete: boolean, what?: string, last?: string): Exploration => ({
      states: this.seen.size,
      steps: this.steps,
      complete,
      together,
      ...(what === undefined
        ? {}
        : { hole: { what, trace: [...stack.map((each) => each.label), ...(last ? [last] : [])].slice(1) } }),
    });
    enter(first, 'start');
    for (const label of this.model.prefix) {
      const { situation } = stack.at(-1) as { situation: Situation };
      const move = this.moves(situation).find((each) => each.label === label);
      if (!move) throw new RangeError(`the prefix's move "${label}" is not possible`);
      (stack.at(-1) as { moves: Move[] }).moves = [];
      enter(await move.make(), label);
    }
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (this.seen.size > mostStates) return report(false);
      if (top.moves.length === 0) {
        stack.pop();
        continue;
      }
      const move = top.moves.shift() as Move;
      const next = await move.make();
      const wrong = this.model.check(top.situation.world, next.world);
      if (wrong !== undefined) return report(false, wrong, move.label);
      if (!enter(next, move.label)) continue;
      const entered = stack.at(-1);
      if (entered && entered.moves.length === 0) {
        const atEnd = await this.model.finish(next, this);
        if (atEnd !== undefined) return report(false, `${atEnd} (after everything was drained)`);
      }
    }
    return report(true);
  }

  private ordered(moves: Move[]): Move[] {
    if (this.seed === 0) return moves;
    for (let last = moves.length - 1; last > 0; last -= 1) {
      this.seed = (this.seed * 48_271) % 2_147_483_647;
      const other = this.seed % (last + 1);
      [moves[last], moves[other]] = [moves[other] as Move, moves[last] as Move];
    }
    return moves;
  }

  private moves(situation: Situation): Move[] {
    const own = situation.running.findIndex((each) => this.model.alone(each.actor));
    if (own >= 0) return this.movesOf(situation, situation.running[own] as Running, own);
    const steps = situation.running.flatMap((process, index) =>
      this.maySwitch(situation, index) ? this.movesOf(situation, process, index) : [],
    );
    const starts = this.model
      .starts(situation)
      .filter((each) => each.costs === undefined || this.allows(situation, each.costs))
      .filter((each) => each.actor === undefined || this.mayStart(situation, each.actor))
      .map((each) => ({ label: each.label, make: () => this.start(situation, each) }));
    return [...steps, ...starts];
  }

  private movesOf(situation: Situation, process: Running, index: number): Move[] {
    const crash = this.allows(situation, 'crash')
      ? [{ label: `${process.actor} crashes`, make: async () => this.crash(situation, index) }]
      : [];
    const operation = process.next;
    if (operation === undefined)
      return [
        { label: `${process.actor} ends${shown(process.result)}`, make: async () => this.end(situation, index) },
        ...crash,
      ];
    const name = `${process.actor}: ${operation.port}.${operation.name}`;
    const troubled = this.model.troubles
      .filter((each) => each.picks(operation) && this.allows(situation, each.name))
      .map((each) => ({ label: `${name} ${each.name}`, make: () => this.step(situation, index, each) }));
    return [{ label: name, make: () => this.step(situation, index) }, ...troubled, ...crash];
  }

  private maySwitch(situation: Situation, index: number): boolean {
    return situation.active === undefined || situation.active === index || this.allows(situation, 'switch', true);
  }

  private mayStart(situation: Situation, actor: string): boolean {
    if (situation.running.length === 0) return true;
    if (this.model.alone(actor)) return false;
    return situation.active === undefined || this.allows(situation, 'switch', true);
  }

  private allows(situation: Situation, cost: string, unlessBounded = false): boolean {
    if (unlessBounded && this.model.limits[cost] === undefined) return true;
    return (situation.used[cost] ?? 0) < (this.model.limits[cost] ?? 0);
  }

  async start(situation: Situation, start: Start): Promise<Situation> {
    const world = this.worldOf(situation);
    start.change?.(world);
    const paid = start.costs === undefined ? situation.used : spend(situation.used, start.costs);
    if (start.actor === undefined) return { ...situation, world: world.state, used: paid };
    const used = this.switched(paid, situation, situation.running.length);
    const process: Running = {
      actor: start.actor,
      input: start.input?.(world),
      startedAtMs: world.state.nowMs,
      answers: [],
    };
    const begun = await this.advance(world, process, undefined, true);
    return this.situation(world.state, [...situation.running, begun], used, situation.running.length);
  }

  async step(situation: Situation, index: number, trouble?: Trouble): Promise<Situation> {
    const world = this.worldOf(situation);
    const process = await this.advance(world, situation.running[index] as Running, trouble, false);
    const paid = trouble ? spend(situation.used, trouble.name) : situation.used;
    const running = situation.running.map((each, at) => (at === index ? process : each));
    return this.situation(world.state, running, this.switched(paid, situation, index), index);
  }

  private switched(used: Situation['used'], { active }: Situation, index: number): Situation['used'] {
    const counts = this.model.limits.switch !== undefined && active !== undefined && active !== index;
    return counts ? spend(used, 'switch') : used;
  }

  private situation(world: WorldState, running: readonly Running[], used: Situation['used'], index: number): Situation {
    const bounded = this.model.limits.switch !== undefined;
    return { world, running, used, ...(bounded && running[index]?.next ? { active: index } : {}) };
  }

  end(situation: Situation, index: number): Situation {
    const world = this.worldOf(situation);
    const { actor, input, result } = situation.running[index] as Running;
    if (result && 'value' in result) this.model.actors[actor]?.end(world, input, result.value);
    return this.without(situation, index, world.state, situation.used);
  }

  private crash(situation: Situation, index: number): Situation {
    return this.without(situation, index, situation.world, spend(situation.used, 'crash'));
  }

  private without(situation: Situation, index: number, world: WorldState, used: Situation['used']): Situation {
    const running = situation.running.filter((_, at) => at !== index);
    const { active } = situation;
    if (active === undefined || active === index) return { world, running, used };
    return { world, running, used, active: active > index ? active - 1 : active };
  }

  private worldOf(situation: Situation): MemoryWorld {
    return { state: cloneState(situation.world), without: new Set(this.model.without) };
  }

  /** Runs the process again up to where it stands, then one operation more, and those that are quiet after it. */
  private async advance(world: MemoryWorld, process: Running, trouble: Trouble | undefined, onlyBegin: boolean) {
    this.steps += 1;
    const session = new Session(world, process, this.model.actors[process.actor] as Actor);
    for (const answer of process.answers) await session.replay(answer);
    if (!onlyBegin) await session.execute(trouble);
    for (let next = await session.next(); next !== undefined && this.model.quiet(next); next = await session.next())
      await session.execute();
    this.model.tidy(world);
    return session.snapshot();
  }
}

const SHUFFLES = 6;
const STATES_OF_A_SHUFFLE = 800;

/**
 * Looks for a hole that should be there. One order of moves hides it behind thousands of states which another does not even meet: so a
 * few shuffled orders are tried for a short while before the plain one is followed to the limit. Counts the states of all.
 */
export async function findHole(model: Model, mostStates: number): Promise<Exploration> {
  let states = 0;
  for (let shuffle = 1; shuffle <= SHUFFLES; shuffle += 1) {
    const result = await new Explorer(model, shuffle).explore(STATES_OF_A_SHUFFLE);
    states += result.states;
    if (result.hole || result.complete) return { ...result, states };
  }
  const result = await new Explorer(model).explore(mostStates);
  return { ...result, states: states + result.states };
}

interface Pending {
  readonly operation: Operation;
  readonly give: (instead: { answer: unknown } | undefined) => void;
  readonly fail: (error: Error) => void;
}

/** One run of a process, operation by operation, in the order in which they were asked for. */
class Session {
  private readonly pending: Pending[] = [];
  private readonly answers: Answered[] = [];
  private result: Running['result'];
  private nowMs: number;
  private executed: { readonly value: unknown } | undefined;
  private losing: string | undefined;

  constructor(
    private readonly world: MemoryWorld,
    private readonly process: Running,
    actor: Actor,
  ) {
    this.nowMs = process.startedAtMs;
    const own: MemoryWorld = {
      without: world.without,
      // Same state, a hook of its own.
      get state() {
        return world.state;
      },
      set state(next) {
        world.state = next;
      },
      hook: {
        before: (operation) => new Promise((give, fail) => this.pending.push({ operation, give, fail })),
        after: async (_, value) => {
          this.executed = { value };
          if (this.losing !== undefined) throw new Error(this.losing);
        },
      },
    };
    const clock: Clock = { now: () => this.nowMs, random: () => 0.5, sleep: async () => undefined };
    actor.run(own, process.input, clock).then(
      (value) => {
        this.result = { value };
      },
      (error: unknown) => {
        this.result = { error: error instanceof Error ? error.message : String(error) };
      },
    );
  }

  async next(): Promise<Operation | undefined> {
    await this.settle();
    return this.pending[0]?.operation;
  }

  async replay(answer: Answered): Promise<void> {
    const pending = await this.take();
    this.record(answer);
    if (answer.error === undefined) pending.give({ answer: answer.value });
    else pending.fail(new Error(answer.error));
  }

  async execute(trouble?: Trouble): Promise<void> {
    const pending = await this.take();
    const { nowMs } = this.world.state;
    if (trouble?.answer) {
      const value = trouble.answer(pending.operation);
      this.record({ nowMs, value });
      pending.give({ answer: value });
      return;
    }
    this.executed = undefined;
    this.losing = trouble ? `TimeoutError: ${trouble.name}` : undefined;
    this.nowMs = nowMs;
    pending.give(undefined);
    while (this.executed === undefined) await Promise.resolve();
    this.record(
      this.losing === undefined
        ? { nowMs, value: (this.executed as { value: unknown }).value }
        : { nowMs, error: this.losing },
    );
    this.losing = undefined;
  }

  async snapshot(): Promise<Running> {
    const next = await this.next();
    const { actor, input, startedAtMs } = this.process;
    const base = { actor, input, startedAtMs, answers: this.answers };
    if (next !== undefined) return { ...base, next };
    return this.result === undefined ? base : { ...base, result: this.result };
  }

  private record(answer: Answered): void {
    this.nowMs = answer.nowMs;
    this.answers.push(answer);
  }

  private async take(): Promise<Pending> {
    await this.settle();
    const pending = this.pending.shift();
    if (!pending) throw new Error(`${this.process.actor} asked for nothing: it does not run twice alike`);
    return pending;
  }

  /** Until the process asks for something or ends. Its code waits for nothing but operations. */
  private async settle(): Promise<void> {
    for (let turn = 0; turn < 400; turn += 1) {
      if (this.pending.length > 0 || this.result !== undefined) return;
      await Promise.resolve();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const spend = (used: Situation['used'], cost: string) => ({ ...used, [cost]: (used[cost] ?? 0) + 1 });
const shown = (result: Running['result']): string => (result && 'error' in result ? ` with error ${result.error}` : '');
