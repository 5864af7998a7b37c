/** The sensitivity table: the figures, and where the order of the systems is another than at the base. */
import type { MeansRow, SpendRow } from './evaluate';
import { number, percent, table } from './text';

/** The last is what is paid where every change of provisioned capacity restarts the five billed minutes of all of it. */
const MEASURES = [
  { name: 'mean s', of: ({ means }: MeansRow) => means.meanSeconds },
  { name: 'K ‱', of: ({ means }: MeansRow) => 1e4 * means.coldShare },
  { name: 'U %', of: ({ means }: MeansRow) => 100 * means.unstableShare },
  { name: '$', of: ({ means }: MeansRow) => means.dollars },
  { name: '$ if all restarts', of: ({ means }: MeansRow) => means.dollarsIfRestarted },
] as const;

const BASE = 'base';

/** The systems from the least to the greatest of a measure. */
export const rankOf = (rows: readonly MeansRow[], of: (row: MeansRow) => number): string[] =>
  [...rows].sort((a, b) => of(a) - of(b)).map(({ system }) => system);

export function sensitivityMarkdown(rows: readonly MeansRow[]): string {
  if (rows.length === 0) return 'Not part of this extent.';
  const varied = [...new Set(rows.map(({ of }) => of))];
  const at = (name: string) => rows.filter(({ of }) => of === name);
  const changes = varied
    .filter((name) => name !== BASE)
    .flatMap((name) =>
      MEASURES.flatMap((measure) => {
        const before = rankOf(at(BASE), measure.of);
        const now = rankOf(at(name), measure.of);
        return now.join() === before.join() ? [] : [[name, measure.name, now.join(' < '), before.join(' < ')]];
      }),
    );
  return [
    table(
      ['varied', 'system', ...MEASURES.map(({ name }) => name)],
      rows.map((row) => [row.of, row.system, ...MEASURES.map(({ of }) => number(of(row)))]),
    ),
    changes.length === 0
      ? 'The order of the systems is the same in every variation, by every measure.'
      : 'Where the order of the systems, from the least, is another than at the base:',
    ...(changes.length === 0 ? [] : [table(['varied', 'measure', 'order', 'at the base'], changes)]),
  ].join('\n\n');
}

export function spendMarkdown(rows: readonly SpendRow[]): string {
  if (rows.length === 0) return 'Not part of this extent.';
  return [
    'Every system that can spend more or less gets what tuned target tracking on the maximum costs in the same run (phases), and turns the knob named here up to it:',
    table(
      ['x', 'seed', 'system', 'knob', 'of the spend', 'mean s', 'p99 s', 'K ‱', 'U', 'on time'],
      rows.map(({ load, seed, system, knob, over, ofSpend, means }) => [
        String(load),
        String(seed),
        system,
        knob,
        over ? `${percent(ofSpend)}, its least` : percent(ofSpend),
        number(means.meanSeconds),
        number(means.p99Seconds),
        number(1e4 * means.coldShare),
        percent(means.unstableShare),
        percent(means.onTimeShare, 4),
      ]),
    ),
  ].join('\n\n');
}
