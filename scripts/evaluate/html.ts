/** One page that needs nothing else: the report's figures as plots, and its tables. */
import type { UsersFigures } from '../../simulator/evaluation/users';
import type { MeansRow, Report } from './evaluate';
import { markdownReport } from './markdown';
import { linePlot, type Series } from './plot';

export function htmlReport(report: Report): string {
  const plots = [
    ...report.curves.flatMap((curve) => {
      const clairvoyant: Series = {
        name: 'clairvoyant',
        points: curve.clairvoyant.map(({ coldShare, idleResident }) => [coldShare, idleResident / 3600]),
      };
      const by = (of: 'idleResident' | 'dollars', unit: number): Series[] =>
        curve.curves.map(({ system, points }) => ({
          name: system,
          points: points.map(({ coldShare, total }) => [coldShare, total[of] / unit] as const),
        }));
      const x = 'cold starts per event';
      return [
        linePlot([...by('idleResident', 3600), clairvoyant], {
          title: `${curve.workload}: idle time`,
          x,
          y: 'resident idle GB·h',
          logX: true,
          logY: true,
        }),
        linePlot(by('dollars', 1), { title: `${curve.workload}: dollars`, x, y: '$', logX: true }),
      ];
    }),
    ...ratePlots(report.rates),
    ...usersPlots(report.users),
    ...fleetPlots(report),
    ...gridPlots(report),
  ];
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Triage's evaluation</title><style>body{font:14px/1.45 system-ui,sans-serif;margin:2em auto;max-width:1280px;padding:0 1em}svg{font:11px system-ui,sans-serif;margin:0 8px 8px 0}table{border-collapse:collapse;font-size:12px;display:block;overflow-x:auto}td,th{border:1px solid #ccc;padding:2px 6px;text-align:left;white-space:nowrap}td.long{white-space:normal;min-width:28em}th{background:#f4f4f4}code{background:#f4f4f4;padding:0 2px}nav a{margin-right:1em}</style><body>${htmlOf(markdownReport(report), plots.join(''))}</body></html>\n`;
}

export function usersPlots(users: readonly UsersFigures[]): string[] {
  const series = (name: string, of: (each: UsersFigures) => number): Series => ({
    name,
    points: users.map((each) => [each.users, of(each)] as const),
  });
  const options = { x: 'users', logX: true };
  return [
    linePlot(
      [
        series('mean', (each) => each.meanSeconds),
        series('p95', (each) => each.p95Seconds),
        series('p99', (each) => each.p99Seconds),
      ],
      { ...options, title: 'Concurrent users: response time', y: 's' },
    ),
    linePlot([series('answered', (each) => each.perSecond)], {
      ...options,
      title: 'Concurrent users: throughput',
      y: 'per second',
      logY: true,
    }),
    linePlot([series('busy, of the environments that exist', (each) => each.utilisation)], {
      ...options,
      title: 'Concurrent users: utilisation of environments',
      y: 'share',
    }),
  ];
}

function ratePlots(rows: readonly MeansRow[]): string[] {
  const systems = [...new Set(rows.map(({ system }) => system))];
  const series = (of: (row: MeansRow) => number): Series[] =>
    systems.map((name) => ({
      name,
      points: rows.filter(({ system }) => system === name).map((row) => [Number(row.of), of(row)] as const),
    }));
  const options = { x: 'events per second', logX: true };
  return [
    linePlot(
      series((row) => row.means.meanSeconds),
      { ...options, title: 'Event rate: mean latency', y: 's', logY: true },
    ),
    linePlot(
      series((row) => row.perSecond),
      { ...options, title: 'Event rate: done in time', y: 'per second', logY: true },
    ),
    linePlot(
      series((row) => row.means.utilisation),
      { ...options, title: 'Event rate: utilisation of environments', y: 'share' },
    ),
  ];
}

function fleetPlots({ fleets }: Report): string[] {
  const names = [...new Set(fleets.map(({ fleet }) => fleet))];
  const series = (of: 'cost' | 'latency'): Series[] =>
    names.flatMap((fleet) =>
      [1, 4, 10].map((batch) => ({
        name: `${fleet}, batch ${batch}`,
        points: [...new Set(fleets.map(({ utilisation }) => utilisation))].map((utilisation) => {
          const own = fleets
            .filter((each) => each.fleet === fleet && each.batch === batch && each.utilisation === utilisation)
            .map((each) => each[of])
            .sort((a, b) => a - b);
          return [100 * utilisation, own[Math.floor(own.length / 2)] ?? Number.NaN] as const;
        }),
      })),
    );
  return [
    linePlot(series('cost'), {
      title: 'Serverless against a fleet: cost',
      x: "fleet's utilisation, %",
      y: '% (below 0: cheaper)',
    }),
    linePlot(series('latency'), { title: 'Serverless against a fleet: latency', x: "fleet's utilisation, %", y: '%' }),
  ];
}

function gridPlots({ grid }: Report): string[] {
  return [...new Set(grid.map(({ overheadToRecord }) => overheadToRecord))].map((ratio) =>
    linePlot(
      [...new Set(grid.map(({ system }) => system))].map((name) => ({
        name,
        points: grid
          .filter((row) => row.system === name && row.overheadToRecord === ratio)
          .map((row) => [row.load, row.means.meanSeconds] as const),
      })),
      { title: `Mean latency against load, h/s = ${ratio}`, x: 'x', y: 's', logY: true },
    ),
  );
}

/** Beyond it a cell may break its lines. */
const LONG_CELL = 60;

/** The little Markdown that the report uses: headings, tables, paragraphs, code. The plots go before the section about the surge. */
export function htmlOf(markdown: string, plots: string): string {
  const escaped = markdown.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const sections: string[] = [];
  const heading = (level: number, text: string) => {
    if (level !== 2) return `<h${level}>${text}</h${level}>`;
    sections.push(text);
    return `<h2 id="s${sections.length}">${text}</h2>`;
  };
  const blocks = escaped
    .replaceAll('\n\n## Surge', '\n\n## Plots\n\n%PLOTS%\n\n## Surge')
    .replace(/`([^`\n]+)`/g, '<code>$1</code>')
    .split('\n\n')
    .map((block) => {
      const found = /^(#+) (.*)$/.exec(block);
      if (found !== null) return heading(found[1]?.length ?? 1, found[2] ?? '');
      return block.startsWith('|') ? tableOf(block) : `<p>${block}</p>`;
    });
  const links = sections.map((text, index) => `<a href="#s${index + 1}">${text.replace(/[:(].*/, '')}</a>`).join(' ');
  const page = [...blocks.slice(0, 1), `<nav>${links}</nav>`, ...blocks.slice(1)].join('\n');
  // By a function: a plot's text is not a pattern of replacement.
  return page.replace('<p>%PLOTS%</p>', () => plots);
}

function tableOf(block: string): string {
  const [head = '', , ...rows] = block.split('\n');
  const cellsOf = (line: string) => line.slice(2, -2).split(' | ');
  const ths = cellsOf(head).map((cell) => `<th>${cell}</th>`);
  const trs = rows.map((row) => {
    const tds = cellsOf(row).map((cell) => `<td${cell.length > LONG_CELL ? ' class="long"' : ''}>${cell}</td>`);
    return `<tr>${tds.join('')}</tr>`;
  });
  return `<table><tr>${ths.join('')}</tr>${trs.join('')}</table>`;
}
