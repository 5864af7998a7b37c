/** Wires a lane's controller to AWS. Invoked by the lane's schedule; what it is invoked with does not matter. */
import { createCapacity, createControl, createControllers, createLoads } from '../../../adapters/aws';
import { LIVE_ALIAS, resourceNames } from '../../../core/contracts/names';
import { cloudWatch, dynamo, lambda, sqs } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { METRIC_NAMESPACE, metricLine } from '../../runtime/metrics';
import { parametersFor, parametersHash, type StepResult, step } from './core';
import { readControllerEnvironment } from './env';
import { summarise } from './summary';

/** A step that takes longer has been killed by its function's time-out. */
const LEASE_MS = 45_000;

const environment = readControllerEnvironment(process.env);
const { runnerFunction } = resourceNames(environment.ENVIRONMENT);
const parameters = parametersFor(environment.COST_CEILING_DOLLARS_PER_HOUR);
const log = createLog({ service: `controller-${environment.LANE}` });
const control = createControl({ dynamo, sqs, table: environment.CONTROL_TABLE, queues: environment.LANES });
const ports = {
  control,
  log,
  controllers: createControllers({
    dynamo,
    controlTable: environment.CONTROL_TABLE,
    decisionsTable: environment.DECISIONS_TABLE,
    retentionDays: environment.DECISION_RETENTION_DAYS,
  }),
  loads: createLoads({ cloudWatch, control, environment: environment.ENVIRONMENT, namespace: METRIC_NAMESPACE }),
  capacity: createCapacity({
    lambda,
    alias: LIVE_ALIAS,
    lanes: Object.fromEntries(
      Object.entries(environment.MAPPINGS).map(([lane, mappingId]) => [
        lane,
        {
          runner: runnerFunction(lane),
          mappingId,
          leastPollers: environment.LANE_TERMS.find((terms) => terms.lane === lane)?.leastPollers,
        },
      ]),
    ),
    account: {
      concurrencyLimit: environment.ACCOUNT_CONCURRENCY,
      reservedElsewhere: environment.RESERVED_ELSEWHERE,
    },
  }),
};
const settings = {
  lane: environment.LANE,
  lanes: environment.LANE_TERMS,
  parameters,
  parametersHash: parametersHash(parameters),
  leaseMs: LEASE_MS,
};

export async function handler(): Promise<StepResult['status']> {
  const result = await step(ports, settings, { now: Date.now });
  writeLine(result);
  return result.status;
}

/** The step's one line, which carries its metrics as well. */
function writeLine(result: StepResult): void {
  const { held, failedChanges } = summarise(result);
  const decided =
    result.status === 'decided'
      ? { reasons: result.decision.reasons, actions: result.decision.actions, outcome: result.decision.outcome }
      : {};
  const dimensions = { environment: environment.ENVIRONMENT, stage: 'scheduling', lane: environment.LANE };
  const metrics = [
    { name: 'held', unit: 'Count' as const, value: held },
    { name: 'failedChanges', unit: 'Count' as const, value: failedChanges },
  ];
  const properties = { level: 'INFO', message: 'step', status: result.status, ...decided };
  process.stdout.write(`${metricLine(dimensions, metrics, Date.now(), properties)}\n`);
}
