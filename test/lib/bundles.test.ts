/** Proves that every function's bundle has what Lambda is told to call, and that none grows without being noticed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bundle,
  coordinatorEntry,
  FUNCTION_ENTRIES,
  functionEntry,
  runnerEntry,
  sagasEntry,
  stepEntry,
} from '../../lib/bundling';
import { FUNCTION_VARIABLES } from '../../scripts/bench/variables';

/** Minified, unzipped. Cold starts pay for each byte: raise it for a reason, not for a test. */
const MOST_KILOBYTES = 480;

const entries = [
  ['runner', runnerEntry(['telemetry'])],
  ['coordinator', coordinatorEntry(['booking', 'layers'])],
  ['step', stepEntry('booking')],
  ['reconciler', sagasEntry('reconciler', ['booking', 'layers'])],
  ['recovery', sagasEntry('recovery', ['booking', 'layers'])],
  ...(Object.keys(FUNCTION_ENTRIES) as (keyof typeof FUNCTION_ENTRIES)[]).map((name) => [name, functionEntry(name)]),
] as [string, string][];
const folder = mkdtempSync(join(tmpdir(), 'triage-bundles-'));
const before = { ...process.env };
beforeAll(() => {
  Object.assign(process.env, { AWS_REGION: 'us-east-1' });
});
afterAll(() => {
  process.env = before;
  rmSync(folder, { recursive: true });
});

describe.each(entries)('the bundle of %s', (name, source) => {
  const text = bundle(source, false);

  it('exports the handler that the template names', () => {
    Object.assign(process.env, FUNCTION_VARIABLES(name));
    const file = join(folder, `${name}.js`);
    writeFileSync(file, text);
    expect(require(file)).toEqual({ handler: expect.any(Function) });
  });

  it(`is at most ${MOST_KILOBYTES} KB`, () => {
    expect(Buffer.byteLength(text) / 1024).toBeLessThanOrEqual(MOST_KILOBYTES);
  });
});
