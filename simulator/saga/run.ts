/** One seed from its first order to the end, and what many of them add up to. */
import { FAULTS, type Fault, type FaultCounts, noFaults } from './faults';
import { outcomeOf, VIOLATIONS, type Violation, type ViolationKind, violationsOf } from './model';
import { Platform, type PlatformOptions } from './platform';
import type { Safeguard } from './safeguards';
import { drawOrders } from './workload';

export interface SeedOptions extends PlatformOptions {
  readonly orders: number;
}

export interface Totals {
  seeds: number;
  orders: number;
  done: number;
  compensated: number;
  executions: number;
  /** Runs after the first. */
  reruns: number;
  /** Given up as DEAD within the budget of runs, and sent again by a person after all was well. */
  redrives: number;
  longestHistory: number;
  readonly faults: FaultCounts;
  readonly violations: Record<ViolationKind, number>;
  /** The first few, each with its seed. */
  readonly examples: string[];
}

const MOST_EXAMPLES = 10;

export const noTotals = (): Totals => ({
  seeds: 0,
  orders: 0,
  done: 0,
  compensated: 0,
  executions: 0,
  reruns: 0,
  redrives: 0,
  longestHistory: 0,
  faults: noFaults(),
  violations: Object.fromEntries(VIOLATIONS.map((kind) => [kind, 0])) as Record<ViolationKind, number>,
  examples: [],
});

/** Adds one seed to the totals, and answers with what was wrong in it. */
export async function runSeed(options: SeedOptions, totals: Totals): Promise<readonly Violation[]> {
  const orders = drawOrders(options.seed, options.orders);
  const platform = new Platform(options);
  await platform.serve(orders);
  const violations = violationsOf(platform, orders);
  totals.seeds += 1;
  totals.orders += orders.length;
  for (const order of orders) {
    const kind = outcomeOf(platform, order)?.kind;
    if (kind === 'DONE') totals.done += 1;
    if (kind === 'COMPENSATED') totals.compensated += 1;
  }
  totals.reruns += platform.reruns;
  totals.redrives += platform.redrives;
  for (const { execution } of platform.machines.started.values()) {
    totals.executions += 1;
    totals.longestHistory = Math.max(totals.longestHistory, execution.events);
  }
  for (const fault of FAULTS) totals.faults[fault] += platform.parts.faults.counts[fault];
  for (const { kind, what } of violations) {
    totals.violations[kind] += 1;
    if (totals.examples.length < MOST_EXAMPLES)
      totals.examples.push(`seed ${options.seed}, faults ${options.rate}: ${kind}: ${what}`);
  }
  return violations;
}

export function addTotals(into: Totals, more: Totals): void {
  into.seeds += more.seeds;
  into.orders += more.orders;
  into.done += more.done;
  into.compensated += more.compensated;
  into.executions += more.executions;
  into.reruns += more.reruns;
  into.redrives += more.redrives;
  into.longestHistory = Math.max(into.longestHistory, more.longestHistory);
  for (const fault of FAULTS) into.faults[fault] += more.faults[fault];
  for (const kind of VIOLATIONS) into.violations[kind] += more.violations[kind];
  into.examples.push(...more.examples.slice(0, MOST_EXAMPLES - into.examples.length));
}

export const violationCount = ({ violations }: Totals): number =>
  Object.values(violations).reduce((sum, count) => sum + count, 0);

/** Kinds of faults that came up too seldom to have shown anything. */
export const tooRare = ({ faults }: Totals, least: number): readonly Fault[] =>
  FAULTS.filter((fault) => faults[fault] < least);

export interface Search {
  readonly from: number;
  readonly seeds: number;
  readonly orders: number;
  readonly rates: readonly number[];
}

/** The first fault that is found without this safeguard, the seeds taking the rates in turn; `undefined` where there is none. */
export async function findMissing(
  without: Safeguard,
  { from, seeds, orders, rates }: Search,
): Promise<string | undefined> {
  for (let seed = from; seed < from + seeds; seed++) {
    const rate = rates[seed % rates.length] ?? 0;
    const totals = noTotals();
    await runSeed({ seed, orders, rate, without }, totals);
    if (totals.examples[0] !== undefined) return totals.examples[0];
  }
  return undefined;
}
