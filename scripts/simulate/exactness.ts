/**
 * `npm run simulate:exactness [-- --json] [-- --most ARRIVALS] [-- --only M/M/15]`: the simulator against all that is known exactly, and,
 * unless only some cases are asked for by a part of their name, against the published figures of SimFaaS. Exit code 1 if a figure is more than 1 % off or its interval wider than ± .5 %.
 */
import { parseArgs } from 'node:util';
import { exponential } from '../../simulator/engine';
import { type Comparison, compare, EXACT_CASES, FunctionPool } from '../../simulator/models';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    most: { type: 'string', default: '1950000000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const seed = Number(values.seed);
const say = (line: string) => process.stderr.write(`${line}\n`);

const comparisons: Comparison[] = [];
const chosen = EXACT_CASES.filter(({ name }) => name.includes(values.only));
if (chosen.length === 0) throw new Error(`no case has "${values.only}" in its name`);
for (const exactCase of chosen) {
  const from = performance.now();
  comparisons.push(
    ...compare(exactCase, { seed, relativeHalfWidth: 0.0045, leastArrivals: 5e6, mostArrivals: Number(values.most) }),
  );
  say(`${exactCase.name}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
}
const published = values.only === '' ? simFaas() : undefined;
const exact = comparisons.every((each) => Math.abs(each.relativeError) <= 0.01 && each.relativeHalfWidth <= 0.005);
const ok = exact && published?.within !== false;
if (values.json === true) process.stdout.write(`${JSON.stringify({ ok, comparisons, simFaas: published }, null, 2)}\n`);
else {
  console.table(
    comparisons.map((each) => ({
      case: each.name,
      what: each.what,
      exact: each.exact,
      simulated: Number(each.simulated.toPrecision(6)),
      'error %': Number((100 * each.relativeError).toFixed(3)),
      'half-width %': Number((100 * each.relativeHalfWidth).toFixed(3)),
      'M arrivals': Number((each.arrivals / 1e6).toFixed(1)),
    })),
  );
  if (published !== undefined) console.log('SimFaaS', published);
}
process.exitCode = ok ? 0 : 1;

/** Their example: .9 requests a second, warm 1.991 s, cold 2.244 s, all exponential, expiry 600 s. */
function simFaas() {
  const pool = new FunctionPool({
    between: exponential(1 / 0.9),
    warm: exponential(1.991),
    cold: exponential(2.244),
    expirySeconds: 600,
    routing: 'newest',
    seed,
  });
  pool.advance(100_000);
  pool.restart();
  const requests = 60_000_000;
  pool.advance(requests);
  const coldShare = pool.cold.mean;
  const meanEnvironments = pool.meanEnvironments;
  const within = Math.abs(coldShare - 0.00133) <= 0.00003 && Math.abs(meanEnvironments - 7.69) <= 0.05;
  return { requests, coldShare, coldShareHalfWidth: pool.cold.halfWidth, meanEnvironments, within };
}
