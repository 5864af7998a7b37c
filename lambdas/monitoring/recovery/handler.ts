/**
 * Wires recovery to AWS: the monitor and the reconciler wake it for single incidents, a schedule for all that is due. The entry that a synth
 * generates calls `createHandler` with the sagas that the environment deploys.
 */
import type { Context } from 'aws-lambda';
import {
  createAcceptances,
  createControl,
  createDeployments,
  createIncidents,
  createLaneQueue,
  createLaneSwitch,
  createPaymentProvider,
  createRecords,
  createSagaControl,
  createSagaRuns,
  createStateMarks,
  createStateReads,
} from '../../../adapters/aws';
import { LIVE_ALIAS, resourceNames } from '../../../core/contracts/names';
import type { LedgerReaders, WatchedSaga } from '../../../core/sagas';
import { dynamo, lambda, paymentLambda, sfn, sqs } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { metricLine } from '../../runtime/metrics';
import { perform } from './actions';
import type { RecoveryPorts } from './core';
import { readRecoveryEnvironment } from './env';
import { lookAt } from './facts';
import { DEFAULT_RECOVERY, recoverAll, type Swept, sweep } from './sweep';

/** Left for an action that has begun: its clients' time-outs and repeats. */
const RESERVE_MS = 20_000;

interface Woken {
  readonly incidents?: unknown;
}

/** What it is invoked with may name incidents, which are looked at once; a schedule names none. */
export function createHandler(sagas: readonly WatchedSaga[]): (event: Woken, context: Context) => Promise<Swept> {
  const environment = readRecoveryEnvironment(process.env);
  const ports = createPorts(environment, sagas);
  return async (event, context) => {
    const untilMs = Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
    const tools = { now: Date.now, sleep: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)), untilMs };
    const ids = Array.isArray(event?.incidents) ? event.incidents.filter((id) => typeof id === 'string') : undefined;
    const swept =
      ids === undefined
        ? await sweep(ports, DEFAULT_RECOVERY, tools)
        : await recoverAll(ports, DEFAULT_RECOVERY, ids, tools);
    writeLine(environment.ENVIRONMENT, swept);
    return swept;
  };
}

function createPorts(
  environment: ReturnType<typeof readRecoveryEnvironment>,
  sagas: readonly WatchedSaga[],
): RecoveryPorts {
  const names = resourceNames(environment.ENVIRONMENT);
  const retentionDays = environment.LEDGER_RETENTION_DAYS;
  const ledgers = (application: string): Partial<LedgerReaders> => {
    const functionName = environment.PAYMENT_FUNCTIONS[application];
    return functionName === undefined
      ? {}
      : { payments: createPaymentProvider({ lambda: paymentLambda, functionName }) };
  };
  const statesTable = { dynamo, table: environment.STATES_TABLE };
  const outside = {
    acceptances: createAcceptances({ dynamo, table: environment.ACCEPTANCES_TABLE, retentionDays }),
    records: createRecords({ dynamo, table: environment.RECORDS_TABLE, contextTable: '', retentionDays }),
    states: { ...createStateReads(statesTable), ...createStateMarks(statesTable) },
    control: createControl({ dynamo, sqs, table: environment.CONTROL_TABLE, queues: [] }),
    sagaControl: createSagaControl({ dynamo, table: environment.CONTROL_TABLE }),
    executions: createSagaRuns({ sfn, machinePrefix: environment.MACHINE_PREFIX }),
    deployments: createDeployments({ lambda, alias: LIVE_ALIAS }),
    queues: createLaneQueue({ sqs, lanes: environment.LANES }),
    lanes: createLaneSwitch({ lambda, liveOf: (lane) => `${names.runnerFunction(lane)}:${LIVE_ALIAS}` }),
  };
  const incidents = createIncidents({
    dynamo,
    table: environment.INCIDENTS_TABLE,
    controlTable: environment.CONTROL_TABLE,
    retentionDays,
  });
  const actionSettings = {
    sagaAskAfterMs: environment.SAGA_ASK_AFTER_SECONDS * 1000,
    splitTimeoutSeconds: environment.SPLIT_TIMEOUT_SECONDS,
    redrive: {
      lanes: environment.LANES.map(({ name }) => name),
      handOffBoundMs: environment.HAND_OFF_BOUND_SECONDS * 1000,
    },
  };
  return {
    incidents,
    look: (incident) => lookAt({ ...outside, incidents, ledgers, sagas }, incident, Date.now()),
    perform: (incident, action) => perform(outside, actionSettings, incident, action, Date.now()),
    log: createLog({ service: 'recovery' }),
  };
}

function writeLine(environmentName: string, swept: Swept): void {
  const count = (name: string, value: number | undefined) => ({ name, unit: 'Count' as const, value: value ?? 0 });
  const metrics = [
    count('recoveries', swept.done),
    count('failedRecoveries', swept.failed),
    count('parked', swept.parked),
    count('unrecovered', swept.error),
  ];
  const dimensions = { environment: environmentName, stage: 'monitoring' };
  const properties = { level: 'INFO', message: 'sweep', service: 'recovery', ...swept };
  process.stdout.write(`${metricLine(dimensions, metrics, Date.now(), properties)}\n`);
}
