/**
 * `npm run simulate:saga [-- --seeds N] [-- --orders N] [-- --faults 0.005,0.05,0.15] [-- --from SEED] [-- --json]`: the booking and its
 * recovery against faults at every call, in virtual time, on as many processes as asked for. `--seeds` are shared out over the rates.
 * `--safeguards` takes one safeguard out at a time instead, and demands that each is missed.
 * Exit code 1 if anything is wrong; 2 if a kind of fault came up less than `--least` times, so that nothing was shown.
 */
import { parseArgs } from 'node:util';
import {
  addTotals,
  FAULTS,
  findMissing,
  noTotals,
  SAFEGUARDS,
  type Totals,
  tooRare,
  VIOLATIONS,
  violationCount,
} from '../../simulator/saga';
import { shareOut } from './saga-pool';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    orders: { type: 'string', default: '20' },
    faults: { type: 'string', default: '0.005,0.05,0.15' },
    from: { type: 'string', default: '1' },
    least: { type: 'string', default: '30' },
    processes: { type: 'string', default: '2' },
    safeguards: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const [seeds, orders, from, least, processes] = [
  values.seeds,
  values.orders,
  values.from,
  values.least,
  values.processes,
].map(whole) as [number, number, number, number, number];
const rates = values.faults.split(',').map(share);

void (values.safeguards ? takeOut() : simulate());

async function simulate(): Promise<void> {
  const fromMs = performance.now();
  const perRate = await shareOut({ seeds, orders, rates, from, processes });
  const seconds = (performance.now() - fromMs) / 1000;
  const all = noTotals();
  for (const totals of perRate) addTotals(all, totals);
  const rare = rates.some((rate) => rate > 0) ? tooRare(all, least) : [];
  const wrong = violationCount(all);
  const verdict = wrong > 0 ? 'bad' : rare.length > 0 ? 'invalid' : 'good';
  if (values.json)
    print({ verdict, from, seconds, rare, all, rates: rates.map((rate, at) => ({ rate, ...perRate[at] })) });
  else report(perRate, all, rare, seconds, verdict);
  process.exitCode = { good: 0, bad: 1, invalid: 2 }[verdict];
}

function report(
  perRate: readonly Totals[],
  all: Totals,
  rare: readonly string[],
  seconds: number,
  verdict: string,
): void {
  console.log(
    `seeds ${from} to ${from + seeds - 1}, ${orders} orders each, ${seconds.toFixed(0)} s on ${processes} processes`,
  );
  console.table(
    Object.fromEntries(
      perRate.map(
        ({ seeds: count, orders: asked, done, compensated, executions, reruns, redrives, longestHistory }, at) => [
          `${100 * (rates[at] ?? 0)} % faults`,
          {
            seeds: count,
            orders: asked,
            done,
            compensated,
            executions,
            reruns,
            redrives,
            'longest history': longestHistory,
          },
        ],
      ),
    ),
  );
  console.table(Object.fromEntries(FAULTS.map((fault) => [fault, { injected: all.faults[fault] }])));
  console.table(
    Object.fromEntries(
      VIOLATIONS.map((kind) => [
        kind,
        {
          found: all.violations[kind],
          ...(all.violations[kind] === 0 ? { 'below, at 95 %': `${(3 / all.orders).toExponential(1)} of orders` } : {}),
        },
      ]),
    ),
  );
  for (const example of all.examples) console.log(example);
  if (rare.length > 0) console.log(`invalid: fewer than ${least} of: ${rare.join(', ')}`);
  console.log(verdict);
}

async function takeOut(): Promise<void> {
  const found: Record<string, string> = {};
  for (const without of SAFEGUARDS) {
    const missed = await findMissing(without, { from, seeds, orders, rates });
    found[without] = missed ?? 'nothing: the simulation would not notice';
    if (missed === undefined) process.exitCode = 1;
    if (!values.json) console.log(`without ${without}: ${found[without]}`);
  }
  if (values.json) print(found);
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${text} is not a whole number from 1`);
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${text} is not a share of 0 to 1`);
  return value;
}
