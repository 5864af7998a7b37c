/** What becomes of one order: its one end, whatever its card, its seat, its provider and its functions do, and however often it comes. */

import { sagaPorts } from '../../../cli/readers/sagas';
import type { CloudEvent } from '../../../core/contracts/event';
import { triage } from '../platform';
import { instanceOf, order, type Shop, seatOf } from './shop';

/** As the proxy names it. */
const INVOKE = 'Invoke';

export function orders(shop: Shop): void {
  const { executionsOf, holderOf, kinds, onStep, outcomes, paymentOf, resultOf, send, strike, strikes } = shop;

  describe('an order', () => {
    it('that can be had ends DONE: a seat, a payment and a ticket, once each', async () => {
      const events = ['a1', 'a2', 'a3'].map((name) => order(name));
      await send(events);
      expect(await kinds(...events)).toEqual(['DONE', 'DONE', 'DONE']);
      for (const [index, name] of ['a1', 'a2', 'a3'].entries()) {
        expect(await paymentOf(name)).toMatchObject({ status: 'captured', amountCents: 4_200, charges: 1 });
        expect(await holderOf(seatOf(events[index] as CloudEvent))).toBe(instanceOf(name));
        expect(await resultOf(name, 'ticket')).toMatchObject({ freshness: 'current', value: { status: 'done' } });
      }
      expect(await triage('trace', 'event-a1')).toContain('DONE');
      expect(await triage('saga', 'show', 'a1')).toMatch(/DONE[\s\S]*SUCCEEDED[\s\S]*payment/);
    }, 120_000);

    it('comes by the bucket as well', async () => {
      const event = order('b1');
      await send([event], 'uploads');
      expect(await kinds(event)).toEqual(['DONE']);
    }, 120_000);

    it('whose card is declined, or whose seat is gone, is COMPENSATED with the reason, and nothing of it remains', async () => {
      const poor = order('c1', { card: 'tok_declined' });
      await send([poor]);
      const [declined] = await outcomes(poor);
      expect(declined).toMatchObject({ kind: 'COMPENSATED', reason: expect.stringContaining('card-declined') });
      expect(await holderOf(seatOf(poor))).toBeNull();
      expect((await paymentOf('c1'))?.status).toBe('declined');

      const [first, second] = [order('c2'), order('c3')];
      const late = { ...second, data: { ...(second.data as object), seat: seatOf(first) } };
      await send([first]);
      expect(await kinds(first)).toEqual(['DONE']);
      await send([late]);
      const [sold] = await outcomes(late);
      expect(sold).toMatchObject({ kind: 'COMPENSATED', reason: expect.stringContaining('sold-out') });
      expect(await holderOf(seatOf(first))).toBe(instanceOf('c2'));
      expect((await paymentOf('c3'))?.status ?? 'void').toBe('void');
    }, 180_000);

    it('that is not one is DEAD with what is wrong, and no saga begins', async () => {
      const wrong = order('d1', { seat: 'front row' });
      await send([wrong]);
      expect(await outcomes(wrong)).toMatchObject([{ kind: 'DEAD', reason: expect.stringContaining('seat') }]);
      expect(await executionsOf(wrong).catch(() => [])).toEqual([]);
    }, 120_000);
  });

  describe('a payment', () => {
    it('whose answer is lost, or that hangs longer than anybody waits, is made once', async () => {
      const [lost, hung] = [order('e1'), order('e2')];
      strike([onStep('payment', { operation: INVOKE, action: 'lose-answer', when: 'after' })]);
      await send([lost]);
      expect(await kinds(lost)).toEqual(['DONE']);
      expect(strikes()).toEqual([1]);
      strike([onStep('payment', { operation: INVOKE, action: 'delay', delayMs: 4_000, when: 'before' })]);
      await send([hung]);
      expect(await kinds(hung)).toEqual(['DONE']);
      expect(strikes()).toEqual([1]);
      for (const name of ['e1', 'e2'])
        expect(await paymentOf(name)).toMatchObject({ status: 'captured', amountCents: 4_200 });
      expect((await paymentOf('e1'))?.charges).toBe(1);
    }, 180_000);
  });

  describe('a step', () => {
    it('that is killed before or after its commit is tried again, and done once', async () => {
      const events = [order('f1'), order('f2')];
      strike([
        onStep('reserve', { operation: 'TransactWriteItems', action: 'kill', when: 'before' }),
        onStep('ticket', { operation: 'TransactWriteItems', action: 'kill', when: 'after' }),
      ]);
      await send(events);
      expect(await kinds(...events)).toEqual(['DONE', 'DONE']);
      expect(strikes()).toEqual([1, 1]);
      for (const event of events) expect(await executionsOf(event)).toHaveLength(1);
      expect((await paymentOf('f1'))?.charges).toBe(1);
      expect((await paymentOf('f2'))?.charges).toBe(1);
    }, 180_000);
  });

  describe('a repeat', () => {
    it('of an event begins nothing, and another event of the same order gets the first one’s outcome', async () => {
      const event = order('g1');
      const twin = { ...event, id: 'event-g1-again' };
      await send([event, event]);
      await send([event], 'uploads');
      await send([twin]);
      const [mine, twins] = await outcomes(event, twin);
      expect(mine?.kind).toBe('DONE');
      expect(twins).toMatchObject({ kind: 'DONE', reason: expect.stringContaining('as event event-g1') });
      const all = await sagaPorts(shop.connection).executions.list('booking', { limit: 1_000 });
      const [execution] = await executionsOf(event);
      expect(all.filter(({ name }) => name === execution?.name)).toHaveLength(1);
      expect(await executionsOf(event)).toHaveLength(1);
      expect((await paymentOf('g1'))?.charges).toBe(1);
    }, 180_000);
  });
}
