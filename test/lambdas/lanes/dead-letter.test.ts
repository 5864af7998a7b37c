/** Proves what becomes of a dead letter: DEAD with its last error, or sent on where the chain is further, or to another version. */
import { addQueue, createMemoryPorts, createMemoryWorld } from '../../../adapters/memory';
import type { LaneMessage, Position } from '../../../core/contracts/event';
import type { NodeOutput, Outcome } from '../../../core/contracts/ledger';
import { unknownChainError } from '../../../core/units/choose-chain';
import { bury, keepUnreadable, MOST_VERSION_SENDS } from '../../../lambdas/lanes/dead-letter/core';
import { toEnvelope } from '../../harness/run-chain';

const envelope = toEnvelope({ specversion: '1.0', id: 'a', source: '/s', type: 't' }, 'tenant', 0, 'lane');
const at = (stage: number, branch?: string): Position => ({
  chain: 'a/c',
  version: 1,
  stage,
  form: 'split',
  ...(branch !== undefined && { branch }),
});
const message = (position?: Position, sendAttempt = 1): LaneMessage => ({
  v: 1,
  envelope,
  ...(position !== undefined && { position }),
  sendAttempt,
});

function setUp() {
  const world = createMemoryWorld({ nowMs: 1_000 });
  addQueue(world, 'lane');
  const ports = createMemoryPorts({ world });
  const deliver = (body: LaneMessage) =>
    bury(
      ports,
      { messageId: 'm', receiptHandle: 'r', receiveCount: 5, sentAtMs: 0, message: body },
      { now: () => world.state.nowMs },
    );
  const outcome = (): Outcome | undefined => Object.values(world.state.records)[0]?.outcome;
  const sent = () => (world.state.queues.lane?.messages ?? []).map((each) => each.body as LaneMessage);
  const progress = (stage: number, branches: Record<string, NodeOutput> = {}) =>
    ports.records.putProgress(envelope, {
      position: at(stage),
      outputs: [],
      branches,
      bodyDigest: envelope.bodyDigest,
    });
  return { world, ports, deliver, outcome, sent, progress };
}

describe('a dead letter', () => {
  it('is left to the saga that has its event', async () => {
    const { ports, deliver, outcome, sent } = setUp();
    await ports.records.putProgress(envelope, {
      position: { chain: 'booking', version: 1, stage: 0, form: 'coordinated' },
      outputs: [],
      branches: {},
      bodyDigest: envelope.bodyDigest,
      coordinated: { execution: 'x-1', dueAtMs: 0 },
    });
    expect(await deliver(message())).toBe('coordinated');
    expect([outcome(), sent()]).toEqual([undefined, []]);
  });

  it('is DEAD with the last error that was noted, and the receive count', async () => {
    const { ports, deliver, outcome } = setUp();
    await ports.records.noteError(envelope, 'the disk is full', 0);
    expect(await deliver(message())).toBe('dead');
    expect(outcome()).toMatchObject({ kind: 'DEAD', reason: 'the disk is full (received 5 times)' });
  });

  it('is DEAD with "no outcome recorded" where nothing was noted', async () => {
    const { deliver, outcome } = setUp();
    expect(await deliver(message())).toBe('dead');
    expect(outcome()?.reason).toBe('no outcome recorded (received 5 times)');
  });

  it('is acknowledged where there is an outcome', async () => {
    const { deliver } = setUp();
    await deliver(message());
    expect(await deliver(message())).toBe('had-outcome');
  });

  it('is sent on where the chain stands further, or where its own branch is finished', async () => {
    const { deliver, outcome, sent, progress } = setUp();
    await progress(1, { left: { result: 1, writes: [], emits: [] } });
    expect(await deliver(message())).toBe('sent-on');
    expect(await deliver(message(at(1, 'left')))).toBe('sent-on');
    expect(sent().map((each) => each.position)).toEqual([at(1), at(1)]);
    expect(outcome()).toBeUndefined();
  });

  it('ends the event where progress is at its own stage', async () => {
    const { deliver, outcome, progress } = setUp();
    await progress(1);
    expect(await deliver(message(at(1, 'left')))).toBe('dead');
    expect(outcome()).toMatchObject({ kind: 'DEAD', chain: 'a/c@1' });
  });

  it('is sent again a bounded number of times where no runner knew its version', async () => {
    const { ports, deliver, sent, progress } = setUp();
    await progress(1);
    await ports.records.noteError(envelope, `RetryableError: ${unknownChainError(at(1))}`, 0);
    expect(await deliver(message(at(1)))).toBe('sent-again');
    expect(sent()).toMatchObject([{ sendAttempt: 2, position: { stage: 1 } }]);
    expect(await deliver(message(at(1), MOST_VERSION_SENDS))).toBe('dead');
  });

  it('comes back where the ledger does not answer', async () => {
    const { world, deliver, outcome } = setUp();
    world.hook = {
      before: async ({ name }) => {
        if (name === 'commit') throw new Error('throttled');
        return undefined;
      },
    };
    expect(await deliver(message())).toBe('returned');
    expect(outcome()).toBeUndefined();
  });

  it('that no part of Triage wrote is kept as it came', async () => {
    const { world, ports } = setUp();
    await keepUnreadable(ports, ['{"what":'], 1_000);
    expect(Object.values(world.state.quarantined).flat()).toMatchObject([{ raw: '{"what":' }]);
  });
});
