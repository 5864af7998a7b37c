/** Proves what is found where ledger, state store and the books outside do not say the same of a saga, and that nothing is where they do. */
import type { OutcomeKind } from '../../../core/contracts/ledger';
import { DIRECTION } from '../../../core/contracts/saga';
import type { StateRead, StateResult } from '../../../core/contracts/state';
import { compareSaga, type SettledSaga } from '../../../core/policies/compare-saga';

const INSTANCE = 'booking/acme/1';
const key = (name: string, instance = INSTANCE) => ({ application: 'booking', instance, name });
const read = (name: string, version: number, instance = INSTANCE): StateRead => ({ key: key(name, instance), version });
const DONE = { status: 'done', result: 1 };
const UNDONE = { status: 'undone', by: 'release' };
const result = (name: string, more: Partial<StateResult> = {}): StateResult => ({
  key: key(name),
  version: 1,
  value: DONE,
  basis: [],
  freshness: 'current',
  sinceMs: 0,
  owner: 'x/1',
  token: 1,
  ...more,
});
const direction = (value: unknown) => result(DIRECTION, { value });
const steps = [
  { name: 'look', ends: false, isCompensated: false },
  { name: 'reserve', ends: false, isCompensated: true },
  { name: 'confirm', ends: true, isCompensated: false },
];
const confirm = (...basis: StateRead[]) => result('confirm', { version: 2, basis });
const whole = [direction('done'), result('look'), result('reserve'), confirm(read('reserve', 1))];
const compare = (outcome: OutcomeKind, results: readonly StateResult[], answers: SettledSaga['answers'] = []) =>
  compareSaga({ outcome, instance: INSTANCE, steps, results, answers });
/** The only disagreement. */
const found = (outcome: OutcomeKind, results: readonly StateResult[]) => {
  const comparison = compare(outcome, results);
  return comparison.says === 'disagrees' && comparison.disagreements.length === 1
    ? comparison.disagreements[0]
    : comparison;
};
const without = (name: string) => whole.filter((each) => each.key.name !== name);

describe('a saga whose event is DONE', () => {
  it('agrees where its end is done from what is there, whatever steps it did not need', () => {
    expect(compare('DONE', whole)).toEqual({ says: 'agrees' });
    expect(compare('DONE', [direction('done'), confirm()])).toEqual({ says: 'agrees' });
  });

  it.each([
    ['turned back', [direction('back'), ...whole.slice(1)]],
    ['not ended', whole.slice(1)],
  ])('fails if it is %s', (words, results) => {
    expect(found('DONE', results)).toEqual({ kind: 'inconsistent', words: `DONE, and its saga is ${words}` });
  });

  it('fails if its end is missing', () => {
    expect(found('DONE', without('confirm'))).toEqual({ kind: 'inconsistent', words: 'DONE, and there is no confirm' });
  });

  it.each<[string, Partial<StateResult>, string]>([
    ['pending', { freshness: 'pending' }, 'ambiguous'],
    ['failed', { freshness: 'failed', value: UNDONE }, 'ambiguous'],
    ['undone', { value: UNDONE }, 'inconsistent'],
    ['no result of a step', { value: undefined }, 'inconsistent'],
  ])('fails if a step is %s, or one of its cells', (words, more, kind) => {
    for (const name of ['reserve', 'reserve/0/1'])
      expect(found('DONE', [direction('done'), confirm(), result(name, more)])).toEqual({
        kind,
        words: `DONE, and ${name} is ${words}`,
      });
  });

  it('does not look at a thing whose name only begins like a step', () => {
    expect(compare('DONE', [...whole, result('reserved', { freshness: 'stale' })])).toEqual({ says: 'agrees' });
  });

  it('fails if its end was made from a version that is not there', () => {
    expect(found('DONE', [...without('confirm'), confirm(read('reserve', 2))])).toEqual({
      kind: 'inconsistent',
      words: 'DONE, and confirm was made from reserve version 2, which is not there',
    });
    expect(found('DONE', [...without('confirm'), confirm(read('reserve/0/1', 1))])).toMatchObject({
      words: 'DONE, and confirm was made from reserve/0/1 version 1, which is not there',
    });
  });

  it('may have been made from what is not its own, and other steps from what is gone', () => {
    const end = confirm(read('reserve', 7, 'booking/acme/2'), read('seat', 7), read('reserve', 1));
    expect(compare('DONE', [...without('confirm'), end])).toEqual({ says: 'agrees' });
    const early = [...without('reserve'), result('reserve', { basis: [read('look', 9)] })];
    expect(compare('DONE', early)).toEqual({ says: 'agrees' });
  });
});

describe('a saga whose event is not DONE', () => {
  it('agrees where all that can be taken back is', () => {
    expect(compare('COMPENSATED', [direction('back'), result('look'), result('reserve', { value: UNDONE })])).toEqual({
      says: 'agrees',
    });
    expect(compare('DEAD', [])).toEqual({ says: 'agrees' });
  });

  it.each<[string, Partial<StateResult>, string]>([
    ['done', {}, 'inconsistent'],
    ['stale', { freshness: 'stale', value: UNDONE }, 'ambiguous'],
  ])('fails if something that could be taken back is %s', (words, more, kind) => {
    expect(found('COMPENSATED', [direction('back'), result('reserve', more)])).toEqual({
      kind,
      words: `COMPENSATED, and reserve is ${words}`,
    });
  });

  it('stands where its last step is done', () => {
    expect(compare('DEAD', whole)).toEqual({ says: 'stands', words: 'its last step is done, and its event is DEAD' });
  });
});

describe('the books outside', () => {
  const answer = (says: 'agrees' | 'disagrees' | 'unknown', name = 'reserve') => ({
    result: name,
    says,
    words: `${name} ${says}`,
  });

  it('agree, or nobody knows', () => {
    expect(compare('DONE', whole, [answer('agrees')])).toEqual({ says: 'agrees' });
    expect(compare('DONE', whole, [answer('agrees'), answer('unknown')])).toEqual({
      says: 'unknown',
      words: 'reserve unknown',
    });
  });

  it('count more than one who does not know, and name the result that nobody may act on', () => {
    expect(compare('DONE', whole, [answer('unknown', 'look'), answer('disagrees', 'confirm')])).toEqual({
      says: 'disagrees',
      disagreements: [{ kind: 'inconsistent', words: 'confirm disagrees', result: read('confirm', 2) }],
    });
  });

  it.each([
    ['is not there', []],
    ['is stale already', [result('look', { freshness: 'stale' })]],
  ])('name no result that %s', (_, results) => {
    const comparison = compare('COMPENSATED', [direction('back'), ...results], [answer('disagrees', 'look')]);
    expect(comparison).toEqual({
      says: 'disagrees',
      disagreements: [{ kind: 'inconsistent', words: 'look disagrees' }],
    });
  });
});
