/**
 * Events that a healthy stream does not have, so that every write of every function is made: what an alert emits, what a lane gives
 * up, what no lane takes, and what takes its worker with it. They go through `high`, a lane that the stream leaves alone, because
 * a hand-off that fails and a short receive limit would concern their neighbours, too.
 */
import { GetQueueAttributesCommand, SetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { createControl, createControllers, createQueueUrls } from '../../../adapters/aws';
import type { Connection } from '../../../cli/connection';
import { journalEntry, type PlannedEvent } from '../../../cli/workload/generator';
import { createSender } from '../../../cli/workload/senders';
import type { CloudEvent } from '../../../core/contracts/event';
import type { ExpectedFate, JournalEntry } from '../../../core/contracts/journal';
import type { FaultRule } from '../../../local/faults/rules';
import { names } from './kill-points';

/** Before a lane gives up: fewer than configured, since the waits between them double. */
const RECEIVES = 3;
/** Kills of one function hit the same message again and again: no other queue gives up before these are spent. */
const RECEIVES_PER_KILL = 12;
/** Receives that end in a kill before a message is moved to the suspects. */
const KILLS_OF_A_SUSPECT = 2;
/** Longer than any of the functions may run. */
const VisibilityTimeout = '6';
const FOR_GOOD = Number.MAX_SAFE_INTEGER;
/** More than `detect` needs to know a sensor. */
const WARM_UP_READINGS = 12;

type Way = 'devices' | 'readings';
interface Trouble {
  readonly way: Way;
  readonly lane: 'high' | 'normal';
  readonly expected: ExpectedFate;
  readonly events: readonly CloudEvent[];
}

/** How many of each kind: at least twice the kills of a point, one for the kill before and one for the kill after. */
export function troubles(kills: number) {
  const each = (kind: string, eventOf: (name: string, index: number) => CloudEvent, perKill = 2) =>
    Array.from({ length: perKill * kills }, (_, index) => eventOf(`${kind}-${index}`, index));
  const quiet = (name: string, index: number) => reading(`${name}-${index}`, name, 20 + (index % 3));
  return {
    warmUp: {
      way: 'devices',
      lane: 'normal',
      expected: 'DONE',
      events: each('alarming', (name) => reading(name, name, 20), 3).flatMap(({ id }) =>
        Array.from({ length: WARM_UP_READINGS }, (_, index) => quiet(id, index)),
      ),
    },
    alarming: trouble(
      'devices',
      'normal',
      'DONE',
      each('alarming', (name) => reading(name, name, 200), 3),
    ),
    suspected: trouble(
      'devices',
      'normal',
      'DONE',
      // Sent one by one for as long as a point lacks: on a busy machine an error of its own keeps one from the suspects.
      each('suspected', (name) => reading(name, name, 20), 6),
    ),
    doomed: trouble(
      'devices',
      'high',
      'DEAD',
      each('doomed', (name) => reading(name, name, 20)),
    ),
    // DONE where the dead-letter function sends it on; kills may use up its few receives before that.
    stuck: trouble(
      'devices',
      'high',
      'DONE',
      each('stuck', (name) => reading(name, name, 20)),
    ),
    // By another way than the others of its lane, so that they share no acceptance.
    unsendable: trouble(
      'readings',
      'high',
      'DEAD',
      each('unsendable', (name) => reading(name, name, 20)),
    ),
  } satisfies Record<string, Trouble>;
}

/** The same trouble, an event at a time: so that they share neither an acceptance nor a batch, and are not all struck by one kill. */
export const oneByOne = (all: Trouble): Trouble[] => all.events.map((event) => ({ ...all, events: [event] }));

/** One more that is left to the reconciler to hand over: kills of a sweep use up several at once. */
export const owed = (index: number): Trouble =>
  trouble('devices', 'normal', 'DONE', [reading(`owed-${index}`, `owed-${index}`, 20)]);

/** One more that the dead-letter function is to send on: the reconciler may have been before it. */
export const stuck = (index: number): Trouble =>
  trouble('devices', 'high', 'DONE', [reading(`stuck-late-${index}`, `stuck-late-${index}`, 20)]);

const trouble = (way: Way, lane: Trouble['lane'], expected: ExpectedFate, events: readonly CloudEvent[]): Trouble => ({
  way,
  lane,
  expected,
  events:
    lane === 'normal'
      ? events
      : events.map((event) => ({ ...event, data: { ...(event.data as object), severity: lane } })),
});

const reading = (id: string, sensor: string, value: number): CloudEvent => ({
  specversion: '1.0',
  id,
  source: '/trouble',
  type: 'telemetry.reading',
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  data: { sensor, value },
});

/** What befalls them, as long as the test runs. These come before the kills, so that no kill lets one of them through. */
export function troubleRules(kills: number): readonly FaultRule[] {
  const rule = (name: string, operation: string, bodyHolds: string, caller?: string): FaultRule => ({
    name,
    operation,
    bodyHolds,
    ...(caller === undefined ? {} : { caller: `${names.prefix}-${caller}` }),
    action: 'refuse',
    when: 'before',
    skip: 0,
    times: FOR_GOOD,
  });
  return [
    // Whoever asks, where it may be anybody: a caller that was killed a moment ago cannot be named, and its request goes through.
    rule('nobody hands it over', 'SendMessageBatch', 'unsendable-'),
    rule('ingestion leaves it to the reconciler', 'SendMessageBatch', 'owed-', 'ingest'),
    rule('no runner sends it on', 'SendMessageBatch', 'stuck-', 'runner-high'),
    rule('nobody commits it', 'TransactWriteItems', 'doomed-'),
    ...troubles(kills).suspected.events.map(({ id }) => ({
      ...rule(`its worker dies of ${id}`, 'TransactWriteItems', `/${id}"`, 'runner-normal'),
      action: 'kill' as const,
      times: KILLS_OF_A_SUSPECT,
    })),
  ];
}

/**
 * Lanes `normal` and `high` split, which their controllers would take back; `high` gives up early; and what a kill has left is given
 * out again sooner than configured, since the test waits for that most of its time. A runner must not have read its control record yet.
 */
export async function prepareLanes(
  { clients: { dynamo, sqs }, configuration }: Connection,
  kills: number,
): Promise<void> {
  const { controlTable: table, decisionsTable } = names;
  const control = createControl({ dynamo, sqs, table, queues: [] });
  const controllers = createControllers({ dynamo, controlTable: table, decisionsTable, retentionDays: 1 });
  for (const lane of ['normal', 'high']) {
    await controllers.setMode(lane, 'off');
    await control.putLane({ lane, paused: false, form: 'split' });
  }
  const urlOf = createQueueUrls(sqs);
  const queue = async (name: string) => ({ QueueUrl: await urlOf(name) });
  const lanes = configuration.lanes.flatMap(({ name, ordered }) => [
    names.laneQueue(name, ordered),
    names.laneDeadLetterQueue(name, ordered),
  ]);
  for (const name of [...lanes, names.expressIntakeQueue, names.standardIntakeQueue])
    await sqs.send(new SetQueueAttributesCommand({ ...(await queue(name)), Attributes: { VisibilityTimeout } }));

  const patient = [
    ...configuration.lanes
      .filter(({ name }) => name !== 'high')
      .map((lane) => names.laneQueue(lane.name, lane.ordered)),
    names.suspectQueue('main'),
    names.expressIntakeQueue,
    names.standardIntakeQueue,
  ];
  for (const name of patient) await limitReceives(sqs, await queue(name), RECEIVES_PER_KILL * kills);
  await limitReceives(sqs, await queue(names.laneQueue('high', false)), RECEIVES);
}

async function limitReceives(
  sqs: SQSClient,
  queue: { readonly QueueUrl: string },
  maxReceiveCount: number,
): Promise<void> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ ...queue, AttributeNames: ['RedrivePolicy'] }));
  const policy = JSON.parse(Attributes?.RedrivePolicy ?? '{}') as object;
  const RedrivePolicy = JSON.stringify({ ...policy, maxReceiveCount });
  await sqs.send(new SetQueueAttributesCommand({ ...queue, Attributes: { RedrivePolicy } }));
}

/** Answers with their lines of the journal. */
export async function send(connection: Connection, troubles: readonly Trouble[]): Promise<JournalEntry[]> {
  const sent = troubles.map(async ({ way, expected, events }) => {
    const source = connection.configuration.sources.find(({ name }) => name === way);
    if (source === undefined) throw new RangeError(`no source ${way}`);
    const taken = await createSender(connection, source)(events);
    return events.map((event, index) => {
      const planned: PlannedEvent = { source, event, expected, duplicate: false, ordered: false };
      return journalEntry(planned, Date.now(), taken[index] ?? false);
    });
  });
  return (await Promise.all(sent)).flat();
}
