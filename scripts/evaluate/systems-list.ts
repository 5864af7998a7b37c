/** The report's list of what is compared. */
import type { Trained } from '../../simulator/evaluation/tune';
import type { Knobs } from '../../simulator/systems/system';
import type { Report } from './evaluate';
import { number, percent, table } from './text';

/** What the curves have and the platform model has not. Who adds a rival to the curves describes it here. */
const ONLY_IN_CURVES: Readonly<Record<string, string>> = {
  'on-demand': 'the platform alone: what is idle for ten minutes goes',
  'keep-alive': 'another time after which what is idle goes, chosen on training data; owns the platform',
  'hybrid-histogram':
    'keep-alive and pre-warming by the histogram of idle times (Shahrad et al. 2020), its margin chosen on training data; owns the platform',
  clairvoyant: 'the least idle time that any schedule has at each price of a cold start, knowing all arrivals: a bound',
};

/** Of the systems on the report's curves, those that are not listed already. */
export function onlyInCurves({ curves, made }: Pick<Report, 'curves' | 'made'>): (readonly [string, string])[] {
  if (curves.length === 0) return [];
  const known = new Set(made.systems.map(({ name }) => name));
  const shown = new Set([...curves.flatMap((each) => each.curves.map(({ system }) => system)), 'clairvoyant']);
  return [...shown].flatMap((name) => (known.has(name) ? [] : [[name, ONLY_IN_CURVES[name] ?? ''] as const]));
}

export function systemsMarkdown(report: Pick<Report, 'curves' | 'made'>): string {
  const { made } = report;
  return [
    table(
      [
        'system',
        'what it is',
        'knobs',
        'tuned to',
        'in training: $, K ‱, greatest p99 of its objective, mean of the reference’s below capacity',
      ],
      [
        ...made.systems.map(({ name, about, knobs, tuned, training }) => [
          name,
          about,
          String(knobs),
          tuned,
          training === undefined ? '' : trainedText(training),
        ]),
        ...onlyInCurves(report).map(([name, about]) => [name, about, '', '', '']),
      ],
    ),
    ...(made.offered === undefined
      ? []
      : [
          `Triage runs as it is deployed. Tuning alone would have chosen ${knobsText(made.offered.knobs)}: ${trainedText(made.offered)}.`,
        ]),
  ].join('\n\n');
}

const trainedText = ({ dollars, coldShare, p99OfObjective, meanOfReference, meetsBounds }: Omit<Trained, 'knobs'>) =>
  `${number(dollars)}, ${number(1e4 * coldShare)}, ${percent(p99OfObjective)}, ${percent(meanOfReference)}${meetsBounds ? '' : ': no point within the bounds'}`;

const knobsText = (knobs: Knobs) =>
  Object.entries(knobs)
    .map(([knob, value]) => `${knob} ${value}`)
    .join(', ');
