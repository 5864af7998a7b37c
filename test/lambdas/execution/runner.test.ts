/** Proves what the runner does with one batch: commits, refusals, repeats, deadlines, errors, suspects, order and pauses. */

import {
  acknowledge,
  answering,
  calls,
  enqueue,
  losingAnswers,
  queueOf,
  receive,
  refusing,
} from '../../../adapters/memory';
import type { CommitGroup } from '../../../core/contracts/ledger';
import { createBench, NOW_MS } from './bench';

const obey = (id: string, data?: unknown) => ({ id, type: 'obey', data });
const counted = (id: string, partitionkey: string, sequence?: string) => ({
  id,
  type: 'count',
  partitionkey,
  ...(sequence !== undefined && { sequence }),
});
const ledgerCalls = (operations: readonly string[]) =>
  operations.filter((each) => each.startsWith('records.') || each.startsWith('contexts.'));

describe('a fused chain', () => {
  it('costs one commit, and one batched read where it has a context', async () => {
    const bench = createBench();
    bench.send(bench.message(obey('a', 1)));
    expect(await bench.turn()).toEqual(['done']);
    expect(ledgerCalls(bench.operations)).toEqual(['records.commit']);

    bench.operations.length = 0;
    bench.send(bench.message(counted('b', 'k')), bench.message(counted('c', 'k')), bench.message(counted('d', 'k')));
    expect(await bench.turn()).toEqual(['done', 'done', 'done']);
    expect(ledgerCalls(bench.operations)).toEqual(['contexts.read', 'records.commit']);
    expect(bench.world.state.contexts['app/count/tenant/k']).toMatchObject({ version: 1, n: 3, value: 3 });
  });

  it('drops repeats in a batch to one, and acknowledges them with it', async () => {
    const bench = createBench();
    bench.send(bench.message(counted('a', 'k')), bench.message(counted('a', 'k')));
    expect(await bench.turn()).toEqual(['done', 'repeat']);
    expect(bench.world.state.contexts['app/count/tenant/k']?.n).toBe(1);
    expect(bench.waiting()).toEqual([]);
  });

  it('acknowledges a repeat after its outcome, and keeps another body in quarantine', async () => {
    const bench = createBench();
    bench.send(bench.message(obey('a', 1)));
    await bench.turn();
    bench.send(bench.message(obey('a', 1)), bench.message(obey('a', 2)));
    expect(await bench.turn()).toEqual(['repeat', 'quarantined']);
    expect(Object.values(bench.world.state.quarantined).flat()).toMatchObject([
      { reason: expect.stringContaining('another body') },
    ]);
  });

  it('keeps all that a batch refused in one object, and returns it all where that was not written', async () => {
    let broken = true;
    const bench = createBench({
      hook: {
        before: async ({ port }) => {
          if (port === 'quarantine' && broken) throw new Error('no answer');
          return undefined;
        },
      },
    });
    bench.send(bench.message(obey('a', 1)), bench.message(obey('b', 1)));
    await bench.turn();
    bench.send(bench.message(obey('a', 2)), bench.message(obey('b', 2)), bench.message(obey('c', 1)));
    expect(await bench.turn()).toEqual(['returned', 'returned', 'done']);
    expect(bench.world.state.quarantined).toEqual({});
    broken = false;
    bench.later(3_600_000);
    expect(await bench.turn()).toEqual(['quarantined', 'quarantined']);
    expect(Object.values(bench.world.state.quarantined).map((entries) => entries.map(({ raw }) => raw))).toEqual([
      [obey('a', 2), obey('b', 2)].map((event) => expect.stringContaining(`"id":"${event.id}"`)),
    ]);
    expect(bench.waiting()).toEqual([]);
  });

  it('takes only the record that is named out of a refused group', async () => {
    const bench = createBench();
    bench.send(bench.message(counted('a', 'k')));
    await bench.turn();
    bench.send(bench.message(counted('a', 'k')), bench.message(counted('b', 'k')));
    expect(await bench.turn()).toEqual(['repeat', 'done']);
    expect(bench.world.state.contexts['app/count/tenant/k']).toMatchObject({ n: 2, value: 2 });
  });

  it('computes again over contexts read again where another worker was first', async () => {
    let interfered = false;
    const bench = createBench({
      hook: {
        before: async ({ port, name }) => {
          if (port !== 'records' || name !== 'commit' || interfered) return undefined;
          interfered = true;
          const key = 'app/count/tenant/k';
          bench.world.state.contexts[key] = { key, version: 5, n: 5, value: 5 };
          return undefined;
        },
      },
    });
    bench.send(bench.message(counted('a', 'k')));
    expect(await bench.turn()).toEqual(['done']);
    expect(bench.world.state.contexts['app/count/tenant/k']).toMatchObject({ version: 6, n: 6, value: 6 });
  });

  it('gives back what conflicts without end, with the error noted', async () => {
    const bench = createBench({
      hook: { before: async ({ name }) => (name === 'commit' ? { answer: { status: 'conflict' } } : undefined) },
    });
    bench.send(bench.message(counted('a', 'k')));
    expect(await bench.turn()).toEqual(['returned']);
    expect(bench.record('a')).toMatchObject({ attempts: 1, lastError: expect.stringContaining('conflict') });
  });

  it('counts an event once though the answer of its commit was lost', async () => {
    const bench = createBench({ hook: losingAnswers(calls('records.commit', 1)) });
    bench.send(bench.message(counted('a', 'k')));
    expect(await bench.turn()).toEqual(['returned']);
    bench.later(300_000);
    expect(await bench.turn()).toEqual(['repeat']);
    expect(bench.world.state.contexts['app/count/tenant/k']?.n).toBe(1);
  });

  it('supersedes what comes late in its sequence, but nothing within one batch', async () => {
    const bench = createBench();
    bench.send(bench.message(counted('a', 'k', '10')), bench.message(counted('b', 'k', '9')));
    expect(await bench.turn()).toEqual(['done', 'done']);
    expect(bench.world.state.contexts['app/count/tenant/k']).toMatchObject({ n: 2, sequence: '10' });
    bench.send(bench.message(counted('c', 'k', '8')));
    await bench.turn();
    expect(bench.record('c')?.outcome).toMatchObject({ kind: 'DONE', reason: 'superseded', contexts: [] });
  });

  it('lets an event expire whose deadline has passed, and makes DEAD what no chain reacts to', async () => {
    const bench = createBench();
    const expirytime = new Date(NOW_MS - 1).toISOString();
    bench.send(bench.message({ ...obey('a'), expirytime }), bench.message({ id: 'b', type: 'unheard-of' }));
    expect(await bench.turn()).toEqual(['expired', 'dead']);
    expect(bench.record('b')?.outcome?.reason).toContain('unheard-of');
  });
});

