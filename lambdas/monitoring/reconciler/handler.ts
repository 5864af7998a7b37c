/** Wires the sweep to AWS. Invoked by a schedule; what it is invoked with does not matter. */
import {
  createAcceptances,
  createControl,
  createExecutions,
  createLaneQueue,
  createRecords,
} from '../../../adapters/aws';
import { dynamo, sfn, sqs } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { type Sweep, sweep } from './core';
import { readReconcilerEnvironment } from './env';

const environment = readReconcilerEnvironment(process.env);
const retentionDays = environment.LEDGER_RETENTION_DAYS;
const ports = {
  acceptances: createAcceptances({ dynamo, table: environment.ACCEPTANCES_TABLE, retentionDays }),
  records: createRecords({ dynamo, table: environment.RECORDS_TABLE, contextTable: '', retentionDays }),
  control: createControl({ dynamo, sqs, table: environment.CONTROL_TABLE, queues: environment.LANES }),
  lanes: createLaneQueue({ sqs, lanes: environment.LANES }),
  executions: createExecutions({ sfn, machinePrefix: environment.MACHINE_PREFIX }),
  log: createLog({ service: 'reconciler' }),
};
const settings = {
  handOffBoundMs: environment.HAND_OFF_BOUND_SECONDS * 1000,
  resendBudget: environment.RESEND_BUDGET,
  sagaAskAfterMs: environment.SAGA_ASK_AFTER_SECONDS * 1000,
  parallelAcceptances: environment.PARALLEL_ACCEPTANCES,
  succession: {
    lanes: environment.LANES,
    poolByWay: environment.POOL_BY_WAY,
    defaultClass: environment.DEFAULT_CLASS,
  },
  lanePatienceMs: Object.fromEntries(
    Object.entries(environment.LANE_PATIENCE_SECONDS).map(([lane, seconds]) => [lane, seconds * 1000]),
  ),
};

export const handler = (): Promise<Sweep> => sweep(ports, settings, { now: Date.now });
