/** The report in Markdown. */
import type { CurveResult } from '../../simulator/evaluation/levels/curves';
import type { MeansRow, Report } from './evaluate';
import { headlineMarkdown } from './headline';
import { sensitivityMarkdown, spendMarkdown } from './sensitivity';
import { surgeMarkdown } from './surge';
import { systemsMarkdown } from './systems-list';
import { improvement, number, percent, table } from './text';

export function markdownReport(report: Report): string {
  const { made } = report;
  const { base } = made;
  return [
    '# Triage against its rivals, on the simulator',
    'Definitions, choices and what cannot be claimed: docs/evaluation.md. No figure here was measured on AWS.',
    `Extent \`${made.extent.name}\`; account of ${base.accountConcurrency} concurrent executions; h + s = ${base.eventSeconds} s (scv of s ${base.scv}); keep-alive ${base.keepAliveSeconds} s, newest idle first; provisioned lag ${base.lagSeconds} s; ${base.warmUpMinutes} min run and not counted, ${made.extent.measuredMinutes} min counted (${made.extent.besideMinutes} in the tables after the curves); parameters ${made.parametersHash}.`,
    '## Table 1: improvement over the reference',
    headlineMarkdown(report.table1),
    '## Surge: ten times for five minutes',
    surgeMarkdown(report.surge),
    '## Cold starts against idle time and dollars',
    ...report.curves.map(curveMarkdown),
    '## Forecast',
    forecastMarkdown(report),
    '## All loads by all h/s (workload phases)',
    gridMarkdown(report),
    '## Triage without each of its mechanisms (phases)',
    meansMarkdown(report.ablation),
    '## Sensitivity (phases, x = .8)',
    sensitivityMarkdown(report.sensitivity),
    '## Equal spend',
    spendMarkdown(report.equalSpend),
    '## Against the rate of events (h/s = 1, account of 1,000)',
    meansMarkdown(report.rates),
    '## Concurrent users (closed loop, thinking 1 s, service .25 s, exponential)',
    table(
      ['users', 'mean s', 'p95 s', 'p99 s', 'per second', 'utilisation'],
      report.users.map((each) => [
        String(each.users),
        number(each.meanSeconds),
        number(each.p95Seconds),
        number(each.p99Seconds),
        number(each.perSecond),
        percent(each.utilisation),
      ]),
    ),
    `## Serverless against autoscaled fleets (${report.fleets.length} configurations, by formula)`,
    fleetsMarkdown(report),
    '## Systems',
    systemsMarkdown(report),
  ].join('\n\n');
}

function curveMarkdown(curve: CurveResult): string {
  const counts = new Map<string, Map<string, number>>();
  for (const { rival, measure, verdict } of curve.dominance) {
    const key = `${rival}, ${measure}`;
    const own = counts.get(key) ?? new Map<string, number>();
    own.set(verdict, (own.get(verdict) ?? 0) + 1);
    counts.set(key, own);
  }
  const rates = [...new Set(curve.shares.map(({ rate }) => rate))];
  const verdicts = ['dominates', 'tie', 'no difference', 'loses', 'not both reach it'];
  return [
    `### ${curve.workload} (${curve.regime}; ${curve.events} events, at most ${curve.levels} at once)`,
    "At how many of the seven rates of cold starts Triage's curve does what to the rival's (95 % limits over two-hour blocks):",
    table(
      ['rival, measure', ...verdicts],
      [...counts].map(([key, own]) => [key, ...verdicts.map((verdict) => String(own.get(verdict) ?? 0))]),
    ),
    'Share of the distance in resident idle time from tracking on the average to the clairvoyant, by K ≤ r:',
    table(
      ['forecast', ...rates.map(String)],
      [...new Set(curve.shares.map(({ system }) => system))].map((system) => [
        system,
        ...rates.map((rate) => {
          const found = curve.shares.find((each) => each.system === system && each.rate === rate);
          return found?.share === null || found === undefined ? 'undefined' : percent(found.share);
        }),
      ]),
    ),
    table(
      ['system', 'points: K in 1e-5, resident idle GB·h, billed idle GB·h, $'],
      curve.curves.map(({ system, points }) => [
        system,
        points
          .map(
            ({ coldShare, total }) =>
              `(${number(1e5 * coldShare)}, ${number(total.idleResident / 3600)}, ${number(total.idleBilled / 3600)}, ${number(total.dollars)})`,
          )
          .join(' '),
      ]),
    ),
    `Clairvoyant: ${curve.clairvoyant.map(({ coldShare, idleResident }) => `(${number(1e5 * coldShare)}, ${number(idleResident / 3600)})`).join(' ')}`,
  ].join('\n\n');
}

