/** Line plots as SVG. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface PlotOptions {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly logX?: boolean;
  readonly logY?: boolean;
}

const WIDTH = 620;
const HEIGHT = 360;
const LEFT = 70;
const BOTTOM = 45;
const TOP = 34;
const RIGHT = 170;
const COLOURS = [
  '#1b6ac9',
  '#d1495b',
  '#2e8b57',
  '#e69f00',
  '#7b4ab0',
  '#00798c',
  '#8c564b',
  '#555555',
  '#c71585',
  '#6b8e23',
  '#ff7f50',
  '#000000',
  '#4682b4',
  '#bdb76b',
];

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Points that a logarithm cannot show are left out. */
export function linePlot(all: readonly Series[], { title, x, y, logX = false, logY = false }: PlotOptions): string {
  const shown = (value: number, log: boolean) => Number.isFinite(value) && (!log || value > 0);
  const series = all
    .map((each) => ({ ...each, points: each.points.filter(([a, b]) => shown(a, logX) && shown(b, logY)) }))
    .filter(({ points }) => points.length > 0);
  const points = series.flatMap((each) => each.points);
  if (points.length === 0) return '';
  const xs = scale(
    points.map(([a]) => a),
    LEFT,
    WIDTH - RIGHT,
    logX,
  );
  const ys = scale(
    points.map(([, b]) => b),
    HEIGHT - BOTTOM,
    TOP,
    logY,
  );
  const lines = series.map(({ name, points: own }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const sorted = [...own].sort((a, b) => a[0] - b[0]);
    const path = sorted.map(([a, b]) => `${xs.at(a).toFixed(1)},${ys.at(b).toFixed(1)}`).join(' ');
    const dots = sorted
      .map(([a, b]) => `<circle cx="${xs.at(a).toFixed(1)}" cy="${ys.at(b).toFixed(1)}" r="2.5" fill="${colour}"/>`)
      .join('');
    const key = TOP + 16 * index;
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${path}"/>${dots}<rect x="${WIDTH - RIGHT + 12}" y="${key - 8}" width="10" height="10" fill="${colour}"/><text x="${WIDTH - RIGHT + 27}" y="${key + 1}">${escaped(name)}</text>`;
  });
  const grid = [
    ...xs.ticks.map(
      (tick) =>
        `<line x1="${xs.at(tick)}" x2="${xs.at(tick)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="#ddd"/><text x="${xs.at(tick)}" y="${HEIGHT - BOTTOM + 15}" text-anchor="middle">${label(tick)}</text>`,
    ),
    ...ys.ticks.map(
      (tick) =>
        `<line y1="${ys.at(tick)}" y2="${ys.at(tick)}" x1="${LEFT}" x2="${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 6}" y="${ys.at(tick) + 4}" text-anchor="end">${label(tick)}</text>`,
    ),
  ];
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img"><title>${escaped(title)}</title><text x="${LEFT}" y="18" font-weight="bold">${escaped(title)}</text>${grid.join('')}${lines.join('')}<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escaped(x)}</text><text transform="translate(14 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text></svg>`;
}

const label = (value: number) =>
  value !== 0 && (Math.abs(value) < 0.01 || Math.abs(value) >= 1e5)
    ? value.toExponential(0)
    : String(Number(value.toPrecision(3)));

function scale(values: readonly number[], from: number, to: number, log: boolean) {
  const through = (value: number) => (log ? Math.log10(value) : value);
  let low = Math.min(...values.map(through));
  let high = Math.max(...values.map(through));
  if (!log && low > 0 && low < 0.5 * high) low = 0;
  if (high - low < 1e-9) {
    low -= 0.5;
    high += 0.5;
  }
  const at = (value: number) => from + ((through(value) - low) / (high - low)) * (to - from);
  return { at, ticks: log ? decades(low, high) : steps(low, high) };
}

function decades(low: number, high: number): number[] {
  const whole: number[] = [];
  for (let power = Math.ceil(low - 1e-9); power <= Math.floor(high + 1e-9); power++) whole.push(10 ** power);
  if (whole.length >= 2) return whole;
  const between = [-1, 0, 1].flatMap((more) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => digit * 10 ** (Math.floor(low) + more)),
  );
  const inside = between.filter((tick) => tick >= 10 ** low * (1 - 1e-9) && tick <= 10 ** high * (1 + 1e-9));
  return inside.length >= 2 ? inside : [10 ** low, 10 ** high];
}

function steps(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + 1e-9 * step; tick += step) ticks.push(tick);
  return ticks;
}
