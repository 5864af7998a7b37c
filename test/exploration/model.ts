/** The platform around the real cores: which function is invoked with what, and what its end acknowledges. */
import {
  acknowledge,
  addQueue,
  type Condition,
  createMemoryPorts,
  createMemoryWorld,
  enqueue,
  type MemoryWorld,
  queueOf,
  type ReceivedMessage,
  receive,
  visible,
  type WorldState,
} from '../../adapters/memory';
import type { LaneMessage } from '../../core/contracts/event';
import type { LedgerRecord } from '../../core/contracts/ledger';
import { indexChains } from '../../core/units/choose-chain';
import { createRunner } from '../../lambdas/execution/runner/core';
import { bury } from '../../lambdas/lanes/dead-letter/core';
import { sweep } from '../../lambdas/monitoring/reconciler/core';
import { type Redrivable, redriveEvents } from '../../lambdas/monitoring/recovery/redrive';
import { publish } from '../../lambdas/state/publisher/core';
import { explored } from './application';
import type { Actor, Clock, Explorer, Model, Situation, Start } from './engine';
import { type GivenEvent, HAND_OFF_BOUND_MS, ingest, intakeBody } from './ingestion';
import { wrongAfterStep, wrongAtEnd } from './invariants';
import { type Rule, rulePorts } from './rules';

export const TICK_MS = 31_000;
const VISIBILITY_SECONDS = 30;

export interface Scenario {
  readonly name: string;
  /** Event types, one event each, all in one ingest batch. */
  readonly events: readonly GivenEvent[];
  readonly form: 'fused' | 'split';
  readonly maxReceiveCount: number;
  readonly resendBudget: number;
  /** Limits of `tick`, `crash`, `sweep`, `redrive`, `repeat` and of each trouble. What is not named does not happen. */
  readonly limits: Readonly<Record<string, number>>;
  /** With these limits no event can run out of receives or sends: DEAD would be a hole. */
  readonly neverDead: boolean;
  /** Begin with the events in the lane, handed over already. */
  readonly handedOver?: boolean;
  /** Deliver two visible messages in one batch too. */
  readonly batches?: boolean;
  readonly prefix?: readonly string[];
  /** A chain in flight is finished: EXPIRED after progress would be a hole. */
  readonly neverExpiredAfterProgress?: boolean;
  /** Two sweeps that read the same due time must not both send. */
  readonly onceASweep?: boolean;
  /** A closed acceptance must not open again. */
  readonly staysClosed?: boolean;
  /** Its end must need no sweep that takes it for lost: nothing may hang until the lane's patience is over. */
  readonly promptly?: boolean;
}

const chains = indexChains([explored]);

