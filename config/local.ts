/**
 * The laptop: the same stacks on an embedded emulator. Time-outs are short so that a killed worker's message is back within
 * seconds, and concurrency is low since two cores do all the work.
 */
import type { Configuration, LaneConfiguration } from '../core/contracts/configuration';
import { applications, classes, rules, sources } from './shared';

const lane = {
  pool: 'main',
  runs: 'units',
  ordered: false,
  batchSize: 10,
  batchWindowSeconds: 0,
  parallelRecords: 3,
  timeoutSeconds: 2,
  memoryMegabytes: 256,
  reserved: false,
  maxReceiveCount: 6,
  warmFloor: 0,
  warmCeiling: 10,
} satisfies Partial<LaneConfiguration>;

export const local: Configuration = {
  environment: 'local',
  without: ['archive', 'bus-policy', 'composite-alarms', 'metric-math'],
  classes,
  defaultClass: 'normal',
  lanes: [
    {
      ...lane,
      name: 'critical',
      priorityClass: 'critical',
      weight: 8,
      parallelRecords: 10,
      objectiveSeconds: 2,
      maximumConcurrency: 5,
      admissionBound: 50_000,
    },
    {
      ...lane,
      name: 'high',
      priorityClass: 'high',
      weight: 4,
      parallelRecords: 5,
      objectiveSeconds: 4,
      maximumConcurrency: 3,
      admissionBound: 50_000,
    },
    {
      ...lane,
      name: 'normal',
      priorityClass: 'normal',
      weight: 2,
      objectiveSeconds: 8,
      maximumConcurrency: 3,
      admissionBound: 100_000,
    },
    {
      ...lane,
      name: 'bulk',
      priorityClass: 'bulk',
      weight: 1,
      // The endpoint answers nearly one request at a time: what bulk asks at once, the others wait for.
      parallelRecords: 1,
      objectiveSeconds: 10,
      maximumConcurrency: 2,
      admissionBound: 100_000,
    },
    {
      ...lane,
      name: 'ordered',
      priorityClass: 'normal',
      ordered: true,
      batchSize: 1,
      weight: 2,
      objectiveSeconds: 8,
      maximumConcurrency: 4,
      admissionBound: 50_000,
    },
  ],
  sources,
  rules,
  applications,
  coordination: null,
  ingestion: {
    timeoutSeconds: 5,
    memoryMegabytes: 256,
    expressMaximumConcurrency: 2,
    standardMaximumConcurrency: 2,
    // Two cores are behind in every burst, and whoever tries Triage wants to see each event's outcome.
    shedAboveShareOfObjective: null,
  },
  publisher: { parallelOutcomes: 3 },
  reconciler: { parallelAcceptances: 4, handOffBoundSeconds: 5, resendBudget: 5, everySeconds: 5 },
  scheduling: { costCeilingDollarsPerHour: null },
  retention: {
    ledgerDays: 15,
    logDays: 1,
    decisionDays: 1,
    quarantineDays: 7,
    archiveDays: 7,
    queueDays: 4,
    streamHours: 24,
  },
  removal: 'destroy',
  deletionProtection: false,
  pointInTimeRecovery: false,
  accountConcurrency: 1000,
  alarmEmails: [],
  tags: { project: 'triage', environment: 'local' },
};
