/** Table 1 with its verdicts, by load. */
import { HEADLINE_LOADS, REFERENCE } from '../../simulator/evaluation/experiments';
import { correctedPs, improvementRows, pairsOf, type Row } from '../../simulator/evaluation/improvement';
import { gain, type Improvement } from '../../simulator/evaluation/statistics';
import { type Done, runsOf } from '../../simulator/evaluation/task';
import { improvement, number, percent, table } from './text';

export interface Verdict {
  readonly goal: string;
  readonly met: boolean | null;
  /** By how much it is missed, or why it cannot be told. */
  readonly because: string;
}

export interface Headline {
  readonly headline: Readonly<
    Record<string, Record<'latency' | 'coldStarts' | 'throughput' | 'stability', Improvement>>
  >;
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
}

const BEST_PRACTICE = [
  'aws-default',
  'queue-per-class',
  'provisioned-pollers',
  'static',
  'tracking-average',
  'tracking-maximum',
  'tracking-maximum-in-3',
  'scheduled-tracking',
];

/** `least`: the lower limit that the goal asks for, in %. */
const GOALS = [
  { load: 1.2, figure: 'latency', least: 60 },
  { load: 1.2, figure: 'coldStarts', least: 80 },
  { load: 1.2, figure: 'throughput', least: 60 },
  { load: 1.2, figure: 'stability', least: 80 },
  { load: 0.8, figure: 'coldStarts', least: 55 },
  { load: 0.8, figure: 'latency', least: 0 },
  { load: 0.8, figure: 'stability', least: 0 },
] as const;

export function headlineOf(done: readonly Done[]): Headline {
  const rows = improvementRows(done, REFERENCE);
  const own = rows.filter(({ system }) => system === 'triage');
  const over = (load: number) =>
    own.find((row) => row.load === load && row.workload === 'all') ?? own.find((row) => row.load === load);
  const headline = Object.fromEntries(
    HEADLINE_LOADS.flatMap((load) => {
      const row = over(load);
      if (row === undefined) return [];
      const { latency, coldStarts, throughput, stability } = row;
      return [[String(load), { latency, coldStarts, throughput, stability }]];
    }),
  );
  return {
    headline,
    rows,
    verdicts: [...goalVerdicts(own), ...HEADLINE_LOADS.map((load) => costVerdict(done, rows, load))],
  };
}

/** A goal is met where the lower limit meets it on each workload. */
function goalVerdicts(own: readonly Row[]): Verdict[] {
  return GOALS.map(({ load, figure, least }) => {
    const each = own.filter((row) => row.load === load && row.workload !== 'all');
    const goal = `${figure} at x = ${load}: lower limit ≥ ${least} % on each workload`;
    const told = each.map((row) => ({ workload: row.workload, ...row[figure] }));
    const known = told.filter(({ estimate }) => estimate !== null);
    const said = told
      .map(
        ({ workload, ...value }) =>
          `${workload} ${improvement(value)}${value.undefinedBecause === undefined ? '' : `: ${value.undefinedBecause}`}`,
      )
      .join('; ');
    if (known.length === 0) return { goal, met: null, because: `cannot be told: ${said}` };
    const missed = known.filter(({ low }) => low === null || low < least);
    if (missed.length === 0) return { goal, met: true, because: said };
    const by = missed.map(
      ({ workload, low }) =>
        `${workload} misses it by ${low === null ? 'an unknown amount (one seed has no interval)' : least - low > 999 ? 'more than 999 points' : `${number(least - low)} points`}`,
    );
    return { goal, met: false, because: `${by.join(', ')}; ${said}` };
  });
}

/**
 * Triage's cost against the best practice that is cheapest beside it and meets the objectives there. Pair by pair of runs: what a workload
 * costs differs more from seed to seed than from system to system, and not all systems have as many seeds.
 */
function costVerdict(done: readonly Done[], rows: readonly Row[], load: number): Verdict {
  const goal = `cost at x = ${load}: no higher than the cheapest best practice that meets the objectives, on each workload`;
  const runs = runsOf(done);
  const at = rows.filter((row) => row.load === load && row.workload !== 'all');
  const compared = [...new Set(at.map(({ workload }) => workload))].flatMap((workload) => {
    const rivals = at.filter((row) => row.workload === workload && BEST_PRACTICE.includes(row.system));
    const costs = rivals
      .filter(({ means }) => means.meetsObjectives)
      .map(({ system }) => {
        const pairs = pairsOf(runs, 'triage', system, (spec) => spec.workload === workload && spec.load === load);
        const ratios = pairs.map((pair) => Math.log(pair.system.dollars.total / pair.reference.dollars.total));
        return { workload, system, pairs: pairs.length, ...gain(ratios) };
      });
    const dearest = costs
      .filter(({ estimate }) => estimate !== null)
      .sort((a, b) => Number(b.estimate) - Number(a.estimate));
    return dearest.slice(0, 1);
  });
  if (compared.length === 0) return { goal, met: null, because: 'no best practice that was run meets the objectives' };
  const because = compared
    .map((each) => `${each.workload}: ${improvement(each)} % against ${each.system}, ${each.pairs} seeds`)
    .join('; ');
  return { goal, met: compared.every(({ estimate }) => (estimate ?? Number.NaN) <= 0), because };
}

export function headlineMarkdown({ headline, rows, verdicts }: Headline): string {
  const ps = correctedPs(rows);
  const star = (value: Improvement) => ((ps.get(value) ?? 1) < 0.05 ? '*' : '');
  const short = table(
    ['load x', 'latency %', 'cold starts %', 'throughput %', 'stability %'],
    Object.entries(headline).map(([load, each]) => [
      load,
      improvement(each.latency),
      improvement(each.coldStarts),
      improvement(each.throughput),
      improvement(each.stability),
    ]),
  );
  const long = table(
    [
      'x',
      'h/s',
      'workload',
      'system',
      'seeds',
      'latency %',
      'cold %',
      'throughput %',
      'stability %',
      'cost %',
      'mean s',
      'p99 s',
      'K ‱',
      'U',
      'on time',
      '$',
      'idle GB·s',
      'of it billed',
    ],
    rows.map((row) => [
      String(row.load),
      String(row.overheadToRecord),
      row.workload,
      row.system,
      String(row.seeds),
      improvement(row.latency) + star(row.latency),
      improvement(row.coldStarts) + star(row.coldStarts),
      improvement(row.throughput) + star(row.throughput),
      improvement(row.stability) + star(row.stability),
      improvement(row.cost),
      number(row.means.meanSeconds),
      number(row.means.p99Seconds),
      number(1e4 * row.means.coldShare),
      percent(row.means.unstableShare),
      percent(row.means.onTimeShare, 4),
      number(row.means.dollars),
      number(row.means.idleResidentGigabyteSeconds),
      number(row.means.idleBilledGigabyteSeconds),
    ]),
  );
  return [
    'Improvement over the reference `naive`, in %, with 95 % limits over seeds; all workloads together (geometric mean of ratios):',
    short,
    'Goals:',
    table(
      ['goal', 'met', 'by how much'],
      verdicts.map(({ goal, met, because }) => [goal, met === null ? 'untold' : met ? 'yes' : 'NO', because]),
    ),
    "Every system on every workload. `*`: p < .05 after Holm's correction over this table.",
    long,
  ].join('\n\n');
}
