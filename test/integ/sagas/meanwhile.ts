/**
 * What takes a minute or two, since reconciler and recovery give others the time to mend it: begun before the other tests, looked at after
 * them. No person does anything about it but where a test says so.
 */
import type { CloudEvent } from '../../../core/contracts/event';
import type { Incident } from '../../../core/contracts/incident';
import type { Outcome } from '../../../core/contracts/ledger';
import { triage, until } from '../platform';
import { cellsIn, madeBy, runsOfCells } from './layers';
import { instanceOf, job, keyOf, order, type Shop } from './shop';

const PATIENCE_MS = 120_000;
const TEST_MS = 180_000;
const FOR_GOOD = 1_000;
/** A cell that no other test's layers are wide enough for. */
const BAD_CELL = 'cell/0/5';
const WIDTH = 6;

export interface Meanwhile {
  begin(): void;
  end(): void;
  /** The order whose books cannot agree any more. */
  readonly unpaid: string;
  /** Orders that are rightly found to disagree. */
  readonly disagreeing: readonly string[];
}

const actionsOf = (incident: Incident | undefined) =>
  incident?.timeline.filter(({ what }) => what === 'begun').map(({ action }) => action) ?? [];
const decidedMs = (outcome: Outcome | undefined) => Number(outcome?.decidedAtMs);
const sinceAccepted = (outcome: Outcome | undefined) => decidedMs(outcome) - Number(outcome?.acceptedAtMs);

export function meanwhile(shop: Shop): Meanwhile {
  const { books, cellsOf, executionsOf, incidentOf, kinds, onStep, outcomes, paymentOf, recordsOf, send } = shop;
  const [incomplete, unsettled, givenBack] = [job('x1', 2, WIDTH), order('x2'), order('x3')];

  const untilSecond = (event: CloudEvent) =>
    until(
      `the second generation of ${event.id} is DONE`,
      () => recordsOf(event),
      (all) => all.some(({ generation, outcome }) => generation === 2 && outcome?.kind === 'DONE'),
      PATIENCE_MS,
    );
  const untilState = (name: string, state: Incident['state']) =>
    until(
      `the incident of ${name} is ${state}`,
      () => incidentOf(instanceOf(name)),
      (seen) => seen?.state === state,
      PATIENCE_MS,
    );

  const begin = () =>
    it('begins what takes its time', async () => {
      const bad = { operation: 'TransactWriteItems', action: 'refuse', when: 'before', times: FOR_GOOD } as const;
      shop.strikeOn({ ...onStep('cell', { ...bad, bodyHolds: BAD_CELL }, 'layers'), name: BAD_CELL });
      shop.strikeOn({
        ...bad,
        name: 'no outcome of the first generation',
        caller: shop.connection.names.settleFunction,
        operation: 'UpdateItem',
        bodyHolds: `${JSON.stringify({ S: keyOf(unsettled) })},"generation":{"N":"1"}`,
        skip: 0,
      });
      await send([incomplete, unsettled, givenBack]);
      expect(await kinds(givenBack)).toEqual(['DONE']);
      const paid = await paymentOf('x3');
      if (paid === undefined) throw new Error('the provider knows nothing of x3');
      expect(await books().put({ ...paid, status: 'refunded' }, paid)).toBe(true);
    }, 60_000);

  const end = () =>
    describe('what was left to itself meanwhile', () => {
      const its = 'layers of which a cell fails for good end DEAD; sent again, only what is missing is made';
      it(
        its,
        async () => {
          const [outcome] = await outcomes(incomplete);
          expect(outcome).toMatchObject({ kind: 'DEAD', reason: expect.stringContaining('LayerIncomplete') });
          const runs = await executionsOf(incomplete);
          expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'FAILED'));
          const first = ['gate/0/0', ...cellsIn(0, WIDTH).filter((name) => name !== BAD_CELL)];
          expect(runsOfCells(await cellsOf('x1'), runs)).toEqual(madeBy(1, first));

          shop.heal(BAD_CELL);
          expect(await triage('dlq', 'list', '--because', 'LayerIncomplete')).toContain(incomplete.id);
          await triage('dlq', 'redrive', incomplete.id);
          await untilSecond(incomplete);
          const all = [...runs, ...(await executionsOf(incomplete))];
          const rest = [BAD_CELL, 'gate/1/0', ...cellsIn(1, WIDTH), 'gate/2/0'];
          expect(runsOfCells(await cellsOf('x1'), all)).toEqual({ ...madeBy(1, first), ...madeBy(all.length, rest) });
          say(`layers: DEAD after ${runs.length} runs, ${sinceAccepted(outcome)} ms after acceptance`);
        },
        TEST_MS,
      );

      it(
        'an order that is DEAD though its last step is done is sent again by recovery, once, and is DONE',
        async () => {
          const [dead, done] = await untilSecond(unsettled);
          expect([dead?.outcome?.kind, done?.outcome?.kind]).toEqual(['DEAD', 'DONE']);
          const incident = await untilState('x2', 'resolved');
          expect(actionsOf(incident).filter((action) => action === 'redrive')).toHaveLength(1);
          expect((await executionsOf(unsettled)).map(({ status }) => status)).toEqual(['SUCCEEDED']);
          expect(await paymentOf('x2')).toMatchObject({ status: 'captured', charges: 1 });
          const laterMs = decidedMs(done?.outcome) - decidedMs(dead?.outcome);
          say(
            `an order: DEAD ${sinceAccepted(dead?.outcome)} ms after acceptance; ${actionsOf(incident)}; DONE ${laterMs} ms later`,
          );
        },
        TEST_MS,
      );

      it(
        'an order that is DONE and whose payment was given back is never paid again: a person is asked',
        async () => {
          const incident = await untilState('x3', 'parked');
          expect(actionsOf(incident)).toEqual(['rerun', 'rerun']);
          expect(incident?.timeline.findLast(({ what }) => what === 'parked')?.words).toContain('DONE and stays so');
          expect(await paymentOf('x3')).toMatchObject({ status: 'refunded', charges: 1 });
          expect(await kinds(givenBack)).toEqual(['DONE']);
          const parkedMs = Number(incident?.timeline.findLast(({ what }) => what === 'parked')?.atMs);
          say(`a payment given back: parked ${parkedMs - Number(incident?.openedAtMs)} ms after it was found`);
        },
        TEST_MS,
      );
    });
  return { begin, end, unpaid: 'x3', disagreeing: ['x2', 'x3'] };
}

const say = (words: string) => process.stdout.write(`${words}\n`);
