/**
 * Books that disagree after an order has its outcome are an incident, and are made to agree, one action each; and while recovery is busy
 * with many of them, its switch stops it.
 */
import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { readIncidents } from '../../../cli/incidents';
import type { Incident } from '../../../core/contracts/incident';
import { LIVE_ALIAS } from '../../../core/contracts/names';
import { poll, triage, until } from '../platform';
import { instanceOf, order, type Shop } from './shop';

const UNPAID = ['n1', 'n3', 'n4', 'n5', 'n6', 'n7'];
const UNBOOKED = 'n2';
const ALL = [...UNPAID, UNBOOKED];
/** Longer than the ten seconds within which the switch must hold, and than two actions would take to be due. */
const WATCHED_MS = 12_000;
const PATIENCE_MS = 90_000;

/** Answers with the orders whose books it makes disagree. */
export function disagreements(shop: Shop): readonly string[] {
  const { books, executionsOf, kinds, paymentOf, send } = shop;

  const seen = async (): Promise<readonly Incident[]> => {
    const instances = ALL.map(instanceOf);
    return (await readIncidents(shop.connection)).filter(
      ({ subject }) => subject.on === 'saga' && instances.includes(subject.instance),
    );
  };
  /** As its schedule does each minute, and again at once. */
  function keepRecovering(): { stop(): Promise<void> } {
    let isOn = true;
    const round = async () => {
      while (isOn) {
        const ids = (await seen()).map(({ id }) => id);
        await shop.connection.clients.lambda.send(
          new InvokeCommand({
            FunctionName: shop.connection.names.platformFunction('recovery'),
            Qualifier: LIVE_ALIAS,
            Payload: JSON.stringify({ incidents: ids }),
          }),
        );
      }
    };
    const rounds = round();
    return {
      stop: () => {
        isOn = false;
        return rounds;
      },
    };
  }
  const begunIn = (incidents: readonly Incident[]) =>
    incidents.flatMap(({ timeline }) => timeline.filter(({ what }) => what === 'begun').map(({ atMs }) => atMs));

  describe('what was found to disagree', () => {
    let recovering: ReturnType<typeof keepRecovering> | undefined;
    afterAll(() => recovering?.stop());

    it('is made to agree, and not a moment longer than recovery is on', async () => {
      const unpaid = UNPAID.map((name) => order(name));
      const unbooked = order(UNBOOKED, { card: 'tok_declined' });
      await send([...unpaid, unbooked]);
      expect(await kinds(...unpaid, unbooked)).toEqual([...unpaid.map(() => 'DONE'), 'COMPENSATED']);
      // The provider has lost the payments of some, and taken that of another after all.
      const before = await paymentOf(UNBOOKED);
      if (before === undefined) throw new Error(`the provider knows nothing of ${UNBOOKED}`);
      const brokenMs = Date.now();
      for (const name of UNPAID) await lose(shop.connection.clients.dynamo, name);
      expect(await books().put({ ...before, status: 'captured', amountCents: 4_200 }, before)).toBe(true);

      recovering = keepRecovering();
      await until(
        'recovery is at it',
        seen,
        (incidents) => incidents.length === ALL.length && begunIn(incidents).length >= 3,
        PATIENCE_MS,
      );
      const foundMs = Date.now() - brokenMs;
      const askedMs = Date.now();
      await triage('recovery', 'off');
      const offMs = Date.now();
      const { seen: quiet } = await poll(
        seen,
        (incidents) => begunIn(incidents).some((atMs) => atMs > offMs),
        WATCHED_MS,
        250,
      );
      const begun = begunIn(quiet);
      const last = Math.max(...begun);
      process.stdout.write(
        `${begun.length} of ${ALL.length} begun; the last ${last - askedMs} ms after the switch was asked for, ${last - offMs} after it had answered; all found after ${foundMs} ms\n`,
      );
      expect(last).toBeLessThanOrEqual(offMs);
      const untouched = quiet.filter((incident) => begunIn([incident]).length === 0);
      expect(untouched.length).toBeGreaterThan(0);
      for (const { state, timeline } of untouched) {
        const { words } = timeline.findLast(({ what }) => what === 'waits') ?? {};
        expect([state, words]).toEqual(['open', 'recovery is switched off']);
      }

      await triage('recovery', 'on');
      const onMs = Date.now();
      const over = await until(
        'all are over',
        seen,
        (incidents) => incidents.every(({ state }) => state === 'resolved'),
        PATIENCE_MS,
      );
      await recovering?.stop();
      process.stdout.write(`all over ${Date.now() - onMs} ms after recovery was on again\n`);
      for (const { subject, timeline } of over) {
        const actions = timeline.filter(({ what }) => what === 'begun').map(({ action }) => action);
        const isUnbooked = subject.on === 'saga' && subject.instance === instanceOf(UNBOOKED);
        expect(actions).toEqual([isUnbooked ? 'compensate' : 'rerun']);
      }
      for (const name of UNPAID)
        expect(await paymentOf(name)).toMatchObject({ status: 'captured', amountCents: 4_200, charges: 1 });
      expect(await paymentOf(UNBOOKED)).toMatchObject({ status: 'refunded' });
      expect(await kinds(...unpaid, unbooked)).toEqual([...unpaid.map(() => 'DONE'), 'COMPENSATED']);
      for (const event of unpaid)
        expect((await executionsOf(event)).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    }, 300_000);
  });

  const lose = (dynamo: DynamoDBClient, name: string) =>
    dynamo.send(
      new DeleteItemCommand({
        TableName: shop.connection.names.paymentsTable('booking'),
        Key: { key: { S: `${instanceOf(name)}/payment` } },
      }),
    );
  return ALL;
}
