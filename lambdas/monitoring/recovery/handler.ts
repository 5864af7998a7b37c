/** Wires recovery to AWS: the monitor wakes it for single incidents, a schedule for all that is due. */
import type { Context } from 'aws-lambda';
import {
  createAcceptances,
  createControl,
  createDeployments,
  createExecutions,
  createIncidents,
  createLaneSwitch,
  createRecords,
  createSagaControl,
  createStateStore,
} from '../../../adapters/aws';
import { LIVE_ALIAS, resourceNames } from '../../../core/contracts/names';
import { dynamo, lambda, sfn, sqs } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { metricLine } from '../../runtime/metrics';
import { perform } from './actions';
import type { RecoveryPorts } from './core';
import { readRecoveryEnvironment } from './env';
import { lookAt } from './facts';
import { DEFAULT_RECOVERY, recoverAll, type Swept, sweep } from './sweep';

const environment = readRecoveryEnvironment(process.env);
const names = resourceNames(environment.ENVIRONMENT);
const retentionDays = environment.LEDGER_RETENTION_DAYS;
const outside = {
  acceptances: createAcceptances({ dynamo, table: environment.ACCEPTANCES_TABLE, retentionDays }),
  records: createRecords({ dynamo, table: environment.RECORDS_TABLE, contextTable: '', retentionDays }),
  states: createStateStore({ dynamo, table: environment.STATES_TABLE }),
  control: createControl({ dynamo, sqs, table: environment.CONTROL_TABLE, queues: [] }),
  sagaControl: createSagaControl({ dynamo, table: environment.CONTROL_TABLE }),
  executions: createExecutions({ sfn, machinePrefix: environment.MACHINE_PREFIX }),
  deployments: createDeployments({ lambda, alias: LIVE_ALIAS }),
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
};
const ports: RecoveryPorts = {
  incidents,
  look: (incident) => lookAt({ ...outside, incidents }, incident),
  perform: (incident, action) => perform(outside, actionSettings, incident, action, Date.now()),
  log: createLog({ service: 'recovery' }),
};

/** Left for an action that has begun: its clients' time-outs and repeats. */
const RESERVE_MS = 20_000;

/** What is named is looked at once; a schedule names nothing. */
export async function handler(event: { readonly incidents?: unknown }, context: Context): Promise<Swept> {
  const untilMs = Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const tools = { now: Date.now, sleep: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)), untilMs };
  const ids = Array.isArray(event?.incidents) ? event.incidents.filter((id) => typeof id === 'string') : undefined;
  const swept =
    ids === undefined
      ? await sweep(ports, DEFAULT_RECOVERY, tools)
      : await recoverAll(ports, DEFAULT_RECOVERY, ids, tools);
  writeLine(swept);
  return swept;
}

function writeLine(swept: Swept): void {
  const count = (name: string, value: number | undefined) => ({ name, unit: 'Count' as const, value: value ?? 0 });
  const metrics = [
    count('recoveries', swept.done),
    count('failedRecoveries', swept.failed),
    count('parked', swept.parked),
    count('unrecovered', swept.error),
  ];
  const dimensions = { environment: environment.ENVIRONMENT, stage: 'monitoring' };
  const properties = { level: 'INFO', message: 'sweep', service: 'recovery', ...swept };
  process.stdout.write(`${metricLine(dimensions, metrics, Date.now(), properties)}\n`);
}
