/** Proves that the plots and the parameters of docs/scheduling.md are those of the code that they explain. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_PLANNING } from '../../core/policies/scheduling/parameters';
import { IMAGES, PLOTS } from '../../scripts/plots/scheduling';

const page = readFileSync(join(IMAGES, '../scheduling.md'), 'utf8');

it.each(Object.entries(PLOTS))('%s is up to date', (file, draw) => {
  // If not: npx tsx scripts/plots/scheduling.ts, look at the plots, and at what the page says about them.
  expect(readFileSync(join(IMAGES, file), 'utf8')).toBe(draw());
});

it('the page shows every plot, and there is no other', () => {
  const shown = [...page.matchAll(/!\[[^\]]+\]\(images\/([a-z-]+\.svg)\)/g)].map((match) => match[1]);
  expect(shown.sort()).toEqual(Object.keys(PLOTS).sort());
  expect(readdirSync(IMAGES).sort()).toEqual(Object.keys(PLOTS).sort());
});

it('draws no point that is not a number', () => {
  for (const draw of Object.values(PLOTS)) expect(draw()).not.toMatch(/NaN|Infinity|undefined/);
});

it('the table of parameters has the values that are in use', () => {
  const rows = [...page.matchAll(/^\| `([a-zA-Z]+)` \| (\S+) \|/gm)].map(([, name, value]) => [name, value]);
  expect(rows).toEqual(Object.entries(DEFAULT_PLANNING).map(([name, value]) => [name, String(value)]));
});
