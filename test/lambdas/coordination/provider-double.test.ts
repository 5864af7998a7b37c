/** Proves that the double is a provider as a real one is: one payment for each key, whatever is lost, repeated or at the same time. */
import fc from 'fast-check';
import { createMemoryPaymentProvider, createMemoryProviderLedger, createMemoryWorld } from '../../../adapters/memory';
import type { PaymentAnswer } from '../../../core/contracts/payment';
import type { PaymentProvider } from '../../../core/ports';
import { createProviderDouble, type DoubleSettings } from '../../../lambdas/coordination/provider-double/core';

const calm: DoubleSettings = { leastLatencyMs: 0, mostLatencyMs: 0, lostAnswers: 0, lostCalls: 0, hangMs: 0 };
const charge = { key: 'k1', amountCents: 2_500, card: 'tok_visa' };

function double(settings: Partial<DoubleSettings> = {}, random: () => number = () => 0.5) {
  const world = createMemoryWorld();
  const slept: number[] = [];
  const tools = {
    random,
    sleep: async (milliseconds: number) => {
      slept.push(milliseconds);
    },
  };
  const answer = createProviderDouble(createMemoryProviderLedger({ world }), { ...calm, ...settings }, tools);
  const provider: PaymentProvider = {
    charge: (each) => answer({ operation: 'charge', charge: each }),
    find: (key) => answer({ operation: 'find', key }),
    refund: (key) => answer({ operation: 'refund', key }),
  };
  return { world, slept, answer, provider };
}
const memory = () => {
  const world = createMemoryWorld();
  return { world, provider: createMemoryPaymentProvider({ world }) };
};
const statuses = async (...answers: readonly Promise<PaymentAnswer>[]) =>
  (await Promise.all(answers)).map(({ status }) => status);

describe.each([
  ['the double', double],
  ['the provider in memory', memory],
])('%s', (_name, make) => {
  it('takes the money of one key once, however often it is charged, also at the same time', async () => {
    const { provider, world } = make();
    expect(await statuses(provider.charge(charge), provider.charge(charge))).toEqual(['captured', 'captured']);
    expect(await provider.charge(charge)).toMatchObject({ status: 'captured', payment: { charges: 3 } });
    expect(Object.keys(world.state.payments)).toEqual(['k1']);
  });

  it('gives back what was taken, once, and takes no more under that key', async () => {
    const { provider } = make();
    await provider.charge(charge);
    expect(await statuses(provider.refund('k1'))).toEqual(['refunded']);
    expect(await statuses(provider.refund('k1'))).toEqual(['refunded']);
    expect(await statuses(provider.charge(charge))).toEqual(['refunded']);
  });

  it('closes a key that nothing was taken under, so that a late charge takes nothing', async () => {
    const { provider } = make();
    expect(await statuses(provider.find('k1'))).toEqual(['none']);
    expect(await statuses(provider.refund('k1'))).toEqual(['void']);
    expect(await statuses(provider.charge(charge))).toEqual(['void']);
    expect(await statuses(provider.find('k1'))).toEqual(['void']);
  });

  it.each([
    ['tok_declined', 'card-declined'],
    ['tok_insufficient', 'insufficient-funds'],
  ])('declines %s with its code, now and later', async (card, code) => {
    const { provider } = make();
    const declined = { status: 'declined', payment: { code } };
    expect(await provider.charge({ ...charge, card })).toMatchObject(declined);
    expect(await provider.charge({ ...charge, card })).toMatchObject(declined);
    expect(await provider.find('k1')).toMatchObject(declined);
    expect(await statuses(provider.refund('k1'))).toEqual(['declined']);
  });

  it.each([{ amountCents: 1 }, { card: 'tok_other' }])('fails if a key is used again for %j', async (other) => {
    const { provider } = make();
    await provider.charge(charge);
    expect(await provider.charge({ ...charge, ...other })).toMatchObject({
      status: 'mismatch',
      payment: { amountCents: 2_500 },
    });
  });
});

describe('what the double loses', () => {
  it('is the answer of a charge that was made: asked by its key it is there', async () => {
    const { provider, slept } = double({ lostAnswers: 1, hangMs: 9_000 });
    expect(await statuses(provider.charge(charge))).toEqual(['unknown']);
    expect(slept).toContain(9_000);
    expect(await statuses(provider.find('k1'))).toEqual(['captured']);
  });

  it('is a call that never arrived: asked by its key nothing is there', async () => {
    let share = 0;
    const { provider } = double({ lostCalls: 0.5 }, () => share);
    expect(await statuses(provider.charge(charge))).toEqual(['unknown']);
    share = 0.9;
    expect(await statuses(provider.find('k1'))).toEqual(['none']);
  });

  it('takes its time within the bounds it is given', async () => {
    const { provider, slept } = double({ leastLatencyMs: 20, mostLatencyMs: 60 }, () => 0.25);
    await provider.find('k1');
    expect(slept).toEqual([30]);
  });

  it.each([
    undefined,
    {},
    { operation: 'find' },
    { operation: 'charge', charge: { key: 'k', card: 'c', amountCents: 0 } },
  ])('fails if it is asked for %j', async (call) => {
    await expect(double().answer(call)).rejects.toThrow(expect.objectContaining({ name: 'TerminalError' }));
  });

  it('says the same of a key for ever, whatever order of calls, losses and repeats', async () => {
    const call = fc.constantFrom('charge' as const, 'refund' as const, 'find' as const);
    const property = fc.asyncProperty(
      fc.array(call, { maxLength: 12 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.99, noNaN: true })),
      async (calls, stream) => {
        const random = () => stream.next().value as number;
        const { provider, world } = double({ lostAnswers: 0.3, lostCalls: 0.2 }, random);
        const ends: string[] = [];
        for (const each of calls) {
          await (each === 'charge' ? provider.charge(charge) : provider[each]('k1'));
          ends.push(world.state.payments.k1?.status ?? 'none');
        }
        const path = ends.filter((status, index) => status !== ends[index - 1]).join(' > ');
        return /^(none)?( > )?(void|captured( > refunded)?)?$/.test(path);
      },
    );
    await fc.assert(property, { numRuns: 500, seed: 5 });
  });
});
