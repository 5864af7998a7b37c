/**
 * The platform around the state machine, as it is: a coordinator that is told at least once, a reconciler that asks for what has no
 * outcome and runs it again, a recovery beside it, and people who approve, pause, cancel and redrive.
 */
import {
  createMemoryRecords,
  createMemorySagaControl,
  createMemoryStateStore,
  createMemoryWorld,
} from '../../adapters/memory';
import { approvalDecisionKey, approvalRequestKey, offerKey } from '../../applications/booking';
import type { LedgerRecord } from '../../core/contracts/ledger';
import { DIRECTION, type SagaInput, type StepRequest } from '../../core/contracts/saga';
import { stateKeyText } from '../../core/contracts/state';
import { type AskedExecution, isDue, mendSagas } from '../../core/policies/reconcile-coordinated';
import { putThing } from '../../core/sagas';
import { rerun } from '../../core/sagas/rerun';
import type { ExecutionEnd, TaskCall, TaskResult } from '../asl';
import { Xoshiro128 } from '../engine';
import { EPOCH_MS, eventOf, type OrderEvent, SAGA } from './events';
import { FaultSource } from './faults';
import { invoke, type Parts, settleWork, stepWork, type Work } from './functions';
import { Machines } from './machines';
import { ProviderBooks } from './provider';
import { conditionsWithout, type Safeguard } from './safeguards';
import { Stage } from './stage';
import { APPROVAL_ABOVE_CENTS, type Doubted, type Order, SHOWS, TENANT } from './workload';

/** After a start, and after each later run. Longer than the provider remembers a key. */
const ASK_AFTER_MS = 100_000;
const ASK_AGAIN_MS = 30_000;
const ASK_AT_LAST_MS = 1_800_000;
const VISIBILITY_MS = 30_000;
/** When nothing goes wrong any more. */
export const HEALED_MS = 600_000;
/** Whoever has no outcome by then is stuck. */
const GIVEN_UP_MS = 3 * 86_400_000;

/** What is made from each, directly or not, in order. */
const DEPENDENTS: Readonly<Record<Doubted, readonly string[]>> = {
  inventory: ['inventory', 'reserve', 'approval', 'confirm', 'payment'],
  reserve: ['reserve', 'confirm', 'payment'],
  confirm: ['confirm', 'payment'],
  payment: ['payment'],
};

/** What stands around the platform in place of its own recovery of a few lines. */
export interface Surroundings {
  /** Of one invocation of a step: with which parts and which work it is run, and who else hears of its end. */
  invoked(
    call: TaskCall,
    request: StepRequest,
    parts: Parts,
  ): { readonly parts: Parts; readonly work?: Work; ended(result: TaskResult): void };
  ended(name: string, input: SagaInput, end: ExecutionEnd): void;
}

export interface PlatformOptions {
  readonly seed: number;
  /** Chance that a call goes wrong, 0–1. */
  readonly rate: number;
  readonly without?: Safeguard | undefined;
  readonly surroundings?: (platform: Platform) => Surroundings;
}

export class Platform {
  readonly stage = new Stage();
  readonly books = new ProviderBooks();
  readonly machines: Machines;
  readonly events: OrderEvent[] = [];
  readonly parts: Parts;
  /** What a settle wanted to write over another outcome. */
  readonly contradictions: string[] = [];
  /** Attempts that two different tries of a task were given: one would take the other's claim for its own. */
  readonly sharedAttempts: string[] = [];
  /** Orders whose result was marked stale when their ticket was not there yet. */
  readonly doubted = new Set<number>();
  /** Orders of which any result was marked stale, be it after their ticket: whoever comes late makes such a one anew. */
  readonly foundWrong = new Set<number>();
  reruns = 0;
  redrives = 0;
  private readonly attempts = new Set<string>();
  private readonly random: Xoshiro128;
  private readonly recoveries = new Map<number, number>();
  private readonly surroundings: Surroundings | undefined;

