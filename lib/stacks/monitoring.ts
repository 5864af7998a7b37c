/** The reconciler: once a minute it compares what was accepted with what has an outcome. */
import type { Construct } from 'constructs';
import { functionEntry } from '../bundling';
import { PlatformFunction } from '../constructs/platform-function';
import { failureQueue } from '../constructs/queue-pair';
import { scheduleEvery } from '../constructs/schedule';
import { reconcilerPermissions } from '../permissions';
import { lanePatienceSeconds, laneRoutes, type Platform, PlatformStack, sagaAskAfterSeconds } from '../platform-stack';

export class MonitoringStack extends PlatformStack {
  constructor(scope: Construct, platform: Platform) {
    super(scope, platform, 'monitoring', 'Triage: the reconciler and its schedule');
    const deadLetterQueue = failureQueue(this, 'ReconcilerDeadLetters', {
      stack: this,
      queueName: this.names.reconcilerDeadLetterQueue,
    });
    const { configuration, names } = this;
    const reconciler = new PlatformFunction(this, 'Reconciler', {
      stack: this,
      kind: 'reconciler',
      functionName: names.platformFunction('reconciler'),
      description: 'Closes acceptances, sends again what was lost, and ends what is out of budget',
      code: this.bundler.code(functionEntry('reconciler')),
      timeoutSeconds: 50,
      memoryMegabytes: 512,
      deadLetterQueue,
      environment: {
        ENVIRONMENT: configuration.environment,
        ACCEPTANCES_TABLE: names.acceptancesTable,
        RECORDS_TABLE: names.recordsTable,
        CONTROL_TABLE: names.controlTable,
        LANES: laneRoutes(this, configuration.lanes),
        LANE_PATIENCE_SECONDS: JSON.stringify(
          Object.fromEntries(
            configuration.lanes.map((lane) => [lane.name, lanePatienceSeconds(lane, this.lanesOf(lane.pool))]),
          ),
        ),
        POOL_BY_WAY: JSON.stringify(Object.fromEntries(configuration.sources.map(({ name, pool }) => [name, pool]))),
        DEFAULT_CLASS: configuration.defaultClass,
        HAND_OFF_BOUND_SECONDS: String(configuration.reconciler.handOffBoundSeconds),
        PARALLEL_ACCEPTANCES: String(configuration.reconciler.parallelAcceptances),
        MACHINE_PREFIX: this.machinePrefix,
        SAGA_ASK_AFTER_SECONDS: String(sagaAskAfterSeconds(configuration)),
        RESEND_BUDGET: String(configuration.reconciler.resendBudget),
        LEDGER_RETENTION_DAYS: String(configuration.retention.ledgerDays),
      },
      permissions: reconcilerPermissions(this),
    });
    scheduleEvery(this, {
      stack: this,
      scheduleName: `${names.prefix}-reconciler`,
      description: 'Sweeps the open acceptances',
      // Where a sweep is wanted more often than each minute, something else drives it besides.
      everyMinutes: Math.max(1, Math.round(configuration.reconciler.everySeconds / 60)),
      targetArn: reconciler.live.functionArn,
      deadLetterQueueArn: deadLetterQueue.queueArn,
      retries: 2,
      maximumAgeSeconds: 120,
    });
  }
}
