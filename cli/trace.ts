import { Command } from 'commander';
import { createEffects } from '../adapters/aws';
import type { CloudEvent } from '../core/contracts/event';
import { recordKey } from '../core/contracts/identity';
import type { LedgerRecord, Progress } from '../core/contracts/ledger';
import type { AuditedAcceptance } from '../core/policies/audit';
import type { Connection } from './connection';
import { discardsOf } from './discards';
import { print, printJson, time } from './output';
import { readAcceptances, recordsOf } from './readers/ledger';
import { readQuarantine } from './readers/quarantine';
import { type CommonOptions, EXIT, runConnected, withEnvironment, withJson } from './run';
import { inOrder, type Step } from './story';

interface TraceOptions extends CommonOptions {
  readonly source?: string;
  readonly tenant?: string;
}

export const traceCommand = (): Command =>
  withJson(
    withEnvironment(
      new Command('trace')
        .argument('<event-id>', "a CloudEvent's id, or the ledger's key of it")
        .description("an event's whole story: accepted, handed over, tried, decided, in effect")
        .option('--source <uri>', 'its `source` attribute, where several events have this id')
        .option('--tenant <name>', 'its tenant, likewise')
        .addHelpText(
          'after',
          '\nExit code 1 when nothing is known of it. Looks through the acceptances: a read of that whole table.',
        ),
    ),
  ).action((id: string, options: TraceOptions) =>
    runConnected(options.env, async (connection) => {
      const stories = await storiesOf(connection, id, options);
      if (options.json) printJson(stories);
      else printStories(id, stories);
      return stories.length > 0 ? EXIT.holds : EXIT.fails;
    }),
  );

interface Story {
  readonly key: string;
  readonly event?: CloudEvent;
  readonly steps: readonly Step[];
}

async function storiesOf(connection: Connection, id: string, { source, tenant }: TraceOptions): Promise<Story[]> {
  const acceptances = await readAcceptances(connection);
  const isMeant = (event: { id: string; source: string }, of: string, key: string) =>
    (event.id === id || key === id) && (source ?? event.source) === event.source && (tenant ?? of) === of;
  const found = acceptances.flatMap((acceptance) =>
    acceptance.envelopes
      .filter((each) => isMeant(each.event, each.tenant, each.key))
      .map((envelope) => ({ acceptance, envelope })),
  );
  const guessed = source && tenant ? [recordKey(tenant, source, id)] : [];
  const quarantine = (await readQuarantine(connection)).flatMap((batch) =>
    batch.entries
      .filter(
        (each) =>
          each.key === id ||
          found.some(({ envelope }) => envelope.key === each.key) ||
          each.raw.includes(JSON.stringify(id)),
      )
      .map((entry) => ({ batch, entry })),
  );
  const keys = new Set([
    ...found.map(({ envelope }) => envelope.key),
    ...guessed,
    ...quarantine.flatMap(({ entry }) => entry.key ?? []),
  ]);
  const loose = quarantine.filter(({ entry }) => !entry.key).map(refusal);
  const stories = await Promise.all(
    [...keys].map(async (key) => {
      const mine = found.filter(({ envelope }) => envelope.key === key);
      const steps = [
        ...mine.map(({ acceptance, envelope }) => acceptedSteps(acceptance, envelope)),
        ...(await recordSteps(connection, key)),
        ...mine.map(({ acceptance }) => closedSteps(acceptance)),
        quarantine.filter(({ entry }) => entry.key === key).map(refusal),
      ];
      const event = mine[0]?.envelope.event;
      return { key, ...(event ? { event } : {}), steps: inOrder(steps) };
    }),
  );
  return [...stories, ...loose.map((step) => ({ key: id, steps: [step] }))].filter(({ steps }) => steps.length > 0);
}

const acceptedSteps = (acceptance: AuditedAcceptance, envelope: AuditedAcceptance['envelopes'][number]): Step[] => [
  {
    atMs: acceptance.acceptedAtMs,
    generation: envelope.generation,
    stage: 'ingestion',
    what: `accepted from ${envelope.wayIn} as generation ${envelope.generation}: class ${envelope.priorityClass} (${envelope.reason}), lane ${envelope.lane}`,
  },
  {
    generation: envelope.generation,
    stage: 'lanes',
    what: `${acceptance.handedOver ? 'handed over' : 'not handed over yet'}${acceptance.resends > 0 ? `, sent again ${acceptance.resends} times` : ''}`,
  },
];

