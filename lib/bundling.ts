/** Bundles of the functions by esbuild, everything inside, nothing external. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { outlineOf, type WatchedSaga } from '../core/sagas/outline';
import { type Bundled, keptBundle } from './kept-bundles';

export const ROOT = resolve(__dirname, '..');

/** Path of each platform function's module from the root; every one exports `handler`. */
export const FUNCTION_ENTRIES = {
  ingest: 'lambdas/ingestion/ingest/handler',
  publisher: 'lambdas/state/publisher/handler',
  republisher: 'lambdas/state/republisher/handler',
  'dead-letter': 'lambdas/lanes/dead-letter/handler',
  monitor: 'lambdas/monitoring/monitor/handler',
  canary: 'lambdas/monitoring/canary/handler',
  'stale-notifier': 'lambdas/state/stale-notifier/handler',
  controller: 'lambdas/scheduling/controller/handler',
  settle: 'lambdas/coordination/settle/handler',
  'provider-double': 'lambdas/coordination/provider-double/handler',
} as const;

const ENTRY = 'entry.ts';
const BUNDLES = join(ROOT, '.triage', 'bundles');
const RUNNER = 'lambdas/execution/runner/handler';
const COORDINATOR = 'lambdas/coordination/coordinator/handler';
const STEP = 'lambdas/coordination/step/handler';

/** Source of a platform function's entry. */
export function functionEntry(name: keyof typeof FUNCTION_ENTRIES): string {
  return `export { handler } from './${FUNCTION_ENTRIES[name]}';\n`;
}

/** Source of a runner's entry: the platform knows no application, so what a pool deploys is listed here, from its configuration. */
export function runnerEntry(applications: readonly string[]): string {
  return entryOf(RUNNER, applications, 'application', (names) => `[${names.join(', ')}]`);
}

/** Source of a coordinator's entry: the sagas of all applications of its pool. */
export function coordinatorEntry(applications: readonly string[]): string {
  return entryOf(COORDINATOR, applications, 'sagas', (names) => `[${names.map((each) => `...${each}`).join(', ')}]`);
}

/**
 * Source of the entry of a function that watches over every deployed saga, which may be none. It holds their outlines as data and what they
 * have agreed on outside, and of their steps no code.
 */
export function watchEntry(name: 'reconciler' | 'recovery', sagas: readonly WatchedSaga[]): string {
  const agreeing = [...new Set(sagas.filter(hasAgreements).map(({ application }) => application))];
  const watched = sagas.map((saga) => {
    const outline = JSON.stringify(outlineOf(saga));
    const agreements = `a${agreeing.indexOf(saga.application)}[${JSON.stringify(saga.name)}]`;
    return hasAgreements(saga) ? `{ ...${outline}, agreements: ${agreements} }` : outline;
  });
  return [
    `import { createHandler } from './lambdas/monitoring/${name}/handler';`,
    ...agreeing.map((each, index) => `import { agreements as a${index} } from './applications/${each}/agreements';`),
    `export const handler = createHandler([${watched.join(', ')}]);`,
    '',
  ].join('\n');
}

const hasAgreements = ({ agreements = [] }: WatchedSaga): boolean => agreements.length > 0;

/** Source of the entry of all steps of an application: which one a function is, its environment says. */
export function stepEntry(application: string): string {
  return entryOf(STEP, [application], 'sagas', ([only = '']) => only);
}

function entryOf(
  handler: string,
  applications: readonly string[],
  exported: string,
  argument: (names: readonly string[]) => string,
): string {
  for (const name of applications) {
    if (!existsSync(join(ROOT, 'applications', name, 'index.ts')))
      throw new Error(`There is no applications/${name}/index.ts. These exist: ${existingApplications().join(', ')}.`);
  }
  return [
    `import { createHandler } from './${handler}';`,
    ...applications.map((name, index) => `import { ${exported} as a${index} } from './applications/${name}/index';`),
    `export const handler = createHandler(${argument(applications.map((_, index) => `a${index}`))});`,
    '',
  ].join('\n');
}

function existingApplications(): string[] {
  return readdirSync(join(ROOT, 'applications')).filter((name) =>
    existsSync(join(ROOT, 'applications', name, 'index.ts')),
  );
}

/** The code of one entry. An asset's hash is that of its content, so the same source is the same asset on every machine. */
export interface Bundler {
  code(entrySource: string): Code;
}

/** `anew`: what earlier processes have built is not taken. */
export function createBundler(options: { readonly anew?: boolean } = {}): Bundler {
  const built = new Map<string, string>();
  const folderOf = (source: string) => {
    const known = built.get(source);
    if (known !== undefined) return known;
    const folder = keptBundle({ root: ROOT, folder: BUNDLES, name: source, anew: options.anew ?? false }, () =>
      build(source, false),
    );
    built.set(source, folder);
    return folder;
  };
  return { code: (source) => Code.fromAsset(folderOf(source)) };
}

/** Minified text of one entry. */
export const bundle = (source: string, sourceMaps: boolean): string => build(source, sourceMaps).text;

function build(source: string, sourceMaps: boolean): Bundled {
  const result = buildSync({
    stdin: { contents: source, resolveDir: ROOT, sourcefile: ENTRY, loader: 'ts' },
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'error',
    sourcemap: sourceMaps ? 'inline' : false,
    sourcesContent: false,
    alias: { '@aws-sdk/credential-provider-node': join(ROOT, 'lib/lambda-credentials.ts') },
  });
  return {
    text: result.outputFiles[0]?.text ?? '',
    inputs: Object.keys(result.metafile.inputs).filter((each) => each !== ENTRY),
  };
}
