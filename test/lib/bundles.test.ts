/** Proves that every function's bundle has what Lambda is told to call, and that none grows without being noticed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sagas as booking } from '../../applications/booking';
import { sagas as layers } from '../../applications/layers';
import {
  bundle,
  coordinatorEntry,
  FUNCTION_ENTRIES,
  functionEntry,
  runnerEntry,
  stepEntry,
  watchEntry,
} from '../../lib/bundling';
import { FUNCTION_VARIABLES } from '../../scripts/bench/variables';

/** Minified, unzipped. Cold starts pay for each byte: raise it for a reason, not for a test. */
const MOST_KILOBYTES = 480;

const sagas = [...booking, ...layers];
const entries = [
  ['runner', runnerEntry(['telemetry'])],
  ['coordinator', coordinatorEntry(['booking', 'layers'])],
  ['step', stepEntry('booking')],
  ['reconciler', watchEntry('reconciler', sagas)],
  ['recovery', watchEntry('recovery', sagas)],
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

/** Paths of what is in a bundle, for its source map names what has left text in it. */
const sourcesOf = (source: string): string[] => {
  const [, map = ''] = /sourceMappingURL=data:application\/json;base64,(\S+)/.exec(bundle(source, true)) ?? [];
  return (JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] }).sources;
};

describe('an entry that watches over sagas', () => {
  const paid = { step: 'pay', ledger: 'payments' as const, whenDone: () => true, whenUndone: () => true };
  const steps = [
    { name: 'pay', mayEnd: true, uses: ['payments'] },
    { name: 'refund', mayEnd: false, compensates: 'pay', uses: [] },
  ];

  it('has of each its outline as data, and the agreements of those that have some', () => {
    const sale = { name: 'sale', application: 'shop', timeoutSeconds: 60, steps };
    const rental = { name: 'rental', application: 'bikes', timeoutSeconds: 60, steps, agreements: [paid] };
    expect(watchEntry('recovery', [sale, rental]).split('\n')).toEqual([
      "import { createHandler } from './lambdas/monitoring/recovery/handler';",
      "import { agreements as a0 } from './applications/bikes/agreements';",
      'export const handler = createHandler([' +
        '{"name":"sale","application":"shop","timeoutSeconds":60,' +
        '"steps":[{"name":"pay","mayEnd":true},{"name":"refund","mayEnd":false,"compensates":"pay"}]}, ' +
        '{ ...{"name":"rental","application":"bikes","timeoutSeconds":60,' +
        '"steps":[{"name":"pay","mayEnd":true},{"name":"refund","mayEnd":false,"compensates":"pay"}]}, ' +
        'agreements: a0["rental"] }]);',
      '',
    ]);
  });

  it.each(['reconciler', 'recovery'] as const)('puts agreements into the bundle of %s, and no step', (name) => {
    const ofSagas = (source: string) => sourcesOf(source).filter((path) => /applications\/|sagas\/define/.test(path));
    expect(ofSagas(watchEntry(name, sagas))).toEqual([expect.stringContaining('applications/booking/agreements.ts')]);
    expect(ofSagas(stepEntry('booking'))).toContainEqual(expect.stringContaining('applications/booking/steps.ts'));
  });
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