describe('errors', () => {
  it('decide by their type, and fail only their own record', async () => {
    const bench = createBench();
    bench.send(...['fine', 'hopeless', 'later', 'broken'].map((data) => bench.message(obey(data, data))));
    expect(await bench.turn()).toEqual(['done', 'dead', 'returned', 'returned']);
    expect(bench.record('hopeless')?.outcome?.reason).toBe('hopeless');
    expect(bench.record('later')).toMatchObject({ attempts: 1, lastError: 'RetryableError: later' });
    const wait = bench.world.state.queues.lane?.messages.map((each) => each.visibleAtMs - NOW_MS);
    expect(wait).toEqual([7_000, 1_000]);
  });

  it('give everything back where the ledger cannot be read', async () => {
    const bench = createBench({ hook: refusing(calls('contexts.read')) });
    bench.send(bench.message(counted('a', 'k')));
    expect(await bench.turn()).toEqual(['returned']);
  });

  it('do not fail a neighbour twice: what failed before is committed alone', async () => {
    const poisoned = calls('records.commit');
    const bench = createBench({
      hook: {
        before: async (operation) => {
          if (poisoned(operation) && JSON.stringify(operation.args).includes('"id":"big"'))
            throw new Error('too large');
          return undefined;
        },
      },
    });
    bench.send(bench.message(counted('big', 'k')), bench.message(counted('small', 'k')));
    expect(await bench.turn()).toEqual(['returned', 'returned']);
    bench.later(300_000);
    expect(await bench.turn()).toEqual(['returned', 'done']);
  });

  it('move what is received a third time without one of its own to the suspects, once', async () => {
    const bench = createBench();
    const crash = () => bench.later(31_000);
    bench.send(bench.message(obey('a', 1)));
    for (let time = 0; time < 2; time++) {
      receive(bench.world, 'lane', 1);
      crash();
    }
    expect(await bench.turn()).toEqual(['moved-aside']);
    expect(bench.waiting()).toEqual([]);
    expect(bench.waiting('suspects')).toHaveLength(1);
  });

  it('hold what has not begun when the time is up, without an error', async () => {
    const bench = createBench();
    bench.send(bench.message(obey('a', 1)));
    expect(await bench.turn(10, NOW_MS)).toEqual(['returned']);
    expect(bench.record('a')).toBeUndefined();
  });
});

