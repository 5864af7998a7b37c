/** Proves that the report's tables say what their rows have, changes of rank included. */
import type { MeansRow, Report, SpendRow } from '../../scripts/evaluate/evaluate';
import { htmlOf, usersPlots } from '../../scripts/evaluate/html';
import { rankOf, sensitivityMarkdown, spendMarkdown } from '../../scripts/evaluate/sensitivity';
import { onlyInCurves, systemsMarkdown } from '../../scripts/evaluate/systems-list';
import { improvement } from '../../scripts/evaluate/text';
import { computeCurves } from '../../simulator/evaluation/levels/curves';
import { NO_RUN, nothing } from '../../simulator/evaluation/statistics';
import { SYSTEMS } from '../../simulator/systems';

const MEANS: MeansRow['means'] = {
  meanSeconds: 1,
  p99Seconds: 2,
  coldShare: 1e-4,
  unstableShare: 0,
  onTimeShare: 1,
  lostShare: 0,
  dollars: 3,
  dollarsIfRestarted: 3,
  idleResidentGigabyteSeconds: 5,
  idleBilledGigabyteSeconds: 4,
  utilisation: 0.5,
  meetsObjectives: true,
};
const row = (of: string, system: string, means: Partial<MeansRow['means']>): MeansRow => ({
  of,
  system,
  load: 0.8,
  overheadToRecord: 1,
  perSecond: 1,
  means: { ...MEANS, ...means },
});

describe('the sensitivity table', () => {
  const base = [row('base', 'a', { meanSeconds: 1 }), row('base', 'b', { meanSeconds: 2 })];

  it('ranks from the least', () => {
    expect(rankOf(base, ({ means }) => -means.meanSeconds)).toEqual(['b', 'a']);
  });

  it('says which variation turns which order round, and nothing of the others', () => {
    const turned = [row('slow', 'a', { meanSeconds: 3 }), row('slow', 'b', { meanSeconds: 2 })];
    const same = [row('fast', 'a', { meanSeconds: 0.1 }), row('fast', 'b', { meanSeconds: 0.2 })];
    const text = sensitivityMarkdown([...base, ...turned, ...same]);
    expect(text).toContain('| slow | mean s | b < a | a < b |');
    expect(text).not.toContain('| fast | mean s | a < b |');
  });

  it('shows the other reading of the rounding rule as a measure of its own', () => {
    const dear = [
      row('base', 'a', { meanSeconds: 1, dollarsIfRestarted: 9 }),
      row('base', 'b', { meanSeconds: 2, dollarsIfRestarted: 4 }),
    ];
    expect(sensitivityMarkdown(dear)).toContain('| base | a | 1 | 1 | 0 | 3 | 9 |');
  });

  it('says so where no order changes', () => {
    expect(sensitivityMarkdown(base)).toContain('the same in every variation');
  });
});

describe('the table of equal spend', () => {
  it('says what part of the spend was used, and who costs more at the least', () => {
    const of = (more: Partial<SpendRow>): SpendRow => ({
      system: 'static',
      load: 0.8,
      seed: 1,
      knob: 'quantile 0.5',
      over: false,
      ofSpend: 0.98,
      means: MEANS,
      ...more,
    });
    const text = spendMarkdown([of({}), of({ system: 'esmrm', over: true, ofSpend: 1.2 })]);
    expect(text).toContain('| static | quantile 0.5 | 98 % |');
    expect(text).toContain('| esmrm | quantile 0.5 | 120 %, its least |');
  });

  it('is not there where nothing was run', () => {
    expect(spendMarkdown([])).toBe('Not part of this extent.');
  });
});

describe('the list of systems', () => {
  const made = {
    systems: [{ name: 'static', about: 'a fixed level', knobs: 1, tuned: 'quantile 0.5', training: undefined }],
    offered: undefined,
  } as unknown as Report['made'];
  const workload = {
    name: 'short',
    regime: 'pooled' as const,
    train: [6, 6],
    test: [6, 6, 6],
    warmUpMinutes: 1,
    jobSeconds: 0.5,
    seed: 1,
  };

  it('describes every system that only the curves have, the bound among them, and none twice', () => {
    const curves = [computeCurves(workload)];
    const others = [...new Set(curves.flatMap((each) => each.curves.map(({ system }) => system)))];
    const asSystems = SYSTEMS.map(({ name }) => ({ name }));
    const listed = onlyInCurves({ curves, made: { ...made, systems: asSystems } as unknown as Report['made'] });
    expect(others).toEqual(expect.arrayContaining(['keep-alive', 'hybrid-histogram', 'static']));
    expect(new Set(listed.map(([name]) => name)).size).toBe(listed.length);
    expect(listed.map(([name]) => name)).toEqual(
      expect.arrayContaining(['on-demand', 'keep-alive', 'hybrid-histogram', 'clairvoyant']),
    );
    expect(listed.map(([name]) => name)).not.toContain('static');
    expect(listed.filter(([, about]) => about === '')).toEqual([]);
  });

  it("has them after the platform model's, and not where no curve was drawn", () => {
    const curves = [{ curves: [{ system: 'static' }, { system: 'keep-alive' }] }] as unknown as Report['curves'];
    const text = systemsMarkdown({ curves, made });
    expect(text).toContain('| static | a fixed level | 1 | quantile 0.5 |  |');
    expect(text).toMatch(/\| keep-alive \| .*owns the platform/);
    expect(systemsMarkdown({ curves: [], made })).not.toContain('clairvoyant');
  });
});

describe('the plots of concurrent users', () => {
  it('show response time, throughput and utilisation, a point for each number of users', () => {
    const of = (users: number) => ({
      users,
      meanSeconds: 0.25,
      p95Seconds: 0.75,
      p99Seconds: 1.16,
      perSecond: 0.8 * users,
      utilisation: 0.25 + users / 2000,
      coldShare: 0,
    });
    const plots = usersPlots([of(10), of(100)]);
    expect(plots.map((svg) => svg.match(/<circle/g)?.length)).toEqual([6, 2, 2]);
    for (const [index, what] of ['response time', 'throughput', 'utilisation'].entries())
      expect(plots[index]).toContain(`Concurrent users: ${what}`);
  });
});

describe('the page', () => {
  const page = htmlOf(
    '# Title\n\nA < b & `c`\n\n## Table 1: x\n\n| a | b |\n| --- | --- |\n| 1 | $& |\n\n## Surge: y\n\nlast',
    '<svg>$&</svg>',
  );

  it('has headings, tables, code and links to its sections, and escapes what is text', () => {
    expect(page).toContain('<p>A &lt; b &amp; <code>c</code></p>');
    expect(page).toContain('<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>$&amp;</td></tr></table>');
    expect(page).toContain('<a href="#s1">Table 1</a> <a href="#s2">Plots</a> <a href="#s3">Surge</a>');
  });

  it('shows the plots as they are, before the section about the surge', () => {
    expect(page).toContain('<svg>$&</svg>');
    expect(page.indexOf('<svg>')).toBeLessThan(page.indexOf('<h2 id="s3">Surge'));
  });
});

describe('improvement', () => {
  it('shows limits, and of a loss beyond ten times only that', () => {
    expect(improvement({ estimate: 81.23, low: -9300, high: null, p: 0.5 })).toBe('81.2 (< -999 … ?)');
    expect(improvement({ estimate: 100, low: null, high: null, p: 1 })).toBe('100 (one seed)');
    expect(improvement(nothing(NO_RUN))).toBe('not run');
    expect(improvement(nothing('the reference is stable'))).toBe('undefined');
  });
});
