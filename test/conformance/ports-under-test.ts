/** What an implementation gives to the suites. */
import type { LaneMessage } from '../../core/contracts/event';
import type { StreamRange } from '../../core/contracts/stream-failure';
import type {
  Acceptances,
  Claims,
  ContextStore,
  Control,
  Controllers,
  Effects,
  EventBus,
  Executions,
  Incidents,
  LaneQueue,
  MonitorStates,
  OutcomeStream,
  Quarantine,
  Records,
  SagaControl,
} from '../../core/ports';

export interface ReceivedForTest {
  readonly body: LaneMessage;
  readonly receiptHandle: string;
}

/** One implementation of every port, with what a test needs to look behind it. */
export interface PortsUnderTest {
  readonly acceptances: Acceptances;
  readonly records: Records;
  readonly contexts: ContextStore;
  readonly effects: Effects;
  readonly control: Control;
  readonly controllers: Controllers;
  readonly incidents: Incidents;
  readonly monitorStates: MonitorStates;
  readonly lanes: LaneQueue;
  readonly bus: EventBus;
  readonly stream: OutcomeStream;
  readonly quarantine: Quarantine;
  readonly claims: Claims;
  readonly sagaControl: SagaControl;
  readonly executions: Executions;
  /** Waits until an execution of the saga `quick` has ended, or ends it. Those of the saga `slow` run until they are stopped. */
  untilEnded(execution: string): Promise<void>;
  /** A standard lane, a FIFO lane and the queue of suspects, by the names that `receive` takes. */
  readonly lane: string;
  readonly orderedLane: string;
  readonly suspects: string;
  /** Receives what is visible, up to ten. */
  receive(queue: string): Promise<readonly ReceivedForTest[]>;
  putObject(key: string, body: string): Promise<void>;
  /** From the first record of a shard to the one with this key's outcome. */
  rangeUpTo(key: string): Promise<StreamRange>;
}