export function modelOf(
  scenario: Scenario,
  without: { conditions?: readonly Condition[]; rules?: readonly Rule[] } = {},
): Model {
  const rules = new Set(without.rules ?? []);
  const patienceMs = scenario.maxReceiveCount * VISIBILITY_SECONDS * 1000;
  const portsOf = (world: MemoryWorld, actor: string) =>
    rulePorts(createMemoryPorts({ world, suspectQueue: 'suspects' }), rules, actor);
  const worker = (suspects: boolean): Actor => ({
    run: async (world, input, clock) => {
      const run = createRunner(
        portsOf(world, 'worker'),
        { environment: 'test', lane: 'lane', ordered: false, suspects, chains, parallel: 1 },
        clock,
      );
      const batch = (input as readonly ReceivedMessage[]).map(({ body, ...rest }) => ({
        ...rest,
        message: body as LaneMessage,
      }));
      const settled = await run(batch);
      return settled.filter((each) => each.settled.status !== 'returned').map(({ delivery }) => delivery.messageId);
    },
    end: (world, input, result) => {
      const { queue } = (input as readonly ReceivedMessage[])[0] as ReceivedMessage;
      for (const id of result as readonly string[]) acknowledge(world, queue, id);
    },
  });
  const acknowledgeAll: Actor['end'] = (world, input) => {
    for (const each of input as readonly ReceivedMessage[]) acknowledge(world, each.queue, each.messageId);
  };
  const actors: Record<string, Actor> = {
    ingest: {
      run: (world, input, clock) => ingest(portsOf(world, 'ingest'), input as readonly ReceivedMessage[], clock),
      end: (world, input, failed) => {
        for (const each of input as readonly ReceivedMessage[])
          if (!(failed as readonly string[]).includes(each.messageId)) acknowledge(world, each.queue, each.messageId);
      },
    },
    worker: worker(false),
    'suspect worker': worker(true),
    'dead-letter': {
      run: (world, input, clock) => {
        const [{ body, ...rest }] = input as [ReceivedMessage];
        return bury(portsOf(world, 'dead-letter'), { ...rest, message: body as LaneMessage }, clock);
      },
      end: (world, input, result) => {
        if (result !== 'returned') acknowledgeAll(world, input, result);
      },
    },
    publisher: {
      run: (world, input) => publish(portsOf(world, 'publisher'), [input as LedgerRecord]),
      end: (world) => {
        world.state.stream = world.state.stream.slice(1);
      },
    },
    reconciler: {
      run: (world, _, clock) =>
        sweep(
          portsOf(world, 'reconciler'),
          {
            handOffBoundMs: HAND_OFF_BOUND_MS,
            resendBudget: scenario.resendBudget,
            parallelAcceptances: 20,
            lanePatienceMs: { lane: patienceMs },
            sagaAskAfterMs: HAND_OFF_BOUND_MS,
            sagas: [],
            succession: { lanes: [], poolByWay: {}, defaultClass: 'normal' },
          },
          clock,
        ),
      end: () => undefined,
    },
    redrive: {
      run: (world, input, clock) =>
        redriveEvents(
          portsOf(world, 'redrive'),
          [input as Redrivable],
          { lanes: ['lane'], handOffBoundMs: HAND_OFF_BOUND_MS },
          clock.now(),
        ),
      end: () => undefined,
    },
  };
  return {
    initial: async () => (await initialWorld(scenario)).state,
    actors,
    starts: (situation) => startsOf(situation, scenario, rules),
    troubles: [
      {
        name: 'answered by a conflict',
        picks: ({ name }) => name === 'commit',
        answer: () => ({ status: 'conflict' }),
      },
      {
        name: 'not taken',
        picks: ({ port, name }) => port === 'lanes' && name === 'send',
        answer: ({ args }) => (args[1] as unknown[]).map((_, index) => index),
      },
      {
        name: 'with its answer lost',
        picks: ({ name }) => !['read', 'readEventually', 'open', 'latest', 'lane', 'watermark'].includes(name),
      },
    ],
    limits: scenario.limits,
    prefix: scenario.prefix ?? [],
    without: without.conditions ?? [],
    // It touches only effects and the bus, which nothing else reads, and takes the stream from its other end.
    alone: (actor) => actor === 'publisher',
    quiet: ({ port, name }) => port === 'control' || ['changeVisibility', 'noteError', 'readEventually'].includes(name),
    tidy: ({ state }) => {
      state.tokens = {};
      if (!rules.has('nothing takes effect before the outcome'))
        state.stream = state.stream.filter((each) => each.outcome);
    },
    check: (before, after) => wrongAfterStep(before, after) ?? wrongForScenario(scenario, before, after),
    finish: (situation, explorer) => drain(situation, explorer, scenario),
  };
}

