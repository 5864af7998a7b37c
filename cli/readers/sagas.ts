/** Finds an event's saga: its instance, its executions and the ports to act on it. */
import { createClaims, createExecutions, createSagaControl, createStateStore } from '../../adapters/aws';
import { unitPools } from '../../core/contracts/configuration';
import type { Envelope } from '../../core/contracts/event';
import type { ExecutionDetail, Executions } from '../../core/ports';
import type { Saga } from '../../core/sagas';
import { nameOfRun } from '../../core/sagas/execution-name';
import { type PlannedStart, planStart } from '../../lambdas/coordination/coordinator/plan-start';
import type { Connection } from '../connection';
import { UserError } from '../errors';
import { readAcceptances } from './ledger';

export interface FoundSaga {
  readonly envelope: Envelope;
  readonly plan: PlannedStart;
}

/** The sagas that the environment deploys, as their applications export them. */
export function configuredSagas({ configuration, environment }: Connection): readonly Saga[] {
  const ofUnits = unitPools(configuration);
  const applications = configuration.applications.filter(({ pool }) => !ofUnits.includes(pool));
  if (applications.length === 0)
    throw new UserError(
      `${environment} has no sagas.`,
      'A lane with `runs: "sagas"` and an application in its pool make some.',
    );
  // Required, not imported: where the command line's TypeScript is run as it is, a native import does not see it. With its ending, so that a
  // bundle finds them all.
  const modules = applications.map(
    ({ name }) => require(`../../applications/${name}/index.ts`) as { sagas: readonly Saga[] },
  );
  return modules.flatMap(({ sagas }) => sagas);
}

export function sagaPorts({ clients, names, account, region }: Connection) {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return {
    executions: createExecutions({
      sfn: clients.sfn,
      machinePrefix: `arn:${partition}:states:${region}:${account}:stateMachine:${names.machine('')}`,
    }),
    states: createStateStore({ dynamo: clients.dynamo, table: names.statesTable }),
    control: createSagaControl({ dynamo: clients.dynamo, table: names.controlTable }),
  };
}

/** By the event's id, the ledger's key of it, or the business key; the latest generation. Throws where nothing is known of it. */
export async function findSaga(connection: Connection, what: string): Promise<FoundSaga> {
  const sagas = configuredSagas(connection);
  const types = sagas.flatMap((each) => each.types);
  const claims = createClaims({
    s3: connection.clients.s3,
    bucket: connection.names.appStoreBucket(connection.account, connection.region),
  });
  const envelopes = (await readAcceptances(connection)).flatMap((each) => each.envelopes);
  const candidates = envelopes
    .filter(({ event }) => types.includes(event.type))
    .sort((a, b) => b.generation - a.generation || b.acceptedAtMs - a.acceptedAtMs);
  const named = candidates.find(({ event, key }) => event.id === what || key === what);
  if (named !== undefined) return { envelope: named, plan: await planStart(sagas, named, claims) };
  for (const envelope of candidates) {
    const plan = await planStart(sagas, envelope, claims).catch(() => undefined);
    if (plan !== undefined && (plan.input.instance === what || plan.input.instance.endsWith(`/${what}`)))
      return { envelope, plan };
  }
  throw new UserError(
    `No event of a saga is known as ${what}.`,
    'Give an event id, its key in the ledger, or the business key; `npx triage saga list` lists executions.',
  );
}

/** All runs, the first one first. Names are made from the first one's, so nothing is searched for. */
export async function runsOf(executions: Pick<Executions, 'describe'>, plan: PlannedStart): Promise<ExecutionDetail[]> {
  const runs: ExecutionDetail[] = [];
  for (let run = 1; ; run++) {
    const found = await executions.describe(plan.saga, nameOfRun(plan.execution, run));
    if (found === undefined) return runs;
    runs.push(found);
  }
}
