/** Proves that the plan of faults keeps to its schedule, strikes everything that it names, and is the same for the same seed. */
import { FAULT_KINDS, isProxied } from '../../../cli/chaos/kinds';
import { targetsOf } from '../../../cli/chaos/targets';
import { owedAt, planWave } from '../../../cli/chaos/waves';
import { seededRandom } from '../../../cli/workload/random';
import { loadConfiguration } from '../../../config';
import { resourceNames } from '../../../core/contracts/names';

const targets = targetsOf(resourceNames('local'), loadConfiguration('local').lanes);
const actions = FAULT_KINDS.filter(isProxied);
const plan = (seed: number, over: Partial<Parameters<typeof planWave>[0]> = {}) =>
  planWave({ actions, targets, owed: () => 1, random: seededRandom(seed), isQuick: false, wave: 1, ...over });

describe('a wave', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(plan(1)).toEqual(plan(1));
    expect(plan(1)).not.toEqual(plan(2));
  });

  it('has rules of each kind that is owed, and none of another', () => {
    const rules = plan(1, { owed: (action) => (action === 'kill' ? 1 : 0) });
    expect(rules.length).toBeGreaterThan(0);
    expect(new Set(rules.map(({ action }) => action))).toEqual(new Set(['kill']));
    expect(new Set(plan(1).map(({ action }) => action))).toEqual(new Set(actions));
  });

  it('comes to each target with each of its kinds, given time', () => {
    const seen = new Set<string>();
    const random = seededRandom(3);
    for (let wave = 1; wave <= 600; wave++)
      for (const { name } of plan(1, { random, wave })) seen.add(name.slice(name.indexOf(': ') + 2));
    const all = targets.flatMap(({ what, actions: its }) => its.map((action) => `${action}: ${what}`));
    expect([...seen].sort()).toEqual([...new Set(all)].sort());
  });

  it('loses in silence nothing that an ordered lane is sent or commits', () => {
    const random = seededRandom(5);
    const lies = Array.from({ length: 200 }, (_, wave) => plan(1, { random, wave, owed: () => 3 }))
      .flat()
      .filter(({ action }) => action === 'lie');
    const sent = lies.filter(({ operation }) => operation === 'SendMessageBatch');
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.every(({ bodyLacks }) => bodyLacks === '.fifo')).toBe(true);
    expect(lies.some(({ caller }) => caller?.endsWith('runner-normal'))).toBe(true);
    expect(lies.some(({ caller }) => caller?.endsWith('runner-ordered'))).toBe(false);
  });

  it('when it is quick, loses no write in silence whose repair takes long', () => {
    const random = seededRandom(4);
    const lies = Array.from({ length: 200 }, (_, wave) => plan(1, { random, wave, isQuick: true, owed: () => 3 }))
      .flat()
      .filter(({ action }) => action === 'lie');
    expect(lies.length).toBeGreaterThan(0);
    expect(lies.filter(({ operation }) => operation === 'SendMessageBatch')).toEqual([]);
  });
});

it('a kind is owed in step with the time, a little more than its least, and nothing once it has struck so often', () => {
  expect(owedAt(30, 0, 120, 0)).toBe(0);
  expect(owedAt(30, 60, 120, 0)).toBeGreaterThan(15);
  expect(owedAt(30, 120, 120, 0)).toBeGreaterThanOrEqual(30);
  expect(owedAt(30, 120, 120, 60)).toBeLessThanOrEqual(0);
});