describe('a split chain', () => {
  const split = async () => {
    const bench = createBench();
    await bench.ports.control.putLane({ lane: 'lane', paused: false, form: 'split' });
    return bench;
  };

  it('keeps what is done as data, and takes effect at its end only', async () => {
    const bench = await split();
    bench.send(bench.message({ id: 'a', type: 'steps', data: 1 }));
    expect(await bench.turn()).toEqual(['continued']);
    expect(bench.record('a')?.progress?.position).toMatchObject({ chain: 'app/steps', version: 1, stage: 1 });
    expect(bench.record('a')?.outcome).toBeUndefined();
    expect(await bench.turn()).toEqual(['done']);
    expect(bench.record('a')?.outcome?.writes).toHaveLength(1);
  });

  it('gives a message back whose continuation was not sent, and sends it the next time', async () => {
    const bench = createBench({ hook: answering(calls('lanes.send', 1), [0]) });
    await bench.ports.control.putLane({ lane: 'lane', paused: false, form: 'split' });
    bench.send(bench.message({ id: 'a', type: 'steps', data: 1 }));
    expect(await bench.turn()).toEqual(['returned']);
    bench.later(300_000);
    expect(await bench.turn()).toEqual(['continued']);
    expect(await bench.turn()).toEqual(['done']);
  });

  it('sends the position that progress stands at to a message from before it', async () => {
    const bench = await split();
    const start = bench.message({ id: 'a', type: 'steps', data: 1 });
    bench.send(start);
    await bench.turn();
    bench.send(start);
    expect(await bench.turn()).toEqual(['done', 'continued']);
    expect(await bench.turn()).toEqual(['repeat']);
    expect(bench.waiting()).toEqual([]);
  });

  it('runs branches side by side, and whoever completes the set sends the join', async () => {
    const bench = await split();
    bench.send(bench.message({ id: 'a', type: 'sides', data: 1 }));
    expect(await bench.turn()).toEqual(['continued']);
    expect(bench.waiting().map((each) => each.position?.branch)).toEqual(['left', 'right']);
    expect(await bench.turn()).toEqual(['continued', 'continued']);
    expect(bench.waiting().map((each) => each.position)).toEqual([expect.not.objectContaining({ branch: 'left' })]);
    expect(await bench.turn()).toEqual(['done']);
    expect(bench.record('a')?.outcome?.writes[0]?.value).toEqual({ left: 1, right: 1 });
  });

  it('sends the branches missing, or the join, for a branch that was finished before', async () => {
    const bench = await split();
    bench.send(bench.message({ id: 'a', type: 'sides', data: 1 }));
    await bench.turn();
    const [left] = bench.waiting();
    expect(await bench.turn(1)).toEqual(['continued']);
    // The other branch's message is lost, and the first one's comes again.
    for (const { id } of queueOf(bench.world.state, 'lane').messages) acknowledge(bench.world, 'lane', id);
    if (left !== undefined) bench.send(left);
    expect(await bench.turn()).toEqual(['continued']);
    expect(bench.waiting().map((each) => each.position?.branch)).toEqual(['right']);
  });

  it('looks at the deadline at the first commit only: a chain in flight is finished', async () => {
    const bench = await split();
    const expirytime = new Date(NOW_MS + 1_000).toISOString();
    bench.send(bench.message({ id: 'a', type: 'steps', data: 1, expirytime }));
    await bench.turn();
    bench.later(5_000);
    expect(await bench.turn()).toEqual(['done']);
    bench.send(bench.message({ id: 'b', type: 'steps', data: 1, expirytime }));
    expect(await bench.turn()).toEqual(['expired']);
  });

  it('gives back a position whose version it does not carry, and says so', async () => {
    const bench = await split();
    const position = { chain: 'app/steps', version: 9, stage: 1, form: 'split' as const };
    bench.send(bench.message({ id: 'a', type: 'steps' }, position));
    expect(await bench.turn()).toEqual(['returned']);
    expect(bench.record('a')?.lastError).toContain('no chain app/steps@9');
  });
});

