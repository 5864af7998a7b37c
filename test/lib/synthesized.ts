/** An environment's templates. What is in the bundles is proved by bundles.test.ts and by `npm run synth`; here an entry stands for its bundle. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { describePlatform } from '../../bin/platform';
import { context } from '../../cdk.json';
import type { Configuration } from '../../core/contracts/configuration';
import { resourceNames, STACK_NAMES, type StackName } from '../../core/contracts/names';
import type { Bundler } from '../../lib/bundling';
import { readTemplate, type Template } from '../../lib/house-rules';
import { addStacks } from '../../lib/stacks';

export type Templates = Readonly<Record<StackName, Template>>;

export async function synthesized(configuration: Configuration): Promise<Templates> {
  const outdir = mkdtempSync(join(tmpdir(), 'triage-test-'));
  try {
    // Validation takes half of the time, and `npm run synth` validates the same templates.
    const app = new App({ autoSynth: false, outdir, context, builtinCloudFormationValidation: false });
    addStacks(app, { ...(await describePlatform(configuration)), bundler: unbundled(join(outdir, 'entries')) });
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

/** An asset of its own per entry, as with bundles, in a hundredth of the time. */
function unbundled(parent: string): Bundler {
  return {
    code: (source) => {
      const folder = join(parent, createHash('sha256').update(source).digest('hex').slice(0, 32));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'index.js'), source);
      return Code.fromAsset(folder);
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a template's properties have as many shapes as AWS has resources
export type Properties = Readonly<Record<string, any>>;

export function resourcesOf(template: Template, type: string): Properties[] {
  return Object.values(template.resources)
    .filter((each) => each.Type === type)
    .map((each) => (each.Properties ?? {}) as Properties);
}
