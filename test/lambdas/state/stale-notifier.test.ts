/** Proves that a result that became stale is told once under one id, to its tenant, and that what the bus refuses is told again. */
import { createMemoryPorts, createMemoryWorld } from '../../../adapters/memory';
import type { StateResult } from '../../../core/contracts/state';
import { notify, STALE_TYPE } from '../../../lambdas/state/stale-notifier/core';

const result = (more: Partial<StateResult> = {}): StateResult => ({
  key: { application: 'booking', instance: 'booking/acme/order-1', name: 'payment' },
  version: 2,
  value: { secret: 'not told' },
  basis: [],
  freshness: 'stale',
  reason: 'wrong',
  sinceMs: 1_700_000_000_000,
  owner: 'a',
  token: 3,
  ...more,
});

it('tells key, version, reason and time, and not the value', async () => {
  const world = createMemoryWorld();
  expect(await notify(createMemoryPorts({ world }).bus, [result(), result({ freshness: 'current' })])).toBe(1);
  const [told] = world.state.published;
  expect(told).toMatchObject({
    tenant: 'acme',
    event: {
      type: STALE_TYPE,
      source: '/triage/state',
      subject: 'payment',
      time: '2023-11-14T22:13:20.000Z',
      data: { application: 'booking', instance: 'booking/acme/order-1', name: 'payment', version: 2, reason: 'wrong' },
    },
  });
  expect(JSON.stringify(told)).not.toContain('not told');
  expect(told?.id).toBe(told?.event.id);
});

it('makes the same id for the same version, and another for another version or key', async () => {
  const world = createMemoryWorld();
  const { bus } = createMemoryPorts({ world });
  const other = { application: 'booking', instance: 'booking/acme/order-1', name: 'ticket' };
  await notify(bus, [result(), result(), result({ version: 3 }), result({ key: other })]);
  const ids = world.state.published.map(({ id }) => id);
  expect(ids[0]).toBe(ids[1]);
  expect(new Set(ids).size).toBe(3);
});

it('fails where the bus does not take one, so that the stream repeats it', async () => {
  await expect(notify({ publish: async () => [0] }, [result()])).rejects.toThrow('1 of 1 events');
});

it('gives what belongs to no instance of a tenant to none', async () => {
  const world = createMemoryWorld();
  const key = { application: 'booking', instance: 'thing:seat/12A', name: 'seat' };
  await notify(createMemoryPorts({ world }).bus, [result({ key })]);
  expect(world.state.published[0]?.tenant).toBe('internal');
});
