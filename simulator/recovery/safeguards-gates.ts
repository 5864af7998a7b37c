/** What has to be true at that moment: of orders, of people's pauses, of versions. */
import { createMemorySagaControl } from '../../adapters/memory';
import type { Facts } from '../../core/policies/recovery/plan';
import { DEFAULT_RECOVERY } from '../../core/policies/recovery/settings';
import type { Deployment } from '../../core/ports';
import type { RecoveryPorts } from '../../lambdas/monitoring/recovery/core';
import { EPOCH_MS, SAGA } from '../saga/events';
import { LANE_SUBJECT, Lab } from './lab';
import { runLiar } from './liar';
import { ordersOf } from './matrix';
import { NAMES } from './payloads';
import type { Check } from './safeguards';
import { WatchedBooking } from './watched';
import type { Doubles, WatchedOptions } from './watched-types';

const TICKET = NAMES.stepFunction(SAGA, 'ticket');
const PAUSED_MS = 200_000;
const DAY_MS = 86_400_000;

/** Recovery that sees this in the place of what is true. */
const seeing = (change: (facts: Facts) => Facts): Doubles => ({
  recovery: (real: RecoveryPorts) => ({ ...real, look: async (incident) => change(await real.look(incident)) }),
});
const doubled = (isGone: boolean, doubles: Doubles): Doubles => (isGone ? doubles : {});

export const gatesOfRecovery: Readonly<Record<string, Check>> = {
  'an order is looked at before it is touched': async (isGone) => {
    const broken = (facts: Facts): Facts => (facts.on === 'saga' ? { ...facts, status: 'ended' } : facts);
    const { onOrders } = await runLiar(1, { everyMs: 1_000, doubles: doubled(isGone, seeing(broken)) });
    return onOrders > 0 ? `${onOrders} actions on orders that nothing was wrong with` : undefined;
  },
  "a person's pause of an order": async (isGone) => {
    const blind = (facts: Facts): Facts => ({ ...facts, isPaused: false });
    let pausedAtMs = 0;
    let failures = 0;
    const watched: WatchedBooking = new WatchedBooking({
      ...PLAIN,
      doubles: doubled(isGone, seeing(blind)),
      strike: (_call, { step, saga }) =>
        step === 'release' && saga.run === 1 ? { fault: 'invocation error', place: 'first call' } : undefined,
      answered: ({ step, saga }, result, { parts, stage }) => {
        if (step !== 'release' || result.ok) return;
        failures += 1;
        // With its last try the execution ends.
        if (failures !== 4) return;
        pausedAtMs = watched.now();
        const control = createMemorySagaControl({ world: parts.world });
        void control.setPaused(SAGA, saga.instance, true);
        stage.clock.after(PAUSED_MS, () => void control.setPaused(SAGA, saga.instance, false));
      },
    });
    await watched.serve(ordersOf('release').slice(0, 1));
    const early = watched.begun.filter(({ atMs }) => atMs < pausedAtMs + PAUSED_MS);
    if (pausedAtMs === 0) return 'it was never paused';
    return early.length > 0 ? `${early.length} actions on an order that a person had paused` : undefined;
  },
  "a person's pause of a lane": async (isGone) => {
    const facts = { on: 'function', live: '2', liveSinceMs: EPOCH_MS, earlier: '1', isShared: false } as const;
    const lab = new Lab({ facts: { ...facts, isOlder: false, isPaused: !isGone } });
    await lab.recover(lab.open(LANE_SUBJECT, 5));
    return lab.begun.length > 0 ? 'recovery has stopped a lane that a person had paused' : undefined;
  },
  'five findings within a minute': async (isGone) => {
    const rows = DEFAULT_RECOVERY.rows.map(({ least, ...row }) =>
      least === undefined ? row : { ...row, least: { ...least, findings: 1 } },
    );
    const watched = new WatchedBooking({
      ...PLAIN,
      doubles: doubled(isGone, { settings: { ...DEFAULT_RECOVERY, rows } }),
      strike: ({ retry }, { step }) =>
        step === 'ticket' && retry === 0 ? { fault: 'TypeError', place: 'first call' } : undefined,
    });
    await watched.serve(ordersOf('ticket'));
    return rolledBack(watched);
  },
  'no rollback while a deploy is under way': (isGone) =>
    rollback(isGone, { deployment: { ...YOUNG, weights: { '3': 0.1 } } }, (facts) =>
      facts.on === 'function' ? { ...facts, isShared: false } : facts,
    ),
  'no rollback of a version that is old': (isGone) =>
    rollback(isGone, { deployment: { ...YOUNG, versions: publishedAt(EPOCH_MS - DAY_MS) } }, (facts) =>
      facts.on === 'function' ? { ...facts, liveSinceMs: EPOCH_MS } : facts,
    ),
  'no rollback to a version with the same fault': (isGone) =>
    rollback(
      isGone,
      {},
      (facts) => (facts.on === 'function' ? { ...facts, isOlder: false } : facts),
      (watched) => {
        const subject = { on: 'function', functionName: TICKET, version: '1', part: 'step' } as const;
        const sure = { source: 'log', standing: 'diagnosis', confidence: 'high', kind: 'code', words: 'so' } as const;
        return watched.note({ ...sure, id: 'before', subject, atMs: watched.now() });
      },
    ),
  'one rollback at a time': async (isGone) => {
    const settings = { ...DEFAULT_RECOVERY, betweenRollbacksMs: 0 };
    const watched = new WatchedBooking({
      ...PLAIN,
      doubles: doubled(isGone, { settings }),
      strike: (_call, { step }, version) =>
        (step === 'ticket' || step === 'void') && version === '2'
          ? { fault: 'TypeError', place: 'first call' }
          : undefined,
    });
    // So many that some fail at both steps before the first rollback has helped.
    const orders = ordersOf('inventory').flatMap((order) => [
      order,
      { ...order, number: order.number + 3, seat: order.seat + 3, card: 'tok_declined' },
    ]);
    await watched.serve(orders);
    const [first, second] = watched.begun.filter(({ action }) => action.kind === 'roll-back');
    if (first === undefined) return 'there was no rollback at all';
    const isSoon = second !== undefined && second.atMs - first.atMs < DEFAULT_RECOVERY.betweenRollbacksMs;
    return isSoon ? `two rollbacks within ${second.atMs - first.atMs} ms` : undefined;
  },
};

const PLAIN = { seed: 1, rate: 0, format: 'json' } as const satisfies WatchedOptions;
const publishedAt = (publishedAtMs: number) => ['1', '2', '3'].map((version) => ({ version, publishedAtMs }));
const YOUNG: Deployment = { live: '2', weights: {}, revision: 'r0', versions: publishedAt(EPOCH_MS - 60_000) };

/** A version whose every ticket fails, and something that forbids to go back: nothing may be begun. */
async function rollback(
  isGone: boolean,
  more: Partial<WatchedOptions>,
  change: (facts: Facts) => Facts,
  prepare: (watched: WatchedBooking) => Promise<void> = async () => {},
): Promise<string | undefined> {
  const watched = new WatchedBooking({
    ...PLAIN,
    doubles: doubled(isGone, seeing(change)),
    strike: (_call, { step }, version) =>
      step === 'ticket' && version === '2' ? { fault: 'TypeError', place: 'first call' } : undefined,
    ...more,
  });
  await prepare(watched);
  await watched.serve(ordersOf('ticket'));
  return rolledBack(watched);
}

function rolledBack({ begun }: WatchedBooking): string | undefined {
  const count = begun.filter(({ action }) => action.kind === 'roll-back').length;
  return count > 0 ? 'a rollback was begun' : undefined;
}
