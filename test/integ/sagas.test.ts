/**
 * Proves on the deployed stacks that what is coordinated has exactly one end, whatever happens on its way. An order: a declined card, a seat
 * that is gone, a provider that does not answer, killed steps, repeats, a pause, a cancellation, a last step that fails, a person who is
 * asked, books that disagree afterwards; money, seats and tickets agree. Layers: cells that fail, for a while or for good. And what recovery
 * does about all that, as long as it is on.
 */
import { auditOf } from '../../cli/audit';
import { readIncidents } from '../../cli/incidents';
import { configuredSagas } from '../../cli/readers/sagas';
import { disagreements } from './sagas/disagreements';
import { layers } from './sagas/layers';
import { meanwhile } from './sagas/meanwhile';
import { orders } from './sagas/orders';
import { person } from './sagas/person';
import { instanceOf, openShop, ordered } from './sagas/shop';

const shop = openShop();
const slow = meanwhile(shop);

slow.begin();
orders(shop);
person(shop);
layers(shop);
const disagreeing = disagreements(shop);
slow.end();

it('nothing is found wrong with any other order', async () => {
  const wrong = (await readIncidents(shop.connection)).filter(
    ({ kind }) => kind === 'inconsistent' || kind === 'ambiguous',
  );
  expect(wrong.map(({ subject }) => subject.on === 'saga' && subject.instance).sort()).toEqual(
    [...disagreeing, ...slow.disagreeing].map(instanceOf).sort(),
  );
}, 60_000);

it('the balance holds: the audit has no finding, and the books, the seats and the tickets agree', async () => {
  const report = await auditOf(shop.connection, {});
  expect(report.findings).toEqual([]);
  expect(report.inFlight).toBe(0);
  expect(configuredSagas(shop.connection).map(({ name }) => name)).toEqual(['booking', 'layers']);
  for (const name of ordered.filter((each) => each !== slow.unpaid)) {
    const [payment, ticket] = await Promise.all([shop.paymentOf(name), shop.resultOf(name, 'ticket')]);
    const isTicketed = (ticket?.value as { status?: string } | undefined)?.status === 'done';
    expect([name, payment?.status === 'captured']).toEqual([name, isTicketed]);
  }
}, 60_000);
