/** Line charts as SVG text: nothing but what the documents' plots need. The same input gives the same bytes. */

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
  /** Index into the palette; lines of one colour belong together. */
  readonly colour: number;
  /** A value that stands until the next one. */
  readonly step?: boolean;
  readonly dashed?: boolean;
  /** Marks on whole values instead of a line alone. */
  readonly dots?: boolean;
}

export interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  readonly log?: boolean;
}

export interface Panel {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Horizontal or vertical lines with a word beside them. */
  readonly lines?: readonly { readonly axis: 'x' | 'y'; readonly at: number; readonly label: string }[];
  readonly height: number;
}

/** Okabe and Ito's colours, which can be told apart by those who see fewer. */
const PALETTE = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#555555'];
const WIDTH = 720;
const LEFT = 64;
const RIGHT = 16;
const TITLE = 26;
const LEGEND = 20;
const BELOW = 44;

const digits = (value: number) => String(Math.round(value * 10) / 10);
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const share = ({ from, to, log }: Axis, value: number) =>
  log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);

/** Panels stand one below the other. `says` is what somebody who cannot see it should know. */
export function svg(title: string, says: string, panels: readonly Panel[]): string {
  const drawn: string[] = [];
  let top = TITLE;
  for (const panel of panels) {
    drawn.push(drawPanel(panel, top + LEGEND));
    top += LEGEND + panel.height + BELOW;
  }
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" role="img" font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#222222">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(says)}</desc>`,
    `<rect width="${WIDTH}" height="${top}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="18" font-size="14" font-weight="bold">${escaped(title)}</text>`,
    ...drawn,
    '</svg>',
  ].join('\n')}\n`;
}

function drawPanel(panel: Panel, top: number): string {
  const { x, y, height, series, lines = [] } = panel;
  const width = WIDTH - LEFT - RIGHT;
  const atX = (value: number) => LEFT + share(x, value) * width;
  const atY = (value: number) => top + height - share(y, value) * height;
  const bottom = top + height;
  return [
    ...x.ticks.map(
      (tick) =>
        `<path d="M${digits(atX(tick))} ${top}V${bottom + 4}" stroke="#e4e4e4"/><text x="${digits(atX(tick))}" y="${bottom + 17}" text-anchor="middle">${tick}</text>`,
    ),
    ...y.ticks.map(
      (tick) =>
        `<path d="M${LEFT - 4} ${digits(atY(tick))}H${LEFT + width}" stroke="#e4e4e4"/><text x="${LEFT - 8}" y="${digits(atY(tick) + 4)}" text-anchor="end">${tick}</text>`,
    ),
    `<path d="M${LEFT} ${top}V${bottom}H${LEFT + width}" fill="none" stroke="#222222"/>`,
    `<text x="${LEFT + width / 2}" y="${bottom + 35}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text transform="translate(16 ${top + height / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    ...lines.map((line) =>
      line.axis === 'y'
        ? `<path d="M${LEFT} ${digits(atY(line.at))}H${LEFT + width}" stroke="#222222" stroke-dasharray="2 3"/><text x="${LEFT + 8}" y="${digits(atY(line.at) - 5)}">${escaped(line.label)}</text>`
        : `<path d="M${digits(atX(line.at))} ${top}V${bottom}" stroke="#222222" stroke-dasharray="2 3"/><text x="${digits(atX(line.at) + 5)}" y="${top + 12}">${escaped(line.label)}</text>`,
    ),
    ...series.map((each) => drawSeries(each, panel, atX, atY)),
    legend(series, top),
  ].join('\n');
}

/** A line ends where it leaves the panel, and begins again where it comes back. */
function drawSeries(
  { points, colour, step, dashed, dots }: Series,
  { x, y }: Panel,
  atX: (value: number) => number,
  atY: (value: number) => number,
): string {
  const isInside = ([px, py]: readonly [number, number]) => px >= x.from && px <= x.to && py >= y.from && py <= y.to;
  const stroke = PALETTE[colour % PALETTE.length];
  const path = points.map((point, index) => {
    if (!isInside(point)) return '';
    const [px, py] = [digits(atX(point[0])), digits(atY(point[1]))];
    const before = points[index - 1];
    if (before === undefined || !isInside(before)) return `M${px} ${py}`;
    return step ? `H${px}V${py}` : `L${px} ${py}`;
  });
  const line = `<path d="${path.join('')}" fill="none" stroke="${stroke}" stroke-width="1.8"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`;
  if (!dots) return line;
  const marks = points.filter(isInside).map(([px, py]) => {
    return `<circle cx="${digits(atX(px))}" cy="${digits(atY(py))}" r="3" fill="${stroke}"/>`;
  });
  return [line, ...marks].join('\n');
}

/** One row above the panel. Seven pixels are a wide letter of this size. */
function legend(series: readonly Series[], top: number): string {
  let left = LEFT;
  return series
    .map(({ name, colour, dashed }) => {
      const at = left;
      left += 36 + 7 * name.length;
      return `<path d="M${digits(at)} ${top - 10}h20" stroke="${PALETTE[colour % PALETTE.length]}" stroke-width="2.5"${dashed ? ' stroke-dasharray="5 4"' : ''}/><text x="${digits(at + 25)}" y="${top - 6}">${escaped(name)}</text>`;
    })
    .join('\n');
}
