/** Wires the monitor to AWS: it is invoked by log subscriptions and by a rule on executions' ends. */
import { createIncidents, createMonitorStates, createSagaRuns, createWake } from '../../../adapters/aws';
import { LIVE_ALIAS, resourceNames } from '../../../core/contracts/names';
import { dynamo, lambda, sfn } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { metricLine } from '../../runtime/metrics';
import { createMonitor, partOf, type Watched } from './core';
import { readMonitorEnvironment } from './env';

const environment = readMonitorEnvironment(process.env);
const names = resourceNames(environment.ENVIRONMENT);
const log = createLog({ service: 'monitor' });
const recovery = names.platformFunction('recovery');
const watch = createMonitor(
  {
    states: createMonitorStates({ dynamo, table: environment.CONTROL_TABLE }),
    incidents: createIncidents({
      dynamo,
      table: environment.INCIDENTS_TABLE,
      controlTable: environment.CONTROL_TABLE,
      retentionDays: environment.LEDGER_RETENTION_DAYS,
    }),
    executions: createSagaRuns({ sfn, machinePrefix: environment.MACHINE_PREFIX }),
    wake: createWake({ lambda, live: `${recovery}:${LIVE_ALIAS}` }),
    log,
  },
  {
    prefix: `${names.prefix}-`,
    deaf: [names.platformFunction('monitor'), recovery],
    canary: names.platformFunction('canary'),
    partOf: (functionName) => partOf(names, environment.LANE_NAMES, functionName),
  },
  { now: Date.now },
);

export async function handler(event: unknown): Promise<Watched> {
  const watched = await watch(event);
  writeLine(watched);
  return watched;
}

function writeLine({ diagnoses, suspicions, canaries, refused, delaysMs }: Watched): void {
  const count = (name: string, value: number) => ({ name, unit: 'Count' as const, value });
  const metrics = [
    count('diagnoses', diagnoses),
    count('suspicions', suspicions),
    count('canaries', canaries),
    count('refusedLogs', refused),
    ...(delaysMs.length === 0 ? [] : [{ name: 'diagnosisDelay', unit: 'Milliseconds' as const, value: delaysMs }]),
  ];
  const dimensions = { environment: environment.ENVIRONMENT, stage: 'monitoring' };
  const properties = { level: 'INFO', message: 'batch', service: 'monitor' };
  process.stdout.write(`${metricLine(dimensions, metrics, Date.now(), properties)}\n`);
}