function forecastMarkdown({ forecast }: Report): string {
  const { judged, planLevel, why } = forecast;
  if (judged.length === 0) return `Not run: ${why}.`;
  return [
    `Target: the greatest demand per minute in [now + 3, now + 8); skill at the plan's level ${planLevel} against the rival that is best in training; ${why}:`,
    table(
      ['data', 'rival', 'its loss', 'loss', 'skill', 'p', '90 % band covers', 'in the steepest tenth', 'mean width'],
      judged.flatMap(({ workload, result, skillInterval }) => {
        const plan = result.byLevel.find(({ level }) => level === planLevel);
        if (plan === undefined) return [];
        return [
          [
            workload,
            plan.rival,
            number(plan.rivalLoss),
            number(plan.ourLoss),
            `${percent(plan.skill)} (${percent(skillInterval.low)} … ${percent(skillInterval.high)})`,
            number(plan.test.pValue, 2),
            percent(result.band.coverage),
            percent(result.band.steepCoverage),
            `${percent(result.band.relativeWidth)} of the mean target`,
          ],
        ];
      }),
    ),
  ].join('\n\n');
}

function gridMarkdown({ grid }: Report): string {
  if (grid.length === 0) return 'Not part of this extent.';
  return table(
    ['h/s', 'x', 'system', 'latency %', 'cold %', 'stability %', 'cost %', 'mean s', 'K ‱', 'U', 'lost'],
    grid.map((row) => [
      String(row.overheadToRecord),
      String(row.load),
      row.system,
      improvement(row.latency),
      improvement(row.coldStarts),
      improvement(row.stability),
      improvement(row.cost),
      number(row.means.meanSeconds),
      number(1e4 * row.means.coldShare),
      percent(row.means.unstableShare),
      percent(row.means.lostShare),
    ]),
  );
}

function meansMarkdown(rows: readonly MeansRow[]): string {
  if (rows.length === 0) return 'Not part of this extent.';
  return table(
    [
      'of',
      'x',
      'h/s',
      'system',
      'mean s',
      'p99 s',
      'K ‱',
      'U',
      'on time',
      'done in time /s',
      'utilisation',
      '$',
      'idle GB·s',
    ],
    rows.map(({ of, system, load, overheadToRecord, means, perSecond }) => [
      of,
      number(load),
      String(overheadToRecord),
      system,
      number(means.meanSeconds),
      number(means.p99Seconds),
      number(1e4 * means.coldShare),
      percent(means.unstableShare),
      percent(means.onTimeShare, 4),
      number(perSecond),
      percent(means.utilisation),
      number(means.dollars),
      number(means.idleResidentGigabyteSeconds),
    ]),
  );
}

function fleetsMarkdown({ fleets }: Report): string {
  const groups = [...new Set(fleets.map(({ fleet, utilisation }) => JSON.stringify([fleet, utilisation])))];
  return [
    'Medians over event times, demands, batches and cold shares; all three goals are cost ≤ −42 %, latency ≤ −34 %, utilisation ≥ +28 %:',
    table(
      [
        'fleet',
        'its utilisation',
        'cost %',
        'latency %',
        'utilisation %',
        'cost goal holds in',
        'latency goal holds in',
        'all three in',
      ],
      groups.map((key) => {
        const own = fleets.filter(({ fleet, utilisation }) => JSON.stringify([fleet, utilisation]) === key);
        const share = (holds: (each: (typeof own)[number]) => boolean) =>
          percent(own.filter(holds).length / own.length);
        const median = (of: (each: (typeof own)[number]) => number) => {
          const sorted = own.map(of).sort((a, b) => a - b);
          return number(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
        };
        return [
          own[0]?.fleet ?? '',
          percent(own[0]?.utilisation ?? 0),
          median((each) => each.cost),
          median((each) => each.latency),
          median((each) => each.utilisationGain),
          share((each) => each.cost <= -42),
          share((each) => each.latency <= -34),
          share((each) => each.cost <= -42 && each.latency <= -34 && each.utilisationGain >= 28),
        ];
      }),
    ),
    'Cost holds where the fleet is idle enough or batches share the overhead. Latency does not: both run the same work, and a fleet waits only where it is small and full; serverless gains there only if it does not batch.',
  ].join('\n\n');
}
