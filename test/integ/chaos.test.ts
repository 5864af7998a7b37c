/**
 * Proves that orders and events come to their one right end while everything goes wrong, and without a person: `triage chaos --quick`, of
 * which this runs the same code. docs/reliability.md says what goes wrong, how it is counted, and how to run it for longer.
 */
import { FAULT_KINDS, QUICK } from '../../cli/chaos/kinds';
import type { Violation } from '../../cli/chaos/model';
import { runChaos } from '../../cli/chaos/run';

/**
 * An event of telemetry that has used up its receives, and is recorded as DEAD with that reason. A busy machine adds time-outs of its own to
 * those that are made, and its lane gives up when it should. `triage chaos` counts it as bad; of an order it is bad here, too.
 */
const isGivenUp = ({ kind, what }: Violation): boolean =>
  kind === 'audit' && /^fate: chaos-.*: DEAD \(.*\(received \d+ times\)\), but DONE was expected$/.test(what);

const SEED = Number(process.env.CHAOS_SEED ?? '1');
/** A run in which too little went wrong proves nothing, and another seed is tried. */
const MOST_RUNS = 2;

async function storm(seed: number) {
  const said: string[] = [];
  const signal = new AbortController().signal;
  const say = (message: string) => void said.push(message);
  const report = await runChaos({ seed, kinds: FAULT_KINDS, extent: QUICK, say, signal });
  process.stderr.write(`seed ${seed}: ${said.slice(2).join('; ')}; ${report.violations.length} violations\n`);
  const tooFew = Object.entries(report.injected).flatMap(([kind, { count, least }]) => (count < least ? [kind] : []));
  return { ...report, tooFew, wrong: report.violations.filter((each) => !isGivenUp(each)) };
}

it('all comes right by itself, and enough went wrong to say so', async () => {
  let report = await storm(SEED);
  for (let run = 1; run < MOST_RUNS && report.wrong.length === 0 && report.tooFew.length > 0; run++)
    report = await storm(SEED + run);
  const { wrong, tooFew, probesDone } = report;
  expect({ wrong, tooFew, probesDone }).toEqual({ wrong: [], tooFew: [], probesDone: 5 });
}, 900_000);
