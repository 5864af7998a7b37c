/** Proves that every function's bundle has what Lambda is told to call, and that none grows without being noticed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sagas } from '../../applications/booking';
import { FUNCTION_ENVIRONMENTS } from '../../core/contracts/functions';
import { bundle, stepEntry, watchEntry } from '../../lib/bundling';
import { allEntries, minimalOf } from '../../scripts/bench/bundles';
import { FUNCTION_VARIABLES } from '../../scripts/bench/variables';

/** Minified, unzipped, of a client and one command of each service that it uses. Cold starts pay for each byte: raise it for a reason, not for a test. */
const MOST_RATIO = 1.25;
/** Of a function that uses none. */
const MOST_BYTES = 10_000;

/** With a word's boundary in them, so that nothing else is called so. */
const VARIABLES = [
  ...new Set(Object.values(FUNCTION_ENVIRONMENTS).flatMap(({ entries }) => Object.keys(entries))),
].filter((each) => each.includes('_'));
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

describe.each(allEntries())('the bundle of %s', (name, source) => {
  const text = bundle(source, false);

  it('exports the handler that the template names', () => {
    Object.assign(process.env, FUNCTION_VARIABLES(name));
    const file = join(folder, `${name}.js`);
    writeFileSync(file, text);
    expect(require(file)).toEqual({ handler: expect.any(Function) });
  });

  it('holds no other function’s environment', () => {
    const own = Object.keys(FUNCTION_ENVIRONMENTS[name].entries);
    const foreign = VARIABLES.filter((each) => !own.includes(each) && new RegExp(`\\b${each}:`).test(text));
    expect(foreign).toEqual([]);
    expect(text).toContain('ENVIRONMENT:');
  });

  it(`is at most ${MOST_RATIO} times the client that it needs`, () => {
    const { minimal } = minimalOf(text) ?? {};
    expect(text.length).toBeLessThanOrEqual(minimal === undefined ? MOST_BYTES : MOST_RATIO * minimal.length);
  });
});
