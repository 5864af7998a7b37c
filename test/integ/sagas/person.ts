/** A person's hand on an order: pause, resume, cancel, approve, decline, run again. */
import { sagaPorts } from '../../../cli/readers/sagas';
import type { CloudEvent } from '../../../core/contracts/event';
import { startTriage, triage, until } from '../platform';
import { instanceOf, order, type Shop, seatOf } from './shop';

export function person(shop: Shop): void {
  const { executionsOf, holderOf, kinds, outcomeNow, outcomes, paymentOf, resultOf, send, strike } = shop;

  describe('a person', () => {
    const pause = (name: string) => sagaPorts(shop.connection).control.setPaused('booking', instanceOf(name), true);
    const untilBegun = (event: CloudEvent) =>
      until(
        'it has begun',
        async () => (await executionsOf(event).catch(() => [])).length,
        (count) => count === 1,
        60_000,
      );
    const untilWaiting = (event: CloudEvent) =>
      until(
        'the saga waits',
        async () => JSON.parse(await triage('saga', 'show', event.id, '--json')) as { state?: string; events: number },
        ({ events }) => events > 8,
        60_000,
      );

    it('pauses an order, sees that it waits, and lets it go on', async () => {
      const event = order('h1');
      await pause('h1');
      await send([event]);
      await untilBegun(event);
      await untilWaiting(event);
      expect(await resultOf('h1', 'payment')).toBeUndefined();
      await triage('saga', 'resume', event.id);
      expect(await kinds(event)).toEqual(['DONE']);
    }, 180_000);

    it('cancels an order, which takes back what it has done', async () => {
      const event = order('i1');
      await pause('i1');
      await send([event]);
      await untilBegun(event);
      await triage('saga', 'cancel', event.id, '--reason', 'changed my mind');
      await triage('saga', 'resume', event.id);
      const [outcome] = await outcomes(event);
      expect(outcome).toMatchObject({ kind: 'COMPENSATED', reason: expect.stringContaining('cancelled') });
      expect(await holderOf(seatOf(event))).toBeNull();
      expect((await paymentOf('i1'))?.status ?? 'void').toBe('void');
    }, 180_000);

    it('approves an order above the limit, and declines another', async () => {
      await triage('saga', 'put', 'booking', 'thing:acme/gala', 'offer', '{"priceCents":250000,"seats":1000}');
      const [yes, no] = [order('j1', { show: 'gala' }), order('j2', { show: 'gala' })];
      await send([yes, no]);
      for (const name of ['j1', 'j2'])
        await until(
          `${name} asks`,
          () => resultOf(name, 'approval-request'),
          (asked) => asked?.freshness === 'current',
          60_000,
        );
      expect(await triage('saga', 'approve', 'j1', '--by', 'Ada')).toContain('Approved: 250000 cents');
      expect(await triage('saga', 'approve', 'j2', '--decline', '--by', 'Ada')).toContain('Declined');
      const [approved, declined] = await outcomes(yes, no);
      expect(approved?.kind).toBe('DONE');
      expect(declined).toMatchObject({ kind: 'COMPENSATED', reason: expect.stringContaining('not-approved') });
    }, 180_000);

    it('runs an order again whose last step failed: what is done is skipped', async () => {
      const event = order('k1');
      const settle = { name: 'settle', caller: shop.connection.names.settleFunction, operation: 'UpdateItem' };
      strike([{ ...settle, action: 'refuse', when: 'before', skip: 0, times: 50 }]);
      await send([event]);
      await until(
        'its first run has failed',
        async () => (await executionsOf(event).catch(() => []))[0],
        (run) => run?.status === 'FAILED' && run.error === 'SettleFailed',
        90_000,
      );
      expect(await outcomeNow(event)).toBeUndefined();
      strike([]);
      // The reconciler may have been first, which is as good.
      await startTriage('saga', 'rerun', event.id).ended;
      expect(await kinds(event)).toEqual(['DONE']);
      expect((await executionsOf(event)).map(({ status }) => status)).toEqual(['FAILED', 'SUCCEEDED']);
      expect((await paymentOf('k1'))?.charges).toBe(1);
    }, 240_000);
  });
}
