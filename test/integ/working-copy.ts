/**
 * A checkout of its own: other files, the same packages and the same emulator's installation. It comes up, is changed, deployed again and
 * ended by the commands a person uses, and the tree that the tests run from stays as it is.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../local/session';
import { ensureVenv } from '../../local/venv.cjs';
import { type Running, startNode, succeeded } from './platform';

const TREE = [
  'adapters',
  'applications',
  'bin',
  'cli',
  'config',
  'core',
  'docs',
  'lambdas',
  'lib',
  'local',
  'scripts',
  'stepfunctions',
];
const FILES = ['cdk.json', 'package.json', 'tsconfig.json'];

export interface WorkingCopy {
  /** Puts `text` in the place of a file, which goes on as `<name>.released.ts` for it to import; again: in the place of the last change. */
  change(path: string, text: string): void;
  /** Takes the changes of a file back. */
  restore(path: string): void;
  start(...words: string[]): Running;
  triage(...words: string[]): Promise<string>;
  /** Brings down what it brought up, and removes it. */
  end(): Promise<void>;
}

export function makeWorkingCopy(): WorkingCopy {
  ensureVenv();
  const folder = mkdtempSync(join(tmpdir(), 'triage-release-'));
  for (const name of [...TREE, ...FILES]) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, '.triage'));
  for (const name of readdirSync(join(ROOT, '.triage')).filter((each) => each.startsWith('venv-')))
    symlinkSync(join(ROOT, '.triage', name), join(folder, '.triage', name));
  // Its session is its own, also where the tests' one is somewhere else than usual.
  const env = { ...process.env, TRIAGE_SESSION_FOLDER: '' };
  const start = (...words: string[]) => startNode(folder, ['bin/triage.cjs', ...words], env);
  const triage = async (...words: string[]) => succeeded(words.join(' '), await start(...words).ended);
  return {
    change: (path, text) => {
      const file = join(folder, path);
      if (!existsSync(released(file))) renameSync(file, released(file));
      writeFileSync(file, text);
    },
    restore: (path) => renameSync(released(join(folder, path)), join(folder, path)),
    start,
    triage,
    end: async () => {
      await triage('down');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const released = (path: string) => path.replace(/\.ts$/, '.released.ts');
