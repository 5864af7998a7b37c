/**
 * Proves the commit protocol at small bounds: on the real cores every explored interleaving, crash and repeat keeps the invariants,
 * and with each condition taken out in turn the exploration finds the hole that it closes. Larger bounds: test/exploration/main.ts.
 */
import { CONDITIONS } from '../../adapters/memory';
import { type Exploration, Explorer, findHole } from './engine';
import { modelOf } from './model';
import { RULES } from './rules';
import { EVERYONE, IMPLIED, REMOVALS, SCENARIOS } from './scenarios';

const MOST_STATES = 6_000;
const MOST_STATES_TO_A_HOLE = 40_000;
const found: string[] = [];
const note = (name: string, { states, complete, hole }: Exploration) =>
  found.push(`${name}: ${states} states${hole ? ', hole found' : complete ? ', whole' : ', cut off'}`);

afterAll(() => {
  process.stdout.write(`${found.join('\n')}\n`);
});

describe('the protocol', () => {
  it.each(SCENARIOS.map((each) => [each.name, each] as const))('has no hole: %s', async (name, scenario) => {
    const result = await new Explorer(modelOf(scenario)).explore(MOST_STATES);
    note(name, result);
    expect(result.hole).toBeUndefined();
  });
});

describe('with everyone at once', () => {
  it.each(EVERYONE.map((each) => [each.name, each] as const))('has no hole: %s', async (name, scenario) => {
    const result = await new Explorer(modelOf(scenario)).explore(MOST_STATES);
    note(`${name} (${result.together.join(', ')})`, result);
    expect(result.hole).toBeUndefined();
    // Where the forms have many steps, no redrive is reached before the cut.
    const reached = ['ingest', 'worker', 'dead-letter', 'reconciler', 'publisher'];
    expect(result.together).toEqual(
      expect.arrayContaining(scenario.form === 'fused' ? [...reached, 'redrive'] : reached),
    );
  });
});

describe('each condition closes a hole', () => {
  it.each(REMOVALS.map((each) => [each.condition ?? each.rule ?? '', each] as const))(
    'fails if taken out: %s',
    async (name, { condition, rule, scenario }) => {
      const without = { conditions: condition ? [condition] : [], rules: rule ? [rule] : [] };
      const result = await findHole(modelOf(scenario, without), MOST_STATES_TO_A_HOLE);
      note(`without ${name}`, result);
      expect(result.hole?.what).toBeDefined();
    },
  );

  it('leaves none out', () => {
    const shown = REMOVALS.flatMap((each) => [each.condition, each.rule]);
    expect([...CONDITIONS, ...RULES].filter((each) => !shown.includes(each as never))).toEqual(Object.keys(IMPLIED));
  });
});
