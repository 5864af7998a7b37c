/**
 * Proves that orders and events come to their one right end while everything goes wrong, and without a person: `triage chaos --quick`, of
 * which this runs the same code. docs/reliability.md says what goes wrong, how it is counted, and how to run it for longer.
 */
import { FAULT_KINDS, QUICK } from '../../cli/chaos/kinds';
import { runChaos } from '../../cli/chaos/run';

const SEED = Number(process.env.CHAOS_SEED ?? '1');

it('all comes right by itself, and enough went wrong to say so', async () => {
  const said: string[] = [];
  const signal = new AbortController().signal;
  const say = (message: string) => void said.push(message);
  const report = await runChaos({ seed: SEED, kinds: FAULT_KINDS, extent: QUICK, say, signal });
  process.stderr.write(`seed ${SEED}: ${said.slice(2).join('; ')}\n`);
  expect(report).toMatchObject({ verdict: 'good', violations: [], probesDone: 5 });
}, 500_000);
