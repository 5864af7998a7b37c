/** The bench's answer: the ratios on top, with which goals they meet, then the detail. */
import type { PriceFigures } from './price';

export interface Goal {
  readonly figure: string;
  readonly goal: string;
  readonly measured: number;
  readonly met: boolean;
}

const TOP = [
  'bundleRatioMax',
  'coldImportRatioMax',
  'overheadMicrosPerEvent',
  'drainRatio',
  'criticalP99Ratio',
  'priceRatio',
] as const;
const DETAIL = ['bundles', 'overhead', 'drain', 'critical', 'price'] as const;

const GOALS: readonly {
  figure: (typeof TOP)[number];
  goal: string;
  met: (value: number, figures: Figures) => boolean;
}[] = [
  { figure: 'bundleRatioMax', goal: '<= 1.25', met: (value) => value <= 1.25 },
  { figure: 'overheadMicrosPerEvent', goal: '<= 100', met: (value) => value <= 100 },
  { figure: 'drainRatio', goal: '>= 1', met: (value) => value >= 1 },
  {
    figure: 'criticalP99Ratio',
    goal: '<= 2, or at most 50 ms more',
    met: (value, { critical }) =>
      value <= 2 || ((critical as { differenceMs?: number } | undefined)?.differenceMs ?? Number.NaN) <= 50,
  },
  { figure: 'priceRatio', goal: '<= 1', met: (value) => value <= 1 },
];

export type Figures = Readonly<Record<string, unknown>>;

/** In the order that is promised: ratios, circumstances, goals, detail. What was not measured is left out. */
export function document(figures: Figures): Record<string, unknown> {
  const pick = (names: readonly string[]) =>
    Object.fromEntries(names.flatMap((name) => (figures[name] === undefined ? [] : [[name, figures[name]]])));
  return {
    ...pick(TOP),
    ...pick(['measuredOn', 'measuredAt', 'seconds', 'node', 'failed']),
    goals: goalsOf(figures),
    ...pick(DETAIL),
  };
}

export function goalsOf(figures: Figures): Goal[] {
  return GOALS.flatMap(({ figure, goal, met }) => {
    const measured = figures[figure];
    return typeof measured === 'number' ? [{ figure, goal, measured, met: met(measured, figures) }] : [];
  });
}

export function print(figures: Figures, json: boolean): void {
  const whole = document(figures);
  if (json) return void process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`);
  const { goals, bundles, price, ...rest } = whole;
  console.table(goals);
  if (bundles !== undefined) console.table(bundles);
  console.dir(rest, { depth: null });
  if (price !== undefined) printPrice(price as PriceFigures);
}

function printPrice({ triage, rival, ...sums }: PriceFigures): void {
  console.log('price', sums);
  console.table(triage);
  console.table(rival);
}