function wrongForScenario(scenario: Scenario, before: WorldState, after: WorldState): string | undefined {
  if (scenario.neverExpiredAfterProgress)
    for (const [id, record] of Object.entries(after.records))
      if (record.outcome?.kind === 'EXPIRED' && before.records[id]?.progress)
        return `${id} is EXPIRED though its chain was in flight`;
  for (const [key, { acceptance, closedAtMs }] of Object.entries(after.acceptances)) {
    const was = before.acceptances[key];
    if (scenario.staysClosed && was?.closedAtMs !== undefined && closedAtMs === undefined)
      return `acceptance ${key} was closed and is open again`;
    if (scenario.staysClosed && was?.acceptance.handedOver && !acceptance.handedOver)
      return `acceptance ${key} was handed over and is owed again`;
    if (scenario.onceASweep && acceptance.resends > 1 && after.nowMs < 2 * TICK_MS)
      return `acceptance ${key} was sent again by two sweeps for one due time`;
    if (
      scenario.promptly &&
      closedAtMs === undefined &&
      acceptance.handedOver &&
      acceptance.resends > (was?.acceptance.resends ?? 0)
    )
      return `acceptance ${key} was handed over, and yet its event hung until it was taken for lost`;
  }
  return undefined;
}

async function initialWorld(scenario: Scenario): Promise<MemoryWorld> {
  const world = createMemoryWorld();
  addQueue(world, 'intake', { visibilitySeconds: VISIBILITY_SECONDS, maxReceiveCount: 1000 });
  addQueue(world, 'lane', { visibilitySeconds: VISIBILITY_SECONDS, maxReceiveCount: scenario.maxReceiveCount });
  addQueue(world, 'suspects', {
    visibilitySeconds: VISIBILITY_SECONDS,
    maxReceiveCount: scenario.maxReceiveCount,
    deadLetterQueue: 'lane-dlq',
  });
  world.state.lanes.lane = { lane: 'lane', paused: false, form: scenario.form };
  produce(world, scenario);
  if (!scenario.handedOver) return world;
  const batch = receive(world, 'intake');
  const clock = { now: () => 0, random: () => 0.5, sleep: async () => undefined };
  await ingest(createMemoryPorts({ world }), batch, clock);
  for (const each of batch) acknowledge(world, 'intake', each.messageId);
  return world;
}

function produce(world: MemoryWorld, scenario: Scenario): void {
  scenario.events.forEach((given, index) => {
    enqueue(world, 'intake', intakeBody(given, index));
  });
}

const isRunning = (situation: Situation, actor: string): number =>
  situation.running.filter((each) => each.actor === actor).length;

function startsOf(situation: Situation, scenario: Scenario, rules: ReadonlySet<Rule>): readonly Start[] {
  const { world } = situation;
  const starts: Start[] = [];
  const deliver = (queue: string, actor: string, atOnce: number): void => {
    const waiting = visible(world, queue);
    const { maxReceiveCount, deadLetterQueue } = queueOf(world, queue);
    const isSpent = (receives: number) => deadLetterQueue !== undefined && receives >= maxReceiveCount;
    // The queue does this at a poll, however many are at work.
    for (const message of waiting.filter(({ receives }) => isSpent(receives)))
      starts.push({
        label: `${queue} gives up a message`,
        change: (own) => void receive(own, queue, 1, message.id),
      });
    if (isRunning(situation, actor) >= atOnce) return;
    if (queue === 'intake' && waiting.length > 0)
      starts.push({ label: `${actor} receives`, actor, input: (own) => receive(own, queue) });
    if (queue === 'intake') return;
    for (const message of waiting.filter(({ receives }) => !isSpent(receives)))
      starts.push({
        label: `${actor} receives (${message.receives + 1})`,
        actor,
        input: (own) => receive(own, queue, 1, message.id),
      });
    if (scenario.batches && queue === 'lane' && waiting.length > 1)
      starts.push({ label: `${actor} receives a batch`, actor, input: (own) => receive(own, queue) });
  };
  deliver('intake', 'ingest', 1);
  deliver('lane', 'worker', 2);
  deliver('suspects', 'suspect worker', 1);
  deliver('lane-dlq', 'dead-letter', 1);
  const [image] = world.stream;
  if (image && isRunning(situation, 'publisher') === 0)
    starts.push({ label: 'publisher receives', actor: 'publisher', input: (own) => imageFor(own, rules) });
  if (isDue(world) && isRunning(situation, 'reconciler') < 2)
    starts.push({ label: 'reconciler sweeps', costs: 'sweep', actor: 'reconciler', input: () => null });
  for (const record of Object.values(world.records))
    if (
      record.outcome &&
      isRunning(situation, 'redrive') < 2 &&
      (record.outcome.kind !== 'DONE' || rules.has('a redrive takes no event that is DONE'))
    )
      starts.push({
        label: 'a person redrives',
        costs: 'redrive',
        actor: 'redrive',
        input: () => redrivable(world, record),
      });
  starts.push({
    label: 'time passes',
    costs: 'tick',
    change: ({ state }) => {
      state.nowMs += TICK_MS;
    },
  });
  starts.push({
    label: 'the producer repeats',
    costs: 'repeat',
    change: (own) => produce(own, scenario),
  });
  return starts;
}

