/** Proves the cost verdict of table 1 on runs made up for it. */
import { headlineOf } from '../../scripts/evaluate/headline';
import type { RunSummary } from '../../simulator/evaluation/accounting';
import { runTask } from '../../simulator/evaluation/run';
import { BASE_SPEC } from '../../simulator/evaluation/scenario';
import type { Done } from '../../simulator/evaluation/task';

const small = { ...BASE_SPEC, accountConcurrency: 130, warmUpMinutes: 0, measuredMinutes: 1 };
const model = runTask({ system: 'naive', knobs: {}, spec: small });

function done(system: string, seed: number, dollars: number, onTimeShare = 1): Done {
  const run: RunSummary = {
    ...model,
    dollars: { ...model.dollars, total: dollars },
    classes: model.classes.map((each) => ({ ...each, onTimeShare })),
  };
  const spec = { ...BASE_SPEC, load: 1.2, seed, overheadToRecord: 200 };
  return { task: { kind: 'run', system, knobs: {}, spec }, outcome: { kind: 'run', run } };
}

const cost = (runs: readonly Done[]) =>
  headlineOf(runs).verdicts.find(({ goal }) => goal.startsWith('cost at x = 1.2')) ?? { met: null, because: '' };
// The second seed is ten times as dear for everybody.
const base = [done('naive', 1, 3), done('naive', 2, 30), done('triage', 1, 0.9), done('triage', 2, 9)];

describe('the cost verdict', () => {
  it('compares the same seeds, however many more one of the two has', () => {
    expect(cost([...base, done('static', 1, 1)])).toMatchObject({ met: true });
    expect(cost([...base, done('static', 1, 1)]).because).toContain('-10 (');
    expect(cost([...base, done('static', 1, 0.8)]).met).toBe(false);
  });

  it('is against the cheapest that meets the objectives', () => {
    const rivals = [done('static', 1, 2), done('tracking-average', 1, 1), done('aws-default', 1, 0.1, 0.5)];
    expect(cost([...base, ...rivals]).because).toContain('against tracking-average, 1 seeds');
  });

  it('cannot be told where none does', () => {
    expect(cost([...base, done('static', 1, 1, 0.5)]).met).toBeNull();
  });
});
