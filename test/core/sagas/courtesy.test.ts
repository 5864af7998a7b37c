/**
 * Proves that a try that follows at once does not wait for the one before it, which died with a thing in its hands: the tries of a task
 * may all come within the time that is left to others.
 */
import { createMemoryPorts, createMemoryWorld } from '../../../adapters/memory';
import { booking, offerKey } from '../../../applications/booking';
import type { StepRequest } from '../../../core/contracts/saga';
import { putThing, runStep, stepOf } from '../../../core/sagas';

const request = (step: string, order: string, attempt: string): StepRequest => ({
  step,
  attempt,
  saga: {
    saga: 'booking',
    application: 'booking',
    instance: `booking/acme/${order}`,
    run: 1,
    event: {
      key: order,
      generation: 1,
      bodyDigest: 'b',
      tenant: 'acme',
      source: '/shop',
      id: order,
      type: 'booking.requested',
      lane: 'booking',
      acceptedAtMs: 1_000,
    },
    request: { inline: { order, show: 'circus', seat: 1, card: 'tok_fine' } },
  },
});

/** Two orders are through their inventory, and the first one's try to reserve died just before its commit. */
async function setUp() {
  const world = createMemoryWorld({ nowMs: 5_000 });
  const memory = createMemoryPorts({ world });
  await putThing(memory.states, offerKey('acme', 'circus'), { priceCents: 4_000, seats: 3 }, 'office', 1);
  const ports = { ...memory, control: memory.sagaControl, settings: { approvalAboveCents: 50_000 }, services: {} };
  const run = (step: string, order: string, attempt: string) =>
    runStep(stepOf(booking, step), request(step, order, attempt), ports, { now: () => world.state.nowMs });
  await run('inventory', 'o1', 'one-1/Inventory/0-0');
  await run('inventory', 'o2', 'two-1/Inventory/0-0');
  world.hook = {
    before: async ({ name }) => {
      if (name === 'commitIfCurrent') throw new Error('it died');
      return undefined;
    },
  };
  await expect(run('reserve', 'o1', 'one-1/Reserve/0-0')).rejects.toThrow('it died');
  world.hook = undefined;
  return run;
}

it('goes on at once where it is the next try of the same task', async () => {
  const run = await setUp();
  expect(await run('reserve', 'o1', 'one-1/Reserve/0-1')).toMatchObject({ status: 'done' });
});

it('leaves it to the other where it is not', async () => {
  const run = await setUp();
  await expect(run('reserve', 'o2', 'two-1/Reserve/0-0')).rejects.toMatchObject({ name: 'RetryableError' });
  await expect(run('reserve', 'o1', 'one-2/Reserve/0-1')).rejects.toMatchObject({ name: 'RetryableError' });
});
