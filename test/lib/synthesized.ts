/** An environment's templates, synthesized with real bundles, once per test file. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describePlatform } from '../../bin/platform';
import { context } from '../../cdk.json';
import type { Configuration } from '../../core/contracts/configuration';
import { resourceNames, STACK_NAMES, type StackName } from '../../core/contracts/names';
import { readTemplate, type Template } from '../../lib/house-rules';
import { addStacks } from '../../lib/stacks';

export type Templates = Readonly<Record<StackName, Template>>;

export async function synthesized(configuration: Configuration): Promise<Templates> {
  const outdir = mkdtempSync(join(tmpdir(), 'triage-test-'));
  try {
    const app = new App({ autoSynth: false, outdir, context });
    addStacks(app, await describePlatform(configuration));
    app.synth();
    const { stack } = resourceNames(configuration.environment);
    // An environment without sagas has no stack for them.
    const read = (stage: StackName): Template => {
      const path = join(outdir, `${stack(stage)}.template.json`);
      return existsSync(path) ? readTemplate(path) : { path, resources: {}, text: '' };
    };
    return Object.fromEntries(STACK_NAMES.map((stage) => [stage, read(stage)])) as unknown as Templates;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a template's properties have as many shapes as AWS has resources
export type Properties = Readonly<Record<string, any>>;

export function resourcesOf(template: Template, type: string): Properties[] {
  return Object.values(template.resources)
    .filter((each) => each.Type === type)
    .map((each) => (each.Properties ?? {}) as Properties);
}
