/** Every port in memory, over one world. For tests, explorations and the simulator. */
import { createMemoryAcceptances } from './acceptances';
import { createMemoryClaims } from './claims';
import { createMemoryContextStore } from './context-store';
import { createMemoryControl } from './control';
import { createMemoryControllers } from './controllers';
import { createMemoryEffects } from './effects';
import { createMemoryEventBus } from './event-bus';
import { createMemoryExecutions } from './executions';
import { createMemoryIncidents } from './incidents';
import { createMemoryLaneQueue } from './lane-queue';
import { createMemoryLog } from './log';
import { createMemoryMonitorStates } from './monitor-states';
import { createMemoryOutcomeStream } from './outcome-stream';
import { createMemoryPaymentProvider, createMemoryProviderLedger } from './payment-provider';
import { createMemoryQuarantine } from './quarantine';
import { createMemoryRecords } from './records';
import { createMemorySagaControl } from './saga-control';
import { createMemoryStateStore } from './state-store';
import type { MemoryWorld } from './world';

export { endExecution } from './executions';
export * from './faults';
export * from './queues';
export * from './scaling';
export * from './world';
export {
  createMemoryAcceptances,
  createMemoryClaims,
  createMemoryContextStore,
  createMemoryControl,
  createMemoryControllers,
  createMemoryEffects,
  createMemoryEventBus,
  createMemoryExecutions,
  createMemoryIncidents,
  createMemoryLaneQueue,
  createMemoryLog,
  createMemoryMonitorStates,
  createMemoryOutcomeStream,
  createMemoryPaymentProvider,
  createMemoryProviderLedger,
  createMemoryQuarantine,
  createMemoryRecords,
  createMemorySagaControl,
  createMemoryStateStore,
};

/** One of each. */
export function createMemoryPorts({
  world,
  suspectQueue,
}: {
  readonly world: MemoryWorld;
  readonly suspectQueue?: string;
}) {
  const payments = createMemoryPaymentProvider({ world });
  const lanes = createMemoryLaneQueue({ world, ...(suspectQueue === undefined ? {} : { suspectQueue }) });
  return {
    acceptances: createMemoryAcceptances({ world }),
    records: createMemoryRecords({ world }),
    contexts: createMemoryContextStore({ world }),
    effects: createMemoryEffects({ world }),
    control: createMemoryControl({ world }),
    controllers: createMemoryControllers({ world }),
    lanes,
    /** The same, where `lanes` are their switches. */
    queues: lanes,
    bus: createMemoryEventBus({ world }),
    stream: createMemoryOutcomeStream({ world }),
    quarantine: createMemoryQuarantine({ world }),
    claims: createMemoryClaims({ world }),
    states: createMemoryStateStore({ world }),
    executions: createMemoryExecutions({ world }),
    sagaControl: createMemorySagaControl({ world }),
    incidents: createMemoryIncidents({ world }),
    monitorStates: createMemoryMonitorStates({ world }),
    payments,
    /** The books of every application's services. */
    ledgers: () => ({ payments }),
    /** Wakes nobody: whoever drives the world calls recovery. */
    wake: async () => undefined,
    log: createMemoryLog(),
  };
}