  constructor(options: PlatformOptions) {
    const { stage, books } = this;
    const faults = new FaultSource(options.seed, options.rate, stage);
    this.random = new Xoshiro128(options.seed, 11);
    const world = { ...createMemoryWorld({ nowMs: EPOCH_MS }), without: conditionsWithout(options.without) };
    this.parts = { stage, faults, world, books, without: options.without };
    this.machines = new Machines(
      { clock: stage.clock, random: () => this.random.next(), call: (call, answer) => this.call(call, answer) },
      (name, input, { end }) => {
        if (end === undefined) return;
        if (this.surroundings !== undefined) this.surroundings.ended(name, input, end);
        else if (end.status === 'FAILED' || end.status === 'TIMED_OUT') this.recover(input);
      },
    );
    this.surroundings = options.surroundings?.(this);
    stage.clock.after(HEALED_MS, () => faults.heal());
  }

  /** Puts on sale what there is, lets all orders come, and runs until nothing happens any more. */
  async serve(orders: readonly Order[]): Promise<void> {
    const { world, stage } = this.parts;
    const states = createMemoryStateStore({ world });
    for (const [show, offer] of Object.entries(SHOWS))
      await putThing(states, offerKey(TENANT, show), offer, 'box office', EPOCH_MS);
    for (const order of orders) this.expect(order);
    await stage.run();
  }

  private expect(order: Order): void {
    const { clock } = this.stage;
    const control = createMemorySagaControl({ world: this.parts.world });
    const accept = (isAgain: boolean, atMs: number) => {
      const event = eventOf(order, isAgain, 1);
      this.events.push(event);
      clock.after(atMs, () => this.accept(event));
      return event;
    };
    const { instance } = accept(false, order.atMs).input;
    if (order.againAtMs !== undefined) accept(true, order.againAtMs);
    const { cancelAtMs, pause, doubt } = order;
    if (doubt !== undefined) clock.after(doubt.atMs, () => this.doubt(order, instance, doubt.step));
    if (cancelAtMs !== undefined)
      clock.after(cancelAtMs, () => void control.setCancelled(SAGA, instance, true, 'by hand'));
    if (pause === undefined) return;
    clock.after(pause.fromMs, () => void control.setPaused(SAGA, instance, true));
    clock.after(pause.fromMs + pause.forMs, () => void control.setPaused(SAGA, instance, false));
  }

  /**
   * Somebody knows better, and marks the result and all that was made from it: whoever has not acted on it yet must not. Without a hook
   * a mark is made within its call, so that what is seen right after it is what was there.
   */
  private doubt(order: Order, instance: string, doubted: Doubted): void {
    const { world } = this.parts;
    const states = createMemoryStateStore({ world });
    const find = (name: string) => world.state.states[stateKeyText({ application: SAGA, instance, name })];
    const marked = new Set<string>();
    for (const name of DEPENDENTS[doubted]) {
      const found = find(name);
      const isMadeFromIt = name === doubted || found?.basis.some(({ key }) => marked.has(key.name));
      if (found?.freshness !== 'current' || !isMadeFromIt) continue;
      marked.add(name);
      const mark = { key: found.key, ifVersion: found.version, reason: 'found to be wrong' };
      void states.markStale(mark, EPOCH_MS + this.stage.clock.nowMs);
      this.foundWrong.add(order.number);
      if (find(DIRECTION)?.value !== 'done') this.doubted.add(order.number);
    }
  }

  private accept(event: OrderEvent): void {
    this.deliver(event);
    if (this.parts.faults.drawOf('delivery'))
      this.stage.clock.after(this.random.next() * 40_000, () => this.deliver(event));
    this.stage.clock.after(ASK_AFTER_MS + 1, () => this.ask(event));
  }