describe('an ordered lane', () => {
  it('fails all after a failure, and is fused whatever its control record says', async () => {
    const bench = createBench({ settings: { ordered: true } });
    await bench.ports.control.putLane({ lane: 'lane', paused: false, form: 'split' });
    const messages = [
      bench.message({ id: 'a', type: 'steps', data: 1 }),
      bench.message(obey('b', 'later')),
      bench.message(obey('c', 1)),
    ];
    // One message of a group is in flight at a time, so a batch of several groups stands for the worst case.
    messages.forEach((each, index) => void enqueue(bench.world, 'lane', each, { group: `g${index}` }));
    expect(await bench.turn()).toEqual(['done', 'returned', 'returned']);
    expect(bench.record('c')).toBeUndefined();
  });
});

describe('a paused lane', () => {
  it('gives everything back, and sends afresh what was received before, so that no receives run out', async () => {
    const bench = createBench();
    await bench.ports.control.putLane({ lane: 'lane', paused: true, form: 'fused' });
    bench.send(bench.message(obey('a', 1)));
    for (let time = 0; time < 20; time++) {
      await bench.turn();
      bench.later(31_000);
    }
    expect(bench.record('a')).toBeUndefined();
    await bench.ports.control.putLane({ lane: 'lane', paused: false, form: 'fused' });
    expect(await bench.turn()).toEqual(['done']);
  });
});

describe('the watermark', () => {
  it('is put once a second at most', async () => {
    const bench = createBench();
    for (const id of ['a', 'b', 'c']) {
      bench.send(bench.message(obey(id, 1)));
      await bench.turn();
    }
    expect(bench.operations.filter((each) => each === 'control.putWatermark')).toHaveLength(1);
    expect(bench.operations.filter((each) => each === 'control.lane')).toHaveLength(1);
    bench.later(1_001);
    bench.send(bench.message(obey('d', 1)));
    await bench.turn();
    expect(bench.operations.filter((each) => each === 'control.putWatermark')).toHaveLength(2);
  });
});

describe('a batch', () => {
  it('begins with what is due, then lets tenants take turns', async () => {
    const began: string[] = [];
    const bench = createBench({
      hook: {
        before: async ({ name, args }) => {
          if (name === 'commit') began.push(...(args[0] as CommitGroup).outcomes.map(({ key }) => key));
          return undefined;
        },
      },
    });
    const of = (id: string, tenant: string, more: Record<string, unknown> = {}) => {
      const message = bench.message({ ...obey(id, 1), ...more });
      return { ...message, envelope: { ...message.envelope, key: id, tenant } };
    };
    const expirytime = new Date(bench.world.state.nowMs + 1_000).toISOString();
    bench.send(of('1', 'loud'), of('2', 'loud'), of('3', 'loud'), of('4', 'quiet'), of('5', 'loud', { expirytime }));
    await bench.turn();
    expect(began).toEqual(['5', '1', '4', '2', '3']);
  });
});
