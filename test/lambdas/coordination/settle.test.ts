/** The end of a saga gives its event one outcome: a repeat changes nothing, and neither does a second end. */
import { createMemoryPorts, createMemoryWorld } from '../../../adapters/memory';
import type { StepRequest } from '../../../core/contracts/saga';
import { parseEnding, settle } from '../../../lambdas/coordination/settle/core';

const request: StepRequest = {
  step: 'settle',
  attempt: 'x-1/Settle/0-0',
  saga: {
    saga: 'booking',
    application: 'booking',
    instance: 'booking/acme/o1',
    run: 1,
    event: {
      key: 'k',
      generation: 2,
      bodyDigest: 'b',
      tenant: 'acme',
      source: '/shop',
      id: 'e1',
      type: 'booking.requested',
      lane: 'booking',
      acceptedAtMs: 1_000,
    },
    request: { inline: {} },
  },
};
const setUp = () => {
  const ports = createMemoryPorts({ world: createMemoryWorld() });
  const outcome = async () => (await ports.records.read([{ key: 'k', generation: 2 }]))[0]?.outcome;
  return { ports, outcome };
};

describe('the end of a saga', () => {
  it('is the outcome of the event that began it, of its generation, with the reason', async () => {
    const { ports, outcome } = setUp();
    const ending = parseEnding({ end: 'COMPENSATED', reason: 'sold-out: the seat is taken' });
    expect(await settle(ports.records, request, ending, 3_000)).toEqual({ status: 'done', version: 1 });
    expect(await outcome()).toEqual({
      kind: 'COMPENSATED',
      reason: 'sold-out: the seat is taken',
      bodyDigest: 'b',
      decidedAtMs: 3_000,
      acceptedAtMs: 1_000,
      lane: 'booking',
      tenant: 'acme',
      source: '/shop',
      id: 'e1',
      type: 'booking.requested',
      chain: 'booking@1',
      writes: [],
      emits: [],
      contexts: [],
      ran: { instance: 'booking/acme/o1', execution: 'x-1' },
    });
  });

  it('stands: neither a repeat nor another end replaces it', async () => {
    const { ports, outcome } = setUp();
    await settle(ports.records, request, { end: 'DONE', reason: 'booked' }, 3_000);
    expect(await settle(ports.records, request, { end: 'COMPENSATED', reason: 'late' }, 4_000)).toMatchObject({
      status: 'done',
    });
    expect(await outcome()).toMatchObject({ kind: 'DONE', reason: 'booked', decidedAtMs: 3_000 });
  });

  it('fails if the commit is refused and no outcome explains it', async () => {
    const refusing = {
      commit: async () => ({ status: 'refused' as const, outcomes: [0], contexts: [] }),
      read: async () => [],
    };
    await expect(settle(refusing, request, { end: 'DONE', reason: '' }, 0)).rejects.toThrow('there is none');
  });

  it.each([undefined, {}, { end: 'DEAD', reason: 'x' }, { end: 'DONE' }])(
    'fails for good if %j is no ending',
    (value) => {
      expect(() => parseEnding(value)).toThrow('no ending of a saga');
    },
  );
});
