/**
 * Proves that no step and no end of a saga says "done" on the store's word alone: a write that the store says it has made, and has not, is
 * an error with a name of its own, and the next try makes it.
 */
import { createMemoryPorts, createMemoryWorld, type Hook } from '../../../adapters/memory';
import { booking, offerKey, seatKey } from '../../../applications/booking';
import type { StepRequest } from '../../../core/contracts/saga';
import { putThing, runStep, stepOf } from '../../../core/sagas';
import { settle } from '../../../lambdas/coordination/settle/core';

const request = (step: string, attempt: string): StepRequest => ({
  step,
  attempt,
  saga: {
    saga: 'booking',
    application: 'booking',
    instance: 'booking/acme/o1',
    run: 1,
    event: {
      key: 'k',
      generation: 1,
      bodyDigest: 'b',
      tenant: 'acme',
      source: '/shop',
      id: 'e1',
      type: 'booking.requested',
      lane: 'booking',
      acceptedAtMs: 1_000,
    },
    request: { inline: { order: 'o1', show: 'circus', seat: 1, card: 'tok_fine' } },
  },
});

/** The store says that it has committed, once, and has not. */
function lying(port: string, name: string): Hook {
  let isDue = true;
  return {
    before: async (operation) => {
      if (!isDue || operation.port !== port || operation.name !== name) return undefined;
      isDue = false;
      return { answer: { status: 'committed' } };
    },
  };
}

const setUp = async (hook: Hook) => {
  const world = createMemoryWorld({ nowMs: 5_000 });
  const memory = createMemoryPorts({ world });
  await putThing(memory.states, offerKey('acme', 'circus'), { priceCents: 4_000, seats: 3 }, 'office', 1);
  world.hook = hook;
  const ports = { ...memory, control: memory.sagaControl, settings: { approvalAboveCents: 50_000 }, services: {} };
  const run = (step: string, attempt: string) =>
    runStep(stepOf(booking, step), request(step, attempt), ports, { now: () => world.state.nowMs });
  return { world, memory, run };
};

/** Reads of this thing answer once what was true before it was first put. */
function before(name: string): Hook {
  let isDue = true;
  return {
    before: async (operation) => {
      const [key] = operation.args as [{ readonly name?: string }?];
      if (!isDue || operation.port !== 'states' || operation.name !== 'read' || key?.name !== name) return undefined;
      isDue = false;
      return { answer: undefined };
    },
  };
}

describe('a read that is behind', () => {
  it('lets no compensation end with what it did not see: a seat that was taken is given back', async () => {
    const { world, memory, run } = await setUp({});
    const seat = seatKey('acme', 'circus', 1);
    for (const step of ['inventory', 'reserve']) expect(await run(step, `${step}-1`)).toMatchObject({ status: 'done' });
    expect((await memory.states.read(seat))?.value).toEqual({ heldBy: 'booking/acme/o1' });
    // From here on forward is over; the seat is still to be given back.
    await run('void', 'void-1');
    world.hook = before(seat.name);
    expect(await run('release', 'release-1')).toMatchObject({ status: 'done' });
    expect((await memory.states.read(seat))?.value).toEqual({ heldBy: null });
  });
});

describe('a write that is lost in silence', () => {
  it.each(['inventory', 'void'])('is an error of the step %s, and made by its next try', async (step) => {
    const { run } = await setUp(lying('states', 'commitIfCurrent'));
    await expect(run(step, 'first')).rejects.toMatchObject({ name: 'LostWriteError' });
    expect(await run(step, 'second')).toMatchObject({ status: 'done' });
  });

  it('is an error of the end, and made by its next try', async () => {
    const { memory } = await setUp(lying('records', 'commit'));
    const end = () => settle(memory.records, request('settle', 'x'), { end: 'DONE', reason: 'booked' }, 6_000);
    await expect(end()).rejects.toMatchObject({ name: 'LostWriteError' });
    expect(await end()).toMatchObject({ status: 'done' });
    expect((await memory.records.read([{ key: 'k', generation: 1 }]))[0]?.outcome).toMatchObject({ kind: 'DONE' });
  });
});