  /**
   * The coordinator: the record first, then the start, then the acknowledgement; what is not acknowledged comes again. Where the record
   * is further on, a later run was written down and may never have been started.
   */
  private deliver(event: OrderEvent): void {
    const work: Work = async (world, now) => {
      const { key, generation, bodyDigest } = event.envelope;
      const records = createMemoryRecords({ world });
      const written = await records.putProgress(
        { key, generation },
        {
          position: { chain: SAGA, version: 1, stage: 0, form: 'coordinated' },
          outputs: [],
          branches: {},
          committedAtMs: now(),
          bodyDigest,
          coordinated: { execution: event.execution, dueAtMs: now() + ASK_AFTER_MS },
        },
      );
      const [record] = written === 'refused' ? await records.read([{ key, generation }]) : [];
      if (record?.outcome) return;
      const run = (record?.progress?.position.stage ?? 0) + 1;
      const name = record?.progress?.coordinated?.execution ?? event.execution;
      await this.machines.port(world).start(SAGA, name, { ...event.input, run });
    };
    invoke(this.parts, work, (result) => {
      const isAcknowledged = result.ok || this.parts.without === 'start before acknowledging';
      if (!isAcknowledged) this.stage.clock.after(VISIBILITY_MS, () => this.deliver(event));
    });
  }

  /** A task of the state machine. */
  private call(call: TaskCall, answer: (result: TaskResult) => void): void {
    const { faults, stage } = this.parts;
    const request = call.parameters.Payload as unknown as StepRequest;
    if (this.attempts.has(request.attempt)) this.sharedAttempts.push(request.attempt);
    this.attempts.add(request.attempt);
    if (call.token !== undefined) this.machines.holdToken(call.token, call.execution);
    const fault = faults.drawOf('invocation');
    const fail = (error: string) => answer({ ok: false, error, cause: 'the service says so' });
    if (fault === 'throttled') {
      stage.clock.after(5, () => fail('Lambda.TooManyRequestsException'));
      return;
    }
    const around = this.surroundings?.invoked(call, request, this.parts);
    const { parts, work = request.step === 'settle' ? this.settle(request) : stepWork(request, parts) } = around ?? {
      parts: this.parts,
    };
    const done = (result: TaskResult): void => {
      around?.ended(result);
      if (call.token !== undefined && result.ok) this.askPerson(request);
      if (fault === 'return lost') fail('Lambda.SdkClientException');
      else answer(result);
    };
    invoke(parts, work, done);
    if (fault === 'invoked twice') invoke(this.parts, work, done);
  }

  private settle(request: StepRequest): Work {
    const wanted = request as Parameters<typeof settleWork>[0];
    return settleWork(wanted, (stood) => {
      // What was given up as DEAD may come to its end all the same: a person has to look at it anyway.
      if (stood !== wanted.end && stood !== 'DEAD')
        this.contradictions.push(`${wanted.saga.event.key}: ${stood}, and then ${wanted.end}`);
    });
  }

  private orderOf(saga: SagaInput): Order | undefined {
    return this.events.find((event) => event.input.instance === saga.instance)?.order;
  }

  /** Whoever was asked decides when it suits; the decision is stored first, then the execution is woken. */
  private askPerson({ saga }: StepRequest): void {
    const order = this.orderOf(saga);
    if (order === undefined || order.approver === 'silent') return;
    const { world, stage } = this.parts;
    const states = createMemoryStateStore({ world });
    const decision = { approved: order.approver !== 'refuses', amountCents: 2 * APPROVAL_ABOVE_CENTS, by: 'boss' };
    const decide = async (): Promise<void> => {
      const asked = await states.read(approvalRequestKey(saga));
      await putThing(
        states,
        approvalDecisionKey(saga),
        decision,
        `boss/${stage.clock.nowMs}`,
        EPOCH_MS + stage.clock.nowMs,
      );
      const token = (asked?.value as { token?: string } | undefined)?.token;
      if (token !== undefined && order.approver !== 'unheard') this.machines.answerToken(token);
    };
    const attempt = (): void =>
      void stage.spawn(
        decide,
        () => {},
        () => stage.clock.after(1_000, attempt),
      );
    stage.clock.after(order.approvesAfterMs, attempt);
  }

