/** Where each kind strikes: the calls that functions make, by function and by what is called. */
import type { LaneConfiguration } from '../../core/contracts/configuration';
import type { ResourceNames } from '../../core/contracts/names';
import type { FaultAction, FaultRule } from '../../local/faults/rules';

export interface Target {
  readonly what: string;
  readonly call: Pick<FaultRule, 'service' | 'operation' | 'bodyHolds' | 'caller'>;
  /** A lie strikes only where the body does not hold this. */
  readonly noLieAbout?: string;
  readonly actions: readonly FaultAction[];
  /** Of these, what is repaired only when the lane has passed all its receives: a minute and a half. Left out of a quick run. */
  readonly slow?: readonly FaultAction[];
}

export const actionsOf = ({ actions, slow = [] }: Target, isQuick: boolean): readonly FaultAction[] =>
  isQuick ? actions.filter((each) => !slow.includes(each)) : actions;

type Lane = Pick<LaneConfiguration, 'name' | 'ordered' | 'runs'>;

/** What may befall any call. */
const ANY: readonly FaultAction[] = ['error', 'throttle', 'refuse', 'lose-answer', 'hang', 'delay', 'kill', 'pause'];
const WRITE: readonly FaultAction[] = [...ANY, 'conflict'];
/** A write that is lost in silence: where the design promises that somebody notices. docs/reliability.md says where it does not. */
const LOSABLE: readonly FaultAction[] = [...WRITE, 'lie'];
/** Of an ordered lane: once one of its messages or outcomes is lost in silence, nobody can know that the next one has to wait. */
const ORDERED = '.fifo';
const LIES: readonly FaultAction[] = ['lie'];
const READ: readonly FaultAction[] = [...ANY, 'stale-read'];

const FORWARD = ['inventory', 'reserve', 'confirm', 'payment', 'ticket'] as const;
const BACK = ['void', 'refund', 'cancel', 'release'] as const;

export function targetsOf(names: ResourceNames, lanes: readonly Lane[]): readonly Target[] {
  const { recordsTable, acceptancesTable, contextTable, effectsTable, statesTable, controlTable } = names;
  const dynamo = (
    what: string,
    operation: string,
    caller: string,
    bodyHolds: string,
    actions: readonly FaultAction[],
  ) => ({
    what,
    call: { service: 'dynamodb', operation, bodyHolds, caller },
    actions,
  });
  const ingest = names.platformFunction('ingest');
  const coordinator = names.runnerFunction('booking');
  const runners = `${names.prefix}-runner-`;
  const reconciler = names.platformFunction('reconciler');
  const publisher = names.platformFunction('publisher');
  const queues = `${names.prefix}-lane-`;
  const steps = [...FORWARD, ...BACK].flatMap((step) => {
    const caller = names.stepFunction('booking', step);
    return [
      dynamo(`${step} commits`, 'TransactWriteItems', caller, statesTable, LOSABLE),
      dynamo(`${step} begins`, 'UpdateItem', caller, statesTable, WRITE),
      dynamo(`${step} reads`, 'GetItem', caller, statesTable, READ),
    ];
  });
  const payments = (['payment', 'refund'] as const).map(
    (step): Target => ({
      what: `${step} asks the provider`,
      call: { service: 'lambda', operation: 'Invoke', caller: names.stepFunction('booking', step) },
      actions: ANY,
    }),
  );
  const commits = lanes
    .filter(({ runs }) => runs === 'units')
    .map(({ name, ordered }) => ({
      ...dynamo(
        `runner-${name} commits with a context`,
        'TransactWriteItems',
        names.runnerFunction(name),
        recordsTable,
        ordered ? WRITE : LOSABLE,
      ),
      slow: LIES,
    }));
  const provider = names.providerDoubleFunction('booking');
  return [
    dynamo('ingest accepts', 'PutItem', ingest, acceptancesTable, WRITE),
    dynamo('ingest marks', 'UpdateItem', ingest, acceptancesTable, WRITE),
    {
      what: 'ingest hands over',
      call: { service: 'sqs', operation: 'SendMessageBatch', bodyHolds: queues, caller: ingest },
      actions: [...ANY, 'partial-failure', 'lie'],
      slow: LIES,
      noLieAbout: ORDERED,
    },
    dynamo('runner reads', 'BatchGetItem', runners, recordsTable, [...ANY, 'partial-failure', 'stale-read']),
    dynamo('runner reads contexts', 'BatchGetItem', runners, contextTable, [...ANY, 'partial-failure', 'stale-read']),
    ...commits,
    dynamo('runner commits', 'UpdateItem', runners, recordsTable, WRITE),
    {
      what: 'runner sends on',
      call: { service: 'sqs', operation: 'SendMessageBatch', bodyHolds: queues, caller: runners },
      actions: [...ANY, 'partial-failure', 'lie'],
      slow: LIES,
      noLieAbout: ORDERED,
    },
    dynamo('coordinator notes', 'UpdateItem', coordinator, recordsTable, WRITE),
    dynamo('coordinator reads', 'BatchGetItem', coordinator, recordsTable, [...ANY, 'partial-failure', 'stale-read']),
    {
      what: 'coordinator starts',
      call: { service: 'states', operation: 'StartExecution', caller: coordinator },
      actions: [...ANY, 'lie'],
      slow: LIES,
    },
    ...steps,
    ...payments,
    dynamo('provider books', 'PutItem', provider, names.paymentsTable('booking'), WRITE),
    dynamo('provider looks up', 'GetItem', provider, names.paymentsTable('booking'), READ),
    dynamo('settle', 'UpdateItem', names.settleFunction, recordsTable, LOSABLE),
    dynamo('publisher applies', 'PutItem', publisher, effectsTable, WRITE),
    {
      what: 'publisher emits',
      call: { service: 'events', operation: 'PutEvents', caller: publisher },
      actions: [...ANY, 'partial-failure'],
    },
    dynamo('reconciler finds', 'Query', reconciler, acceptancesTable, READ),
    dynamo('reconciler reads', 'BatchGetItem', reconciler, recordsTable, [...ANY, 'partial-failure', 'stale-read']),
    dynamo('reconciler closes', 'UpdateItem', reconciler, acceptancesTable, WRITE),
    {
      what: 'reconciler sends',
      call: { service: 'sqs', operation: 'SendMessageBatch', bodyHolds: queues, caller: reconciler },
      actions: [...ANY, 'partial-failure', 'lie'],
      slow: LIES,
      noLieAbout: ORDERED,
    },
    dynamo('control is read', 'GetItem', names.prefix, controlTable, READ),
  ];
}
