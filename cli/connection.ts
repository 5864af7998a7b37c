/** Where an environment lives, and the clients to talk to it: the local session, the endpoint that is set, or AWS. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ENVIRONMENT_NAMES, loadConfiguration } from '../config';
import type { Configuration } from '../core/contracts/configuration';
import { type ResourceNames, resourceNames } from '../core/contracts/names';
import { readSession } from '../local/session';
import { explained, UserError } from './errors';

export interface Connection {
  readonly environment: string;
  readonly configuration: Configuration;
  readonly names: ResourceNames;
  /** Left out for AWS. */
  readonly endpoint?: string;
  readonly region: string;
  readonly account: string;
  readonly clients: Clients;
}
export type Clients = ReturnType<typeof createClients>;

export class NothingUpError extends UserError {
  constructor() {
    super(
      'No local environment is up.',
      'Bring it up with `npx triage up` (or `npm start` for the demo), or set AWS_ENDPOINT_URL.',
    );
  }
}

export interface Target {
  readonly endpoint?: string;
  readonly region: string;
  readonly account?: string;
}

export async function connect(environment: string): Promise<Connection> {
  const configuration = configurationOf(environment);
  const target = targetOf(configuration, process.env);
  const clients = createClients(target);
  const account = target.account ?? (await accountOf(clients.sts, environment, target.endpoint));
  const { endpoint, region } = target;
  return {
    environment,
    configuration,
    names: resourceNames(environment),
    ...(endpoint === undefined ? {} : { endpoint }),
    region,
    account,
    clients,
  };
}

export function configurationOf(environment: string): Configuration {
  if (!ENVIRONMENT_NAMES.includes(environment))
    throw new UserError(`There is no environment "${environment}".`, `These exist: ${ENVIRONMENT_NAMES.join(', ')}.`);
  return loadConfiguration(environment);
}

/** `AWS_ENDPOINT_URL` counts before the local session; only the environment `local` must have one of the two. */
export function targetOf(configuration: Configuration, env: NodeJS.ProcessEnv, session = readSession()): Target {
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? configuration.region;
  const account = configuration.account === undefined ? {} : { account: configuration.account };
  if (env.AWS_ENDPOINT_URL && !URL.canParse(env.AWS_ENDPOINT_URL))
    throw new UserError(
      `AWS_ENDPOINT_URL is "${env.AWS_ENDPOINT_URL}", which is not a URL.`,
      'Set it to one such as http://127.0.0.1:4566, or unset it.',
    );
  if (env.AWS_ENDPOINT_URL) return { endpoint: env.AWS_ENDPOINT_URL, region: region ?? 'us-east-1', ...account };
  if (session?.environment === configuration.environment)
    return { endpoint: session.endpoint, region: session.region, account: session.account };
  if (configuration.environment === 'local') throw new NothingUpError();
  if (!region)
    throw new UserError('No region is set.', "Set AWS_REGION, or `region` in the environment's configuration.");
  return { region, ...account };
}

function createClients({ endpoint, region }: Target) {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: 3_000,
    requestTimeout: 20_000,
    throwOnRequestTimeout: true,
  });
  // An emulator takes any key, but the SDK does not send a request without one.
  const stranger = endpoint !== undefined && !process.env.AWS_ACCESS_KEY_ID && !process.env.AWS_PROFILE;
  const common = {
    region,
    requestHandler,
    maxAttempts: 5,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(stranger ? { credentials: { accessKeyId: 'test', secretAccessKey: 'test' } } : {}),
  };
  return {
    cloudFormation: new CloudFormationClient(common),
    dynamo: new DynamoDBClient(common),
    eventBridge: new EventBridgeClient(common),
    kinesis: new KinesisClient(common),
    lambda: new LambdaClient(common),
    quotas: new ServiceQuotasClient(common),
    s3: new S3Client({ ...common, forcePathStyle: endpoint !== undefined }),
    sfn: new SFNClient(common),
    sqs: new SQSClient({ ...common, useQueueUrlAsEndpoint: endpoint === undefined }),
    sts: new STSClient(common),
  };
}

async function accountOf(sts: STSClient, environment: string, endpoint: string | undefined): Promise<string> {
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    if (Account) return Account;
  } catch (error) {
    throw explained(error, { environment, endpoint });
  }
  throw new UserError('The endpoint does not say which account this is.', 'Set `account` in the configuration.');
}