  /** A recovery that hears of the end at once, beside the reconciler, twice at most for each order. */
  private recover(saga: SagaInput): void {
    const order = this.orderOf(saga);
    if (order === undefined || order.recovery === 'none') return;
    const before = this.recoveries.get(order.number) ?? 0;
    if (before >= 2) return;
    this.recoveries.set(order.number, before + 1);
    const { key, generation } = saga.event;
    const work: Work = async (world, now) => {
      const ports = { records: createMemoryRecords({ world }), executions: this.machines.port(world) };
      const options = { nowMs: now(), askAfterMs: ASK_AFTER_MS };
      const takesBack = order.recovery === 'takes back';
      const { status } = await rerun(
        ports,
        { key, generation },
        takesBack ? { ...options, intent: 'compensate' } : options,
      );
      if (status === 'started') this.reruns += 1;
    };
    this.stage.clock.after(1_000 + this.random.next() * 20_000, () => invoke(this.parts, work, () => {}));
  }

  /** The reconciler: due without an outcome is asked for, and run again or given up by the real decision. */
  private ask(event: OrderEvent): void {
    if (this.parts.without === 'run again') return;
    const { clock } = this.stage;
    let stands: LedgerRecord | undefined;
    const work: Work = async (world, now) => {
      const { envelope } = event;
      const records = createMemoryRecords({ world });
      const [record] = await records.read([envelope]);
      stands = record;
      if (record?.outcome || !isDue(record, now())) return;
      const executions = this.machines.port(world);
      const name = record?.progress?.coordinated?.execution ?? event.execution;
      const asked = await this.asked(event, await executions.describe(SAGA, name), records);
      if (asked.state === 'missing') this.deliver(event);
      const key = `${envelope.key}#${envelope.generation}`;
      const { reruns, commits } = mendSagas([{ envelope, record }], new Map([[key, asked]]), now());
      for (const each of reruns) {
        const { status } = await rerun({ records, executions }, each, { nowMs: now(), askAfterMs: ASK_AFTER_MS });
        if (status === 'started') this.reruns += 1;
      }
      if (commits.length > 0) await records.commit({ outcomes: commits, contexts: [] }, `${key}/${clock.nowMs}`);
    };
    invoke(this.parts, work, () => {
      const kind = stands?.outcome?.kind;
      if (kind === 'DEAD') this.redriveLater(event);
      if (kind !== undefined || clock.nowMs > GIVEN_UP_MS) return;
      const ageMs = EPOCH_MS + clock.nowMs - event.envelope.acceptedAtMs;
      clock.after(Math.min(ASK_AT_LAST_MS, Math.max(ASK_AGAIN_MS, ageMs / 4)), () => this.ask(event));
    });
  }

  private async asked(
    { envelope }: OrderEvent,
    found: Awaited<ReturnType<ReturnType<Machines['port']>['describe']>>,
    records: ReturnType<typeof createMemoryRecords>,
  ): Promise<AskedExecution> {
    if (found === undefined) return { state: 'missing' };
    const { event } = found.input as SagaInput;
    if (event.key !== envelope.key) {
      const [other] = await records.read([{ key: event.key, generation: event.generation }]);
      return other?.outcome
        ? { state: 'other', kind: other.outcome.kind, reason: other.outcome.reason }
        : { state: 'running' };
    }
    if (found.status === 'RUNNING') return { state: 'running' };
    return { state: 'ended', stopped: found.status === 'ABORTED', reason: `execution ${found.status}` };
  }

  /** A person looks at what was given up, once all is well again, and sends it once more. */
  private redriveLater({ order, envelope }: OrderEvent): void {
    const { clock } = this.stage;
    const next = eventOf(order, envelope.key.endsWith('-again'), envelope.generation + 1);
    if (envelope.generation > 3) return;
    clock.after(Math.max(0, HEALED_MS - clock.nowMs) + 60_000, () => {
      this.redrives += 1;
      this.events.push(next);
      this.accept(next);
    });
  }
}
