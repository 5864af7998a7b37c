/**
 * Bundles of functions on disk, each in a folder named after its content, with a list of what it was made from: another process takes it
 * again while none of that has changed, which is twenty runs of esbuild less for each synth.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Bundled {
  readonly text: string;
  /** Paths of what it was made from, from the root. */
  readonly inputs: readonly string[];
}

/** What decides on a bundle without being in it: what it is built by, with which options, and which packages are installed. */
const ALWAYS = ['lib/bundling.ts', 'tsconfig.json', 'package-lock.json', 'node_modules/.package-lock.json'];

export interface Place {
  readonly root: string;
  /** Where bundles are kept. */
  readonly folder: string;
  /** Says all of a bundle that its sources do not. */
  readonly name: string;
  /** Builds whatever is kept. */
  readonly anew: boolean;
}

/** Path of the folder that holds the bundle, in `index.js`: the kept one or, where there is none or a source has changed since, what `build` makes now. */
export function keptBundle({ root, folder, name, anew }: Place, build: () => Bundled): string {
  const list = join(folder, `${hashOf(name)}.json`);
  const kept = anew ? undefined : readList(list);
  if (kept !== undefined && existsSync(join(folder, kept.content)) && isCurrent(root, kept.stamps))
    return join(folder, kept.content);
  const { text, inputs } = build();
  const content = hashOf(text);
  store(join(folder, content), text);
  const stamps = Object.fromEntries(sourcesOf(inputs).map((each) => [each, stampOf(join(root, each))]));
  write(list, JSON.stringify({ content, stamps } satisfies List));
  return join(folder, content);
}

interface List {
  readonly content: string;
  /** By path from the root. */
  readonly stamps: Readonly<Record<string, string>>;
}

/** Packages count by what is installed; of the rest also each folder, since a new file in it may be found before an old one. */
function sourcesOf(inputs: readonly string[]): string[] {
  const own = inputs.filter((each) => !each.startsWith('node_modules/'));
  return [...new Set([...ALWAYS, ...own, ...own.map(dirname)])];
}

function readList(file: string): List | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as List;
  } catch {
    return undefined;
  }
}

const isCurrent = (root: string, stamps: List['stamps']): boolean =>
  Object.entries(stamps).every(([file, stamp]) => stampOf(join(root, file)) === stamp);

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.mtimeMs}:${stat.size}`;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Processes that bundle at the same moment never see one another's half-written files. */
function store(folder: string, text: string): void {
  if (existsSync(folder)) return;
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'index.js'), text);
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

function write(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}
