/**
 * Wires the sweep to AWS. The entry that a synth generates calls `createHandler` with the sagas that the environment deploys; it is
 * invoked by a schedule, and what it is invoked with does not matter.
 */
import {
  createAcceptances,
  createControl,
  createIncidents,
  createLaneQueue,
  createPaymentProvider,
  createRecords,
  createSagaRuns,
  createStateReads,
  createWake,
} from '../../../adapters/aws';
import { LIVE_ALIAS, resourceNames } from '../../../core/contracts/names';
import type { LedgerReaders, WatchedSaga } from '../../../core/sagas';
import { dynamo, lambda, paymentLambda, sfn, sqs } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { type Sweep, sweep } from './core';
import { readReconcilerEnvironment } from './env';

export function createHandler(sagas: readonly WatchedSaga[]): () => Promise<Sweep> {
  const environment = readReconcilerEnvironment(process.env);
  const retentionDays = environment.LEDGER_RETENTION_DAYS;
  const recovery = resourceNames(environment.ENVIRONMENT).platformFunction('recovery');
  const ledgers = (application: string): Partial<LedgerReaders> => {
    const functionName = environment.PAYMENT_FUNCTIONS[application];
    return functionName === undefined
      ? {}
      : { payments: createPaymentProvider({ lambda: paymentLambda, functionName }) };
  };
  const ports = {
    acceptances: createAcceptances({ dynamo, table: environment.ACCEPTANCES_TABLE, retentionDays }),
    records: createRecords({ dynamo, table: environment.RECORDS_TABLE, contextTable: '', retentionDays }),
    control: createControl({ dynamo, sqs, table: environment.CONTROL_TABLE, queues: environment.LANES }),
    lanes: createLaneQueue({ sqs, lanes: environment.LANES }),
    executions: createSagaRuns({ sfn, machinePrefix: environment.MACHINE_PREFIX }),
    states: createStateReads({ dynamo, table: environment.STATES_TABLE }),
    incidents: createIncidents({
      dynamo,
      table: environment.INCIDENTS_TABLE,
      controlTable: environment.CONTROL_TABLE,
      retentionDays,
    }),
    wake: createWake({ lambda, live: `${recovery}:${LIVE_ALIAS}` }),
    ledgers,
    log: createLog({ service: 'reconciler' }),
  };
  const settings = {
    sagas,
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
  return () => sweep(ports, settings, { now: Date.now });
}
