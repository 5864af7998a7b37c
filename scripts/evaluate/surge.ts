/** The surge table's runs, and what the report says of them. */
import { CLASSES } from '../../simulator/evaluation/scenario';
import type { SurgeFigures, SurgeTask } from '../../simulator/evaluation/surge';
import type { Task } from '../../simulator/evaluation/task';
import { knobsFor, TUNED } from '../../simulator/evaluation/tuned';
import { number, percent, table } from './text';

type SurgeRow = SurgeTask & SurgeFigures;

interface SurgeCases {
  readonly which: readonly SurgeTask['which'][];
  readonly systems: readonly string[];
  readonly scvs: readonly number[];
}

const SYSTEMS = ['naive', 'queue-per-class', 'provisioned-pollers', 'triage', 'triage-pollers'];
const QUICK: readonly SurgeCases[] = [
  { which: ['A', 'B'], systems: ['triage'], scvs: [0, 1] },
  { which: ['C'], systems: ['triage'], scvs: [1] },
  { which: ['D'], systems: ['without-admission'], scvs: [1] },
];
const ALL: readonly SurgeCases[] = [
  { which: ['A', 'B'], systems: SYSTEMS, scvs: [0, 1] },
  { which: ['C', 'D'], systems: ['triage', 'without-admission'], scvs: [0, 1] },
];
const SEEDS = 3;

export function surgeTasks(quick: boolean): Task[] {
  return (quick ? QUICK : ALL).flatMap(({ which, systems, scvs }) =>
    which.flatMap((each) =>
      systems.flatMap((system) =>
        scvs.flatMap((scv) =>
          Array.from(
            { length: quick ? 1 : SEEDS },
            (_, seed): Task => ({
              kind: 'surge',
              which: each,
              system,
              knobs: knobsFor(TUNED, system),
              scv,
              seed: seed + 1,
            }),
          ),
        ),
      ),
    ),
  );
}

const WEIGHTS = CLASSES.map(({ weight }) => weight);
const BOUND = Math.min(...WEIGHTS) / WEIGHTS.reduce((sum, each) => sum + each, 0);

export function surgeMarkdown(surge: readonly SurgeRow[]): string {
  const keys = [...new Set(surge.map(keyOf))];
  const triageB = surge.filter(({ which, system }) => which === 'B' && system === 'triage');
  const worstB = Math.max(...triageB.map((each) => Math.max(each.first60, each.all300)));
  const triages = surge.filter(({ system }) => system.startsWith('triage') || system === 'without-admission');
  return [
    table(
      [
        'case',
        'system',
        'scv',
        'p99 first 60 s',
        'p99 all 300 s',
        'unloaded p99 s',
        'standing critical',
        'standing $/h',
        'pollers',
        'least share of bulk, waiting',
        'waiting or shed',
      ],
      keys.map((key) => surgeCells(surge.filter((each) => keyOf(each) === key))),
    ),
    `p99 of the critical class over that without the surge, worst of the seeds. A: the critical class surges; B: the others; C: the others, of units that compute, to twice the account; D: all, each beyond its share of the account. Goal B ≤ 1.5 in both windows: ${worstB <= 1.5 ? 'met' : 'MISSED'}, Triage's worst is ${number(worstB)}.`,
    `Shares are of what runs, in the worst 60 s in which bulk always waited for an environment (–: there were none, or it has no lane). Starvation bound w_min/Σw = ${percent(BOUND)}: ${judged(leastOf(triages, 'leastShareOfLowest'))} while it waits, ${judged(leastOf(triages, 'leastShareWithShed'))} where seconds count in which it is shed.`,
  ].join('\n\n');
}

const keyOf = ({ which, system, scv }: SurgeRow) => JSON.stringify([which, system, scv]);

function surgeCells(own: readonly SurgeRow[]): string[] {
  const [one] = own;
  if (one === undefined) return [];
  const share = (least: number | null) => (least === null ? '–' : percent(least));
  return [
    one.which,
    one.system,
    String(one.scv),
    number(Math.max(...own.map((each) => each.first60))),
    number(Math.max(...own.map((each) => each.all300))),
    number(one.unloadedP99Seconds),
    String(one.standingCritical),
    number(one.standingDollarsPerHour),
    one.pollers,
    share(leastOf(own, 'leastShareOfLowest')),
    share(leastOf(own, 'leastShareWithShed')),
  ];
}

function leastOf(rows: readonly SurgeRow[], which: 'leastShareOfLowest' | 'leastShareWithShed'): number | null {
  const shares = rows.flatMap((each) => each[which] ?? []);
  return shares.length === 0 ? null : Math.min(...shares);
}

function judged(least: number | null): string {
  if (least === null) return 'not put to the test';
  return least >= BOUND ? `held (${percent(least)})` : `BROKEN (${percent(least)})`;
}
