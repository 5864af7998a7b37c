/** Proves that the table of expected differences cannot rot: each entry names a behaviour that exists and is documented. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge } from '../integ/conformance/behaviour';
import { DIFFERENCES } from '../integ/conformance/differences';

const folder = join(__dirname, '../integ/conformance');
const suites = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
const source = suites.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
const page = readFileSync(join(__dirname, '../../docs/local-fidelity.md'), 'utf8');

describe('expected differences', () => {
  const listed = Object.values(DIFFERENCES).flatMap((entries) => Object.keys(entries));

  it.each([...new Set(listed)])('%s: is a behaviour of the suite and has its row in the fidelity page', (name) => {
    expect(source).toContain(`'${name}': async`);
    expect(page).toContain(name);
  });

  it('has at least twenty-five behaviours to speak of', () => {
    expect(source.match(/^ {2,4}'.+': async \(endpoint\)/gm)?.length).toBeGreaterThanOrEqual(25);
  });
});

describe('judge', () => {
  const passes = async () => {};
  const fails = async () => {
    throw new Error('differs');
  };

  it('fails if a listed difference behaves as AWS', async () => {
    await expect(judge('known', passes)).rejects.toThrow(/take it out/);
  });

  it('accepts a listed difference that is still one', async () => {
    await expect(judge('known', fails)).resolves.toBeUndefined();
  });

  it('fails if what is not listed differs', async () => {
    await expect(judge(undefined, fails)).rejects.toThrow('differs');
    await expect(judge(undefined, passes)).resolves.toBeUndefined();
  });
});
