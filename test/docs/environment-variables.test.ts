/** Proves that docs/environment-variables.md names every variable that the project's code reads, and none that it does not. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTION_ENVIRONMENTS } from '../../core/contracts/functions';

const ROOT = join(__dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/environment-variables.md'), 'utf8');
/** From there on it is about what others read. */
const OTHERS = '## Read by the tools underneath';

/** `process.env.X`; `env.X` and `base.X`, as parameters that stand for it are called; `{ X: y = 1 } = process.env`. */
function namesIn(source: string): string[] {
  const members = [...source.matchAll(/\b(?:process\.env|env|base)\.([A-Z_][A-Z0-9_]{2,})\b/g)].map(
    (match) => match[1],
  );
  const destructured = [...source.matchAll(/\{([^{}]*)\}\s*=\s*(?:process\.env|base|env)\b/g)].flatMap((match) =>
    [...(match[1] ?? '').matchAll(/\b([A-Z_][A-Z0-9_]{2,})\b(?=\s*[:,=]|\s*$)/g)].map((name) => name[1]),
  );
  const python = [...source.matchAll(/environ(?:\.get\(|\[)\s*["']([A-Z0-9_]+)["']/g)].map((match) => match[1]);
  return [...members, ...destructured, ...python].filter((name) => name !== undefined);
}

function sources(): string[] {
  const files = execFileSync('git', ['ls-files', '--', '*.ts', '*.cjs', '*.py'], { cwd: ROOT, encoding: 'utf8' });
  return files.split('\n').filter((file) => file !== '' && join(ROOT, file) !== __filename);
}

/** First cells of the tables; a cell may name several. */
const documented = (text: string) =>
  text.split('\n').flatMap((line) => {
    const cell = /^\| (`[^|]*) \|/.exec(line)?.[1] ?? '';
    return [...cell.matchAll(/`([A-Z_][A-Z0-9_]+)`/g)].map((match) => match[1] as string);
  });

const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
const [own = '', others = ''] = PAGE.split(OTHERS);

it('finds each way in which code reads a variable', () => {
  expect(
    namesIn(`process.env.AAA; env.BBB ?? 1; const { CCC: c = 'x', DDD, ...rest } = process.env; os.environ.get("EEE")`),
  ).toEqual(['AAA', 'BBB', 'CCC', 'DDD', 'EEE']);
});

it('names what the code reads, and nothing else', () => {
  const read = sources().flatMap((file) => namesIn(readFileSync(join(ROOT, file), 'utf8')));
  const functions = Object.values(FUNCTION_ENVIRONMENTS).flatMap(({ entries }) => Object.keys(entries));
  expect(sorted(documented(own))).toEqual(sorted([...read, ...functions]));
});

it('says of every variable of a function which functions have it', () => {
  const section = /## Functions\n([\s\S]*?)\n## /.exec(`${own}\n## `)?.[1] ?? '';
  for (const [kind, { entries }] of Object.entries(FUNCTION_ENVIRONMENTS))
    for (const name of Object.keys(entries)) {
      const row = section.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
      const functions =
        row
          ?.split('|')[2]
          ?.split(',')
          .map((each) => each.trim()) ?? [];
      expect([name, ...functions]).toEqual(expect.arrayContaining([name, functions.includes('all') ? 'all' : kind]));
    }
});

it('says what the tools underneath read, apart from that', () => {
  const read = new Set(documented(own));
  expect(documented(others).length).toBeGreaterThan(3);
  expect(documented(others).filter((name) => read.has(name))).toEqual([]);
});
