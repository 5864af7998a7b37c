/** From an environment's name to an app: configuration, the applications' types, the stacks, the rules. */
import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { loadConfiguration } from '../config';
import { type Configuration, unitPools } from '../core/contracts/configuration';
import { compileIntakePatterns } from '../core/policies/compile-pattern';
import type { Application } from '../core/units/definitions';
import { createBundler } from '../lib/bundling';
import { HouseRules } from '../lib/house-rules';
import type { Platform } from '../lib/platform-stack';
import { addStacks } from '../lib/stacks';
import { loadSagas } from './sagas';

/** What the stacks are made from. Applications are found by the folder names in the configuration. */
export async function describePlatform(
  configuration: Configuration,
  options: { readonly bundleAnew?: boolean } = {},
): Promise<Platform> {
  const ofUnits = unitPools(configuration);
  const [applications, sagas] = await Promise.all([
    Promise.all(
      configuration.applications.filter(({ pool }) => ofUnits.includes(pool)).map(({ name }) => loadApplication(name)),
    ),
    loadSagas(configuration),
  ]);
  const types = [
    ...applications.flatMap((each) => each.chains.flatMap((chain) => chain.on)),
    ...sagas.flatMap((each) => each.types),
  ];
  const intakePatterns = Object.fromEntries(
    configuration.sources.flatMap((source) =>
      source.kind === 'eventbridge'
        ? [[source.name, plain(compileIntakePatterns(configuration.rules, configuration.classes, source))]]
        : [],
    ),
  );
  return {
    configuration,
    intakePatterns,
    reactedTypes: [...new Set(types)].sort(),
    sagas,
    bundler: createBundler({ anew: options.bundleAnew ?? false }),
  };
}

/**
 * An app with all stacks of one environment, checked by the rule packs and by the house's own rules, unless the CDK's own switch
 * for validation is off: the local deploy does that, and `npm run verify` never.
 */
export async function createApp(environment: string, props: AppProps = {}): Promise<App> {
  return createAppFor(loadConfiguration(environment), props);
}

export async function createAppFor(configuration: Configuration, props: AppProps = {}): Promise<App> {
  const app = new App({ autoSynth: false, ...props });
  const bundleAnew = app.node.tryGetContext('bundles') === 'anew';
  addStacks(app, await describePlatform(configuration, { bundleAnew }));
  if (process.env.CDK_VALIDATION === 'false') return app;
  Validations.of(app).addPlugins(
    new AwsSolutionsChecks(app, { verbose: true }),
    new ServerlessChecks(app, { verbose: true }),
    new HouseRules(configuration),
  );
  return app;
}

async function loadApplication(name: string): Promise<Application> {
  const module: { application?: Application } = await import(`../applications/${name}/index`);
  if (module.application === undefined) throw new Error(`applications/${name}/index.ts does not export "application".`);
  return module.application;
}

/** Patterns as plain data. */
const plain = <T>(value: T): Platform['intakePatterns'][string] => JSON.parse(JSON.stringify(value));
