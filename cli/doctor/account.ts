/** The account that an environment lives in: credentials, CDK bootstrap, stacks, and quotas against the configuration. */
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { stackNamesOf } from '../../core/contracts/names';
import { type Connection, connect, NothingUpError } from '../connection';
import { explained, UserError } from '../errors';
import type { Finding } from './finding';

/** The bootstrap version that the CDK's current synthesizer asks for. */
const BOOTSTRAP_VERSION = 6;
const CONCURRENCY = { ServiceCode: 'lambda', QuotaCode: 'L-B99A9384' };

export async function checkAccount(environment: string): Promise<Finding[]> {
  let connection: Connection;
  try {
    connection = await connect(environment);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // Nothing is wrong with a machine where nobody has brought it up yet.
    if (error instanceof NothingUpError)
      return [{ check: 'endpoint', state: 'note', what: error.message, remedy: error.remedy }];
    return [{ check: 'endpoint', state: 'fault', what: error.message, remedy: error.remedy }];
  }
  const where = `${connection.endpoint ?? 'AWS'}, account ${connection.account}, ${connection.region}`;
  return [
    ...account(connection, where),
    await attempt('bootstrap', connection, () => bootstrap(connection)),
    await attempt('stacks', connection, () => stacks(connection)),
    await attempt('concurrency', connection, () => concurrency(connection)),
  ];
}

function account({ configuration, account: found }: Connection, where: string): Finding[] {
  const wanted = configuration.account;
  return wanted === undefined || wanted === found
    ? [{ check: 'endpoint', state: 'ok', what: where }]
    : [
        {
          check: 'endpoint',
          state: 'fault',
          what: where,
          remedy: `The configuration says account ${wanted}: change the profile.`,
        },
      ];
}

async function attempt(check: string, connection: Connection, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    const told = explained(error, connection);
    const what = told instanceof Error ? told.message : String(told);
    return { check, state: 'fault', what, ...(told instanceof UserError ? { remedy: told.remedy } : {}) };
  }
}

async function describe({ clients }: Connection, StackName: string) {
  try {
    return (await clients.cloudFormation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
  } catch (error) {
    if (/does not exist/.test(String((error as Error).message))) return undefined;
    throw error;
  }
}

async function bootstrap(connection: Connection): Promise<Finding> {
  const stack = await describe(connection, 'CDKToolkit');
  const version = Number(stack?.Outputs?.find(({ OutputKey }) => OutputKey === 'BootstrapVersion')?.OutputValue ?? 0);
  if (version >= BOOTSTRAP_VERSION) return { check: 'bootstrap', state: 'ok', what: `version ${version}` };
  const what = stack ? `version ${version}, ${BOOTSTRAP_VERSION} is needed` : 'the account is not bootstrapped here';
  const remedy = `Run \`npx cdk bootstrap aws://${connection.account}/${connection.region}\`.`;
  return { check: 'bootstrap', state: 'fault', what, remedy };
}

async function stacks(connection: Connection): Promise<Finding> {
  const found = await Promise.all(
    stackNamesOf(connection.configuration).map(async (name) => ({
      name,
      status: (await describe(connection, connection.names.stack(name)))?.StackStatus,
    })),
  );
  const broken = found.filter(({ status }) => status !== undefined && !/^(CREATE|UPDATE)_COMPLETE$/.test(status));
  const missing = found.filter(({ status }) => status === undefined);
  const deploy = `npx cdk deploy --all -c env=${connection.environment}`;
  if (broken.length > 0)
    return {
      check: 'stacks',
      state: 'warning',
      what: broken.map(({ name, status }) => `${name}: ${status}`).join(', '),
      remedy: `Look at the stack's events, then \`${deploy}\`.`,
    };
  return missing.length > 0
    ? {
        check: 'stacks',
        state: 'note',
        what: `not deployed: ${missing.map(({ name }) => name).join(', ')}`,
        remedy: `\`${deploy}\``,
      }
    : { check: 'stacks', state: 'ok', what: `${found.length} deployed` };
}

/** What the configuration says of the account must be true, since its reserved concurrency was checked against that. */
async function concurrency({ clients, configuration, endpoint }: Connection): Promise<Finding> {
  const quota = await clients.quotas
    .send(new GetServiceQuotaCommand(CONCURRENCY))
    .then(({ Quota }) => Quota?.Value)
    .catch(() => undefined);
  const limit =
    quota ?? (await clients.lambda.send(new GetAccountSettingsCommand({}))).AccountLimit?.ConcurrentExecutions ?? 0;
  const what = `${limit} concurrent executions, the configuration counts on ${configuration.accountConcurrency}`;
  if (limit >= configuration.accountConcurrency) return { check: 'concurrency', state: 'ok', what };
  // An emulator's figure is a property of the machine, and reserves nothing.
  return endpoint !== undefined
    ? { check: 'concurrency', state: 'note', what, remedy: 'It counts on AWS only: an emulator reserves nothing.' }
    : {
        check: 'concurrency',
        state: 'fault',
        what,
        remedy:
          'Ask for more (Service Quotas, Lambda, "Concurrent executions"), or lower `accountConcurrency` and the lanes.',
      };
}
