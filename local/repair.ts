/**
 * What the embedded emulator's CloudFormation takes and then drops, set through the services' own APIs after a deploy.
 * Read from the synthesized templates, so that nothing is configured twice. On an endpoint that drops nothing it changes nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeTimeToLiveCommand, DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import {
  LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { DeployTarget } from './deploy';

export type Repair =
  | { readonly kind: 'reserved-concurrency'; readonly functionName: string; readonly executions: number }
  | { readonly kind: 'dead-letter'; readonly functionName: string; readonly targetArn: string }
  | { readonly kind: 'ttl'; readonly tableName: string; readonly attribute: string };

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
}

/** What is to be set for one template. Names are explicit in our stacks; a resource without one is left alone. */
export function plannedRepairs(template: Template, target: Pick<DeployTarget, 'region' | 'account'>): Repair[] {
  const resources = template.Resources ?? {};
  const text = (value: unknown) => resolve(value, resources, target);
  return Object.values(resources).flatMap(({ Type, Properties = {} }): Repair[] => {
    if (Type === 'AWS::Lambda::Function') return functionRepairs(Properties, text);
    if (Type === 'AWS::DynamoDB::Table') return tableRepairs(Properties, text);
    return [];
  });
}

type Text = (value: unknown) => string | undefined;

function functionRepairs(properties: Readonly<Record<string, unknown>>, text: Text): Repair[] {
  const functionName = text(properties.FunctionName);
  if (functionName === undefined) return [];
  const repairs: Repair[] = [];
  const executions = properties.ReservedConcurrentExecutions;
  if (typeof executions === 'number') repairs.push({ kind: 'reserved-concurrency', functionName, executions });
  const targetArn = text((properties.DeadLetterConfig as { TargetArn?: unknown } | undefined)?.TargetArn);
  if (targetArn !== undefined) repairs.push({ kind: 'dead-letter', functionName, targetArn });
  return repairs;
}

function tableRepairs(properties: Readonly<Record<string, unknown>>, text: Text): Repair[] {
  const tableName = text(properties.TableName);
  const ttl = properties.TimeToLiveSpecification as { AttributeName?: string; Enabled?: boolean } | undefined;
  if (tableName === undefined || ttl?.AttributeName === undefined || ttl.Enabled === false) return [];
  return [{ kind: 'ttl', tableName, attribute: ttl.AttributeName }];
}

/** The intrinsic functions that our names and queue ARNs are made of; undefined for any other. */
function resolve(
  value: unknown,
  resources: Readonly<Record<string, Resource>>,
  target: Pick<DeployTarget, 'region' | 'account'>,
): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { Ref: reference, 'Fn::Join': join, 'Fn::GetAtt': attribute } = value as Record<string, unknown>;
  if (typeof reference === 'string')
    return { 'AWS::Region': target.region, 'AWS::AccountId': target.account, 'AWS::Partition': 'aws' }[reference];
  if (Array.isArray(join)) {
    const parts = (join[1] as unknown[]).map((part) => resolve(part, resources, target));
    return parts.includes(undefined) ? undefined : parts.join(String(join[0]));
  }
  if (Array.isArray(attribute) && attribute[1] === 'Arn') {
    const queue = resources[String(attribute[0])];
    const name =
      queue?.Type === 'AWS::SQS::Queue' ? resolve(queue.Properties?.QueueName, resources, target) : undefined;
    return name === undefined ? undefined : `arn:aws:sqs:${target.region}:${target.account}:${name}`;
  }
  return undefined;
}

/** Applies the repairs of every template of an assembly. Answers with how many there were. */
export async function repairAfterDeploy(target: DeployTarget, assembly: string): Promise<number> {
  const templates = readdirSync(assembly).filter((name) => name.endsWith('.template.json'));
  const repairs = templates.flatMap((name) =>
    plannedRepairs(JSON.parse(readFileSync(join(assembly, name), 'utf8')) as Template, target),
  );
  const client = {
    endpoint: target.endpoint,
    region: target.region,
    credentials: {
      accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? 'test',
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? 'test',
    },
  };
  const lambda = new LambdaClient(client);
  const dynamo = new DynamoDBClient(client);
  try {
    await Promise.all(repairs.map((repair) => apply(repair, lambda, dynamo)));
  } finally {
    lambda.destroy();
    dynamo.destroy();
  }
  return repairs.length;
}

async function apply(repair: Repair, lambda: LambdaClient, dynamo: DynamoDBClient): Promise<void> {
  if (repair.kind === 'reserved-concurrency') {
    const { functionName: FunctionName, executions: ReservedConcurrentExecutions } = repair;
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
  } else if (repair.kind === 'dead-letter') {
    const { functionName: FunctionName, targetArn: TargetArn } = repair;
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, DeadLetterConfig: { TargetArn } }));
  } else {
    await enableTtl(dynamo, repair.tableName, repair.attribute);
  }
}

/** AWS refuses to enable it twice. */
async function enableTtl(dynamo: DynamoDBClient, TableName: string, AttributeName: string): Promise<void> {
  const { TimeToLiveDescription: now } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
  if (now?.TimeToLiveStatus === 'ENABLED' || now?.TimeToLiveStatus === 'ENABLING') return;
  const TimeToLiveSpecification = { AttributeName, Enabled: true };
  await dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
}
