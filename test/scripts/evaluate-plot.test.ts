/** Proves that the report's plots show what they are given, and leave out what cannot be shown. */
import { linePlot } from '../../scripts/evaluate/plot';

const OPTIONS = { title: 'a < b', x: 'x', y: 'y' };
const dots = (svg: string) => svg.match(/<circle/g)?.length ?? 0;

describe('linePlot', () => {
  it('draws a line and a dot for each point, and names the series', () => {
    const svg = linePlot(
      [
        {
          name: 'one & two',
          points: [
            [1, 2],
            [2, 4],
            [3, 1],
          ],
        },
      ],
      OPTIONS,
    );
    expect(dots(svg)).toBe(3);
    expect(svg).toContain('one &amp; two');
    expect(svg).toContain('a &lt; b');
  });

  it('leaves out what a logarithm has no place for, and what is no number', () => {
    const points = [
      [0, 1],
      [1, 1],
      [10, Number.NaN],
      [100, 5],
    ] as const;
    expect(dots(linePlot([{ name: 's', points }], { ...OPTIONS, logX: true }))).toBe(2);
    expect(dots(linePlot([{ name: 's', points }], OPTIONS))).toBe(3);
  });

  it('puts greater values further right and higher', () => {
    const svg = linePlot(
      [
        {
          name: 's',
          points: [
            [1, 1],
            [2, 2],
          ],
        },
      ],
      OPTIONS,
    );
    const [first, second] = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(second?.[0]).toBeGreaterThan(first?.[0] ?? Number.NaN);
    expect(second?.[1]).toBeLessThan(first?.[1] ?? Number.NaN);
  });

  it('is nothing where there is nothing to show', () => {
    expect(linePlot([{ name: 's', points: [] }], OPTIONS)).toBe('');
  });
});

it('has round ticks on a logarithm of less than a decade', () => {
  const points = [
    [1, 0.265],
    [2, 0.697],
  ] as const;
  const svg = linePlot([{ name: 's', points }], { ...OPTIONS, logY: true });
  for (const tick of ['>0.3<', '>0.5<', '>0.6<']) expect(svg).toContain(tick);
});
