/** Each function's bundle and cold import, against a minimal client of the services that it uses, bundled in the same way. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sagas as booking } from '../../applications/booking';
import { sagas as layers } from '../../applications/layers';
import type { FunctionKind } from '../../core/contracts/functions';
import {
  bundle,
  coordinatorEntry,
  FUNCTION_ENTRIES,
  functionEntry,
  runnerEntry,
  stepEntry,
  watchEntry,
} from '../../lib/bundling';
import { median, rounded } from './statistics';
import { FUNCTION_VARIABLES } from './variables';

/** By the service id in the client's bundled settings: constructor and one command of it. */
const MINIMAL_CLIENTS: Readonly<Record<string, readonly [module: string, client: string, command: string]>> = {
  CloudWatch: ['client-cloudwatch', 'CloudWatchClient', 'GetMetricDataCommand'],
  Lambda: ['client-lambda', 'LambdaClient', 'GetAliasCommand'],
  DynamoDB: ['client-dynamodb', 'DynamoDBClient', 'PutItemCommand'],
  'DynamoDB Streams': ['client-dynamodb-streams', 'DynamoDBStreamsClient', 'GetRecordsCommand'],
  SQS: ['client-sqs', 'SQSClient', 'SendMessageBatchCommand'],
  S3: ['client-s3', 'S3Client', 'GetObjectCommand'],
  SFN: ['client-sfn', 'SFNClient', 'DescribeExecutionCommand'],
  EventBridge: ['client-eventbridge', 'EventBridgeClient', 'PutEventsCommand'],
};
const IMPORT_ROUNDS = 15;

export interface BundleFigures {
  readonly function: string;
  readonly services: readonly string[];
  readonly bytes: number;
  readonly minimalBytes: number;
  readonly bundleRatio: number;
  readonly importMs: number;
  readonly minimalImportMs: number;
  readonly coldImportRatio: number;
}

/** Every function's entry, with this project's own applications. */
export function allEntries(): readonly (readonly [name: FunctionKind, source: string])[] {
  const ofSagas = [...booking, ...layers];
  return [
    ['runner', runnerEntry(['telemetry'])],
    ['coordinator', coordinatorEntry(['booking', 'layers'])],
    ['step', stepEntry('booking')],
    ['reconciler', watchEntry('reconciler', ofSagas)],
    ['recovery', watchEntry('recovery', ofSagas)],
    ...(Object.keys(FUNCTION_ENTRIES) as (keyof typeof FUNCTION_ENTRIES)[]).map(
      (name) => [name, functionEntry(name)] as const,
    ),
  ];
}

export function measureBundles(): BundleFigures[] {
  return allEntries().flatMap(([name, source]) => measureOne(name, bundle(source, false)) ?? []);
}

/** The services that a bundle has clients of, and its minimal client. `undefined` for one that calls none, as the canary: there is nothing to hold it against. */
export function minimalOf(own: string): { services: readonly string[]; minimal: string } | undefined {
  const services = Object.keys(MINIMAL_CLIENTS).filter((id) => own.includes(`serviceId??"${id}"`));
  return services.length === 0 ? undefined : { services, minimal: bundle(minimalSource(services), false) };
}

function measureOne(name: string, own: string): BundleFigures | undefined {
  const found = minimalOf(own);
  if (found === undefined) return undefined;
  const { services, minimal } = found;
  const times = importTimes(name, own, minimal);
  return {
    function: name,
    services,
    bytes: own.length,
    minimalBytes: minimal.length,
    bundleRatio: rounded(own.length / minimal.length),
    importMs: rounded(times.own, 1),
    minimalImportMs: rounded(times.minimal, 1),
    coldImportRatio: rounded(times.own / times.minimal),
  };
}

function minimalSource(services: readonly string[]): string {
  const parts = services.flatMap((id) => {
    const client = MINIMAL_CLIENTS[id];
    return client === undefined ? [] : [client];
  });
  return [
    ...parts.map(([module, client, command]) => `import { ${client}, ${command} } from '@aws-sdk/${module}';`),
    ...parts.map(([, client], index) => `const c${index} = new ${client}({});`),
    `export const handler = (input) => Promise.all([${parts.map(([, , command], index) => `c${index}.send(new ${command}(input))`).join(', ')}]);`,
  ].join('\n');
}

/** Each import in a process of its own, both in turn, so that a busy moment hits both. */
function importTimes(name: string, own: string, minimal: string): { own: number; minimal: number } {
  const folder = mkdtempSync(join(tmpdir(), 'triage-bench-'));
  try {
    writeFileSync(join(folder, 'own.js'), own);
    writeFileSync(join(folder, 'minimal.js'), minimal);
    const samples = { own: [] as number[], minimal: [] as number[] };
    for (let round = 0; round < IMPORT_ROUNDS; round++)
      for (const which of ['own', 'minimal'] as const)
        samples[which].push(importOnce(join(folder, `${which}.js`), name));
    return { own: median(samples.own), minimal: median(samples.minimal) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const IMPORT_SCRIPT =
  'const from = performance.now(); require(process.argv[1]); process.stdout.write(String(performance.now() - from));';

function importOnce(file: string, name: string): number {
  const env = {
    ...process.env,
    ...FUNCTION_VARIABLES(name),
    NODE_NO_WARNINGS: '1',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  };
  return Number(execFileSync(process.execPath, ['-e', IMPORT_SCRIPT, file], { env, encoding: 'utf8' }));
}
