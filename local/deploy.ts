/** `cdk synth`, `cdk bootstrap` and `cdk deploy` of all stacks against a local endpoint. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ROOT } from './session';
import { LocalError } from './venv.cjs';

const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
const APP = join(ROOT, 'bin/app.ts');
const BOOTSTRAP_STACK = 'CDKToolkit';

export interface DeployTarget {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly environment: string;
}

/** The AWS settings of a child process or a client that must reach this endpoint and nothing else. */
export function targetEnvironment(target: DeployTarget, base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...rest } = base;
  return {
    ...rest,
    AWS_ENDPOINT_URL: target.endpoint,
    AWS_REGION: target.region,
    AWS_DEFAULT_REGION: target.region,
    AWS_ACCESS_KEY_ID: base.AWS_ACCESS_KEY_ID ?? 'test',
    AWS_SECRET_ACCESS_KEY: base.AWS_SECRET_ACCESS_KEY ?? 'test',
    CDK_DISABLE_LEGACY_EXPORT_WARNING: '1',
    // What is done locally is told to nobody.
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NODE_NO_WARNINGS: '1',
  };
}

/** Folder of the synthesized assembly; one per endpoint, since two sessions may deploy at once. */
export function assemblyFolder(target: DeployTarget): string {
  return join(ROOT, '.triage', `cdk.out-${new URL(target.endpoint).port || 'default'}`);
}

/**
 * The app by itself, as the CDK's command line would run it: that saves loading the command line. The rule packs are left out, since
 * they take half of the time and `npm run verify` checks the same templates.
 */
export async function synthesize(target: DeployTarget, signal?: AbortSignal): Promise<string> {
  const folder = assemblyFolder(target);
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  const settings = {
    CDK_OUTDIR: folder,
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, env: target.environment }),
    CDK_VALIDATION: 'false',
  };
  await node('synth', ['--import', 'tsx', APP], { ...targetEnvironment(target), ...settings }, signal);
  return folder;
}

export async function bootstrap(target: DeployTarget, signal?: AbortSignal): Promise<void> {
  if (await stackExists(target, BOOTSTRAP_STACK)) return;
  // From a folder without cdk.json: where there is an app, the command line synthesizes it even if the environment is named.
  const folder = mkdtempSync(join(tmpdir(), 'triage-bootstrap-'));
  try {
    const args = ['bootstrap', `aws://${target.account}/${target.region}`, '--no-color', '--no-notices'];
    await cdk(args, target, signal, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Deploys what was synthesized. Stacks that do not depend on one another are deployed side by side. */
export async function deployAssembly(target: DeployTarget, folder: string, signal?: AbortSignal): Promise<void> {
  await cdk(
    [
      'deploy',
      '--all',
      '--app',
      folder,
      '--method=direct',
      '--require-approval=never',
      '--concurrency=4',
      '--asset-parallelism',
      '--progress=events',
      '--no-color',
      '--no-notices',
    ],
    target,
    signal,
  );
}

async function stackExists(target: DeployTarget, name: string): Promise<boolean> {
  const client = new CloudFormationClient({
    endpoint: target.endpoint,
    region: target.region,
    credentials: {
      accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? 'test',
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? 'test',
    },
  });
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks.some((stack) => stack.StackStatus?.endsWith('_COMPLETE') && !stack.StackStatus.startsWith('DELETE'));
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError') return false;
    throw error;
  } finally {
    client.destroy();
  }
}

const cdk = (args: readonly string[], target: DeployTarget, signal?: AbortSignal, folder = ROOT): Promise<void> =>
  node(args[0] ?? '', [CDK, ...args], targetEnvironment(target), signal, folder);

function node(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
  cwd = ROOT,
): Promise<void> {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], signal });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(explainDeploy(command, said))));
  });
}

/** The CDK's output, shortened to what tells a person what to do. */
export function explainDeploy(command: string, said: string): LocalError {
  if (/ENOSPC|No space left/.test(said)) return new LocalError('The disk is full.', 'Free some space and try again.');
  if (/ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|socket hang up/.test(said))
    return new LocalError(
      `The endpoint did not answer during cdk ${command}.`,
      'Check that it is up (`npx triage doctor`) and that AWS_ENDPOINT_URL names it.',
    );
  return new LocalError(`cdk ${command} failed:\n${said.trim().slice(-3000)}`, 'Repair that and try again.');
}
