/**
 * The coordinator dies before or after each of its calls; then its message comes again, or is given up as a dead letter. Whatever
 * follows, the event has one execution and one outcome, and is never DEAD while its saga runs.
 */
import {
  acknowledge,
  addQueue,
  createMemoryPorts,
  createMemoryWorld,
  endExecution,
  type Hook,
  queueOf,
} from '../../../adapters/memory';
import { booking, sagas } from '../../../applications/booking';
import type { LaneMessage } from '../../../core/contracts/event';
import type { Delivery } from '../../../core/contracts/lane-message';
import type { SagaInput } from '../../../core/contracts/saga';
import { createCoordinator } from '../../../lambdas/coordination/coordinator/core';
import { settle } from '../../../lambdas/coordination/settle/core';
import { bury } from '../../../lambdas/lanes/dead-letter/core';
import { sweep } from '../../../lambdas/monitoring/reconciler/core';
import { toEnvelope } from '../../harness/run-chain';

const T = 1_700_000_000_000;
const MINUTE = 60_000;
const data = { order: 'o1', show: 'opera', seat: 1, card: 'tok' };
const envelope = toEnvelope(
  { specversion: '1.0', id: 'e', source: '/shop', type: 'booking.requested', data },
  'acme',
  T,
  'sagas',
);
const key = { key: envelope.key, generation: 1 };
/** More calls than the coordinator ever makes for one message. */
const MOST_CALLS = 12;

/** Alive until the nth call; before it is executed, or after. Nothing works any more from then on. */
function dying(nth: number, when: 'before' | 'after'): Hook {
  let calls = 0;
  const die = () => Promise.reject(new Error('the process is dead'));
  return {
    before: async () => {
      calls += 1;
      return calls > nth || (calls === nth && when === 'before') ? die() : undefined;
    },
    after: async () => (calls >= nth ? die() : undefined),
  };
}

function setUp() {
  const world = createMemoryWorld({ nowMs: T });
  addQueue(world, 'sagas');
  const ports = createMemoryPorts({ world });
  const now = () => world.state.nowMs;
  const tools = { now, random: () => 0.5, sleep: async () => undefined };
  const settings = { lane: 'sagas', sagas, parallel: 1, startEveryMs: 0, askAfterMs: MINUTE };
  const coordinate = (message: LaneMessage, receiveCount: number) =>
    createCoordinator(ports, settings, tools)([delivery(message, receiveCount)]).catch(() => undefined);
  const route = { name: 'sagas', pool: 'sagas', priorityClass: 'normal', ordered: false, takes: booking.types };
  const reconcilerSettings = {
    handOffBoundMs: MINUTE,
    resendBudget: 3,
    parallelAcceptances: 5,
    lanePatienceMs: { sagas: 5 * MINUTE },
    sagaAskAfterMs: MINUTE,
    sagas: [],
    succession: { lanes: [route], poolByWay: {}, defaultClass: 'normal' },
  };
  return {
    world,
    ports,
    coordinate,
    bury: () => bury(ports, delivery({ v: 1, envelope, sendAttempt: 1 }, 6), { now }),
    sweepAfter: (ms: number) => {
      world.state.nowMs += ms;
      return sweep(ports, reconcilerSettings, { now });
    },
    sent: () => {
      const { messages } = queueOf(world.state, 'sagas');
      for (const { id } of messages) acknowledge(world, 'sagas', id);
      return messages.map((each) => each.body as LaneMessage);
    },
    executions: () => Object.values(world.state.executions),
    outcome: async () => (await ports.records.read([key]))[0]?.outcome,
  };
}
const delivery = (message: LaneMessage, receiveCount: number): Delivery => ({
  messageId: 'm',
  receiptHandle: 'r',
  receiveCount,
  sentAtMs: T,
  message,
});
const moments = Array.from({ length: MOST_CALLS }, (_, index) => index + 1).flatMap((nth) =>
  (['before', 'after'] as const).map((when) => [when, nth] as const),
);

describe.each(['its message comes again', 'its message is a dead letter'] as const)(
  'dead coordinator, and %s',
  (then) => {
    it.each(moments)('%s call %i', async (when, nth) => {
      const { world, ports, coordinate, bury: giveUp, sweepAfter, sent, executions, outcome } = setUp();
      const message: LaneMessage = { v: 1, envelope, sendAttempt: 1 };
      await ports.acceptances.accept({
        key: envelope.acceptanceKey,
        lane: 'sagas',
        envelopes: [envelope],
        acceptedAtMs: T,
        dueAtMs: T + MINUTE,
        handedOver: true,
        resends: 0,
      });
      world.hook = dying(nth, when);
      await coordinate(message, 1);
      world.hook = undefined;

      if (then === 'its message comes again') await coordinate(message, 2);
      else await giveUp();
      const dead = (await outcome())?.kind === 'DEAD';
      // Given up before anything was said of a saga: then none may run.
      expect(dead && executions().some(({ status }) => status === 'RUNNING')).toBe(false);

      // What is owed is mended, sweep by sweep; a message that it sends is received.
      for (let round = 0; round < 12 && !dead && executions().length === 0; round++) {
        await sweepAfter(6 * MINUTE);
        for (const each of sent()) await coordinate(each, 1);
      }
      expect(executions()).toHaveLength(dead ? 0 : 1);
      const [execution] = executions();
      if (execution !== undefined) {
        const saga = execution.input as SagaInput;
        await settle(ports.records, { step: 'settle', attempt: 'a', saga }, { end: 'DONE', reason: 'booked' }, T + 1);
        endExecution(world, 'booking', execution.name, { status: 'SUCCEEDED' });
      }
      expect((await outcome())?.kind).toBe(dead ? 'DEAD' : 'DONE');
      await coordinate(message, 3);
      await sweepAfter(60 * MINUTE);
      expect(executions()).toHaveLength(dead ? 0 : 1);
      expect(await ports.acceptances.open(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
    });
  },
);
