/**
 * The explorations with larger bounds: `TRIAGE_EXPLORE_STATES=2000000 npx tsx test/exploration/main.ts [part of a name]`. The limit
 * is of states in one exploration (default 200,000); `TRIAGE_EXPLORE_SWITCHES` sets how often one process may interrupt another
 * (default: as in the unit tests). Ends with 1 where the protocol as it is has a hole, or a removal shows none.
 */
import { Explorer, findHole } from './engine';
import { modelOf } from './model';
import { EVERYONE, REMOVALS, SCENARIOS } from './scenarios';

const mostStates = Number(process.env.TRIAGE_EXPLORE_STATES ?? 200_000);
const switches = process.env.TRIAGE_EXPLORE_SWITCHES;
const part = process.argv[2] ?? '';

async function main(): Promise<void> {
  let failed = false;
  for (const scenario of [...SCENARIOS, ...EVERYONE].filter((each) => each.name.includes(part))) {
    const limits = switches === undefined ? scenario.limits : { ...scenario.limits, switch: Number(switches) };
    const startedAt = Date.now();
    const { states, complete, hole } = await new Explorer(modelOf({ ...scenario, limits })).explore(mostStates);
    failed ||= hole !== undefined;
    const end = hole ? `HOLE ${hole.what}\n    ${hole.trace.join('\n    ')}` : complete ? 'whole' : 'cut off';
    process.stdout.write(`${scenario.name}: ${states} states, ${Date.now() - startedAt} ms, ${end}\n`);
  }
  for (const { condition, rule, scenario } of REMOVALS) {
    const name = `without "${condition ?? rule}"`;
    if (!name.includes(part)) continue;
    const startedAt = Date.now();
    const without = { conditions: condition ? [condition] : [], rules: rule ? [rule] : [] };
    const { states, hole } = await findHole(modelOf(scenario, without), mostStates);
    failed ||= hole === undefined;
    const end = hole ? `${hole.what}\n    ${hole.trace.join('\n    ')}` : 'NO HOLE FOUND';
    process.stdout.write(`${name}: ${states} states, ${Date.now() - startedAt} ms: ${end}\n`);
  }
  process.exitCode = failed ? 1 : 0;
}

void main();
