/** Proves that an event's story is told in the order in which it happened, although the ledger keeps no time of some steps. */
import { inOrder, type Step } from '../../cli/story';

const accepted = (generation: number, atMs: number): Step[] => [
  { atMs, generation, stage: 'ingestion', what: `accepted ${generation}` },
  { generation, stage: 'lanes', what: `handed over ${generation}` },
];
const decided = (generation: number, atMs: number): Step[] => [
  { generation, stage: 'execution', what: `attempts ${generation}` },
  { atMs, generation, stage: 'execution', what: `outcome ${generation}` },
  { generation, stage: 'state', what: `write ${generation}` },
];
const closed = (generation: number, atMs: number): Step[] => [
  { atMs, stage: 'monitoring', what: `closed ${generation}` },
];
const told = (lists: readonly (readonly Step[])[]) => inOrder(lists).map(({ what }) => what);

it('puts a write after its outcome and before the closing, an attempt after the acceptance', () => {
  expect(told([accepted(1, 100), decided(1, 200), closed(1, 300)])).toEqual([
    'accepted 1',
    'handed over 1',
    'attempts 1',
    'outcome 1',
    'write 1',
    'closed 1',
  ]);
});

it('tells one generation after the other, whatever the order of the lists', () => {
  const lists = [decided(2, 500), closed(1, 300), accepted(2, 400), decided(1, 200), accepted(1, 100)];
  const story = told(lists);
  const places = ['accepted 1', 'outcome 1', 'write 1', 'closed 1', 'accepted 2', 'outcome 2', 'write 2'].map((what) =>
    story.indexOf(what),
  );
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(story.indexOf('attempts 2')).toBeGreaterThan(story.indexOf('closed 1'));
  expect(story).toHaveLength(11);
});

it('keeps what it cannot place: a record whose acceptance is past its retention', () => {
  expect(told([decided(1, 200)])).toEqual(['attempts 1', 'outcome 1', 'write 1']);
});