const closedSteps = ({ closedAtMs }: AuditedAcceptance): Step[] =>
  closedAtMs === undefined
    ? []
    : [{ atMs: closedAtMs, stage: 'monitoring', what: 'acceptance closed: all of its events are decided' }];

const refusal = ({
  batch,
  entry,
}: {
  batch: { atMs: number; stage: string; object: string };
  entry: { reason: string };
}): Step => ({
  atMs: batch.atMs,
  stage: batch.stage || 'ingestion',
  what: `refused: ${entry.reason} (kept in ${batch.object})`,
});

async function recordSteps(connection: Connection, key: string): Promise<Step[][]> {
  const ledger = recordsOf(connection);
  const latest = (await ledger.latest(key))?.generation ?? 0;
  const generations = Array.from({ length: latest }, (_, index) => ({ key, generation: index + 1 }));
  const [records, discards] = await Promise.all([ledger.read(generations), discardsOf(connection, generations)]);
  const steps = await Promise.all(records.map((record) => stepsOf(connection, record)));
  return [
    ...steps,
    discards.map((each) => ({
      atMs: each.atMs,
      stage: 'dlq',
      what: `generation ${each.generation} discarded: ${each.reason}`,
    })),
  ];
}

function progressStep(generation: number, { position, coordinated, committedAtMs }: Progress): Step {
  const { chain, stage } = position;
  if (coordinated === undefined)
    return { generation, stage: 'execution', what: `generation ${generation}: stage ${stage} of ${chain} is next` };
  const asked = `the reconciler asks it from ${time(coordinated.dueAtMs)} on`;
  return {
    ...(committedAtMs === undefined ? {} : { atMs: committedAtMs }),
    generation,
    stage: 'coordination',
    what: `generation ${generation}: saga ${chain} has it, run ${stage + 1}, execution ${coordinated.execution}; ${asked}`,
  };
}

async function stepsOf({ clients, names }: Connection, record: LedgerRecord): Promise<Step[]> {
  const { generation, attempts, lastError, progress, outcome } = record;
  const steps: Step[] = [];
  if (attempts > 0)
    steps.push({
      generation,
      stage: 'execution',
      what: `generation ${generation}: ${attempts} failed attempts, last: ${lastError}`,
    });
  if (progress && !outcome) steps.push(progressStep(generation, progress));
  if (!outcome) return steps;
  steps.push({
    atMs: outcome.decidedAtMs,
    stage: 'execution',
    what: `generation ${generation}: ${outcome.kind} (${outcome.reason})${outcome.chain ? ` by ${outcome.chain}` : ''}, ${outcome.decidedAtMs - outcome.acceptedAtMs} ms after acceptance`,
  });
  for (const key of outcome.contexts) steps.push({ stage: 'state', what: `folded into the context ${key}` });
  const effects = createEffects({ dynamo: clients.dynamo, table: names.effectsTable });
  for (const write of outcome.writes) {
    const there = await effects.read(write.collection, write.key);
    const state =
      there?.receipt === write.receipt
        ? 'in effect'
        : there && there.version >= write.version
          ? 'superseded by a newer one'
          : 'not applied yet';
    steps.push({ stage: 'state', what: `write ${write.collection} ${write.key} version ${write.version}: ${state}` });
  }
  for (const { id, event } of outcome.emits) steps.push({ stage: 'state', what: `emitted ${event.type} (${id})` });
  return steps;
}

function printStories(id: string, stories: readonly Story[]): void {
  if (stories.length === 0)
    print(`Nothing is known of ${id}: not accepted, not refused. It may still be in intake: \`npx triage status\`.`);
  for (const story of stories) {
    const { event } = story;
    print(event ? `${event.id}  ${event.type}  ${event.source}  (${story.key})` : story.key);
    for (const { atMs, stage, what } of story.steps)
      print(`  ${(atMs ? time(atMs) : '').padEnd(24)}  ${stage.padEnd(10)}  ${what}`);
  }
}