function redrivable(world: Situation['world'], record: LedgerRecord): Redrivable {
  const envelope = Object.values(world.acceptances)
    .flatMap((each) => each.acceptance.envelopes)
    .find(({ key, generation }) => key === record.key && generation === record.generation);
  return { record, ...(envelope ? { envelope } : {}) };
}

/** With the rule taken out, progress counts as if it were an outcome already. */
function imageFor(world: MemoryWorld, rules: ReadonlySet<Rule>): LedgerRecord {
  const [image] = world.state.stream as [LedgerRecord];
  const progress = image.progress;
  if (image.outcome || !progress || !rules.has('nothing takes effect before the outcome')) return image;
  const outputs = [...progress.outputs, ...Object.values(progress.branches)];
  const writes = outputs.flatMap((each) => each.writes);
  return {
    ...image,
    outcome: { kind: 'DONE', writes, emits: outputs.flatMap((each) => each.emits) } as unknown as NonNullable<
      LedgerRecord['outcome']
    >,
  };
}

const isDue = (world: Situation['world']): boolean =>
  Object.values(world.acceptances).some(
    (each) => each.closedAtMs === undefined && each.acceptance.dueAtMs < world.nowMs,
  );

/** Everything runs on without trouble: deliveries first, then a sweep, then the clock. */
async function drain(from: Situation, explorer: Explorer, scenario: Scenario): Promise<string | undefined> {
  let situation: Situation = { ...from, used: {} };
  const passed: string[] = [];
  for (let round = 0; round < 400; round += 1) {
    const id = explorer.identities.of(situation);
    if (explorer.drained.has(id)) break;
    passed.push(id);
    const next = await drainStep(situation, explorer);
    if (next === undefined) {
      const wrong =
        wrongAtEnd(situation.world, { neverDead: scenario.neverDead, produced: scenario.events.length }) ??
        unanswered(from, situation);
      if (wrong !== undefined) return wrong;
      break;
    }
    const wrong = explorer.model.check(situation.world, next.world);
    if (wrong !== undefined) return wrong;
    situation = next;
    if (round === 399) return 'it never comes to an end';
  }
  for (const id of passed) explorer.drained.add(id);
  return undefined;
}

/** A redrive that ran to its end has made a generation of its own. */
function unanswered(from: Situation, { world }: Situation): string | undefined {
  if (!from.used.redrive || from.used.crash) return undefined;
  return Object.values(world.records).some((each) => each.generation > 1)
    ? undefined
    : 'an event was redriven and nothing came of it';
}

async function drainStep(situation: Situation, explorer: Explorer): Promise<Situation | undefined> {
  const [process] = situation.running;
  if (process) return process.next ? explorer.step(situation, 0) : explorer.end(situation, 0);
  const starts = explorer.model.starts(situation);
  const start =
    starts.find((each) => each.costs === undefined) ??
    starts.find((each) => each.costs === 'sweep') ??
    (isOpen(situation.world) ? starts.find((each) => each.costs === 'tick') : undefined);
  return start && explorer.start(situation, start);
}

const isOpen = (world: Situation['world']): boolean =>
  Object.values(world.acceptances).some((each) => each.closedAtMs === undefined) ||
  Object.values(world.queues).some((each) => each.messages.length > 0);

export type { Clock };
