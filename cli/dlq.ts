import { Command } from 'commander';
import { listDead } from '../adapters/aws';
import type { LedgerRecord } from '../core/contracts/ledger';
import type { Connection } from './connection';
import { type Discard, discardsOf, putDiscard } from './discards';
import { UserError } from './errors';
import { print, printJson, table, time } from './output';
import { readAcceptances, recordsOf } from './readers/ledger';
import { redrive } from './redrive';
import {
  type CommonOptions,
  checkWindow,
  EXIT,
  instant,
  runConnected,
  wholeNumber,
  withEnvironment,
  withJson,
} from './run';

interface Filter extends CommonOptions {
  readonly lane?: string;
  readonly type?: string;
  readonly source?: string;
  readonly because?: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly all?: boolean;
}
type Dead = LedgerRecord & { readonly outcome: NonNullable<LedgerRecord['outcome']>; readonly discarded?: Discard };

const filtered = (command: Command): Command =>
  withJson(
    withEnvironment(
      command
        .option('--lane <name>', 'only of this lane')
        .option('--type <type>', 'only of this event type')
        .option('--source <uri>', 'only with this `source` attribute')
        .option('--because <text>', 'only those whose reason contains this')
        .option('--from <time>', 'only those dead from then on (an instant, or an age: 15m, 2h)', instant)
        .option('--to <time>', 'only those dead before then', instant)
        .option('--limit <n>', 'so many at the most, newest first', wholeNumber, 1000),
    ),
  );

export function dlqCommand(): Command {
  const command = new Command('dlq').description(
    'events that ended DEAD: look, send again as a new generation, or give up',
  );
  command.addCommand(
    filtered(new Command('list').description('DEAD events, newest first'))
      .option('--all', 'also the discarded ones, and those with a later generation')
      .action((options: Filter) =>
        runConnected(
          options.env,
          async (connection) => {
            const { dead, beyond } = await deadOf(connection, options, []);
            sayBeyond(beyond);
            if (options.json) printJson(dead.map(row));
            else if (dead.length === 0) print('No DEAD events.');
            else
              print(
                table(
                  ['died', 'lane', 'id', 'gen', 'type', 'reason'],
                  dead.map((each) => [
                    time(each.outcome.decidedAtMs),
                    each.outcome.lane,
                    each.outcome.id,
                    each.generation,
                    each.outcome.type,
                    (each.discarded ? `[discarded: ${each.discarded.reason}] ` : '') +
                      each.outcome.reason.slice(0, 100),
                  ]),
                ),
              );
            return EXIT.holds;
          },
          () => checkWindow(options),
        ),
      ),
  );
  command.addCommand(
    withJson(
      withEnvironment(new Command('show').argument('<event-id>').description('one DEAD event with its body')),
    ).action((id: string, options: CommonOptions) =>
      runConnected(options.env, async (connection) => {
        const everything = { ...options, limit: Number.MAX_SAFE_INTEGER, all: true };
        const { dead } = await deadOf(connection, everything, [id]);
        const since = Math.min(...dead.map(({ outcome }) => outcome.acceptedAtMs), Number.MAX_SAFE_INTEGER);
        const envelopes =
          dead.length > 0 ? (await readAcceptances(connection, since)).flatMap((each) => each.envelopes) : [];
        const found = dead.map((each) => ({
          ...row(each),
          event: envelopes.find(({ key, generation }) => key === each.key && generation === each.generation)?.event,
        }));
        if (found.length === 0)
          throw new UserError(
            `${id} is not among the DEAD events.`,
            "`npx triage dlq list --all` shows them; `npx triage trace` tells any event's story.",
          );
        printJson(options.json ? found : found.length === 1 ? found[0] : found);
        return EXIT.holds;
      }),
    ),
  );
  command.addCommand(
    filtered(
      new Command('redrive')
        .argument('[event-ids...]', 'ids (default: all that the filters leave)')
        .description('accept DEAD events again, as their next generation'),
    ).action((ids: string[], options: Filter) =>
      runConnected(
        options.env,
        async (connection) => {
          const { dead, beyond } = await deadOf(connection, options, ids);
          missing(ids, dead);
          sayBeyond(beyond);
          const results = dead.length > 0 ? await redrive(connection, dead, Date.now()) : [];
          if (options.json) printJson(results);
          else if (results.length === 0) print('No DEAD events to redrive.');
          else
            print(
              table(
                ['id', 'generation', 'result'],
                results.map((each) => [each.id, each.generation, each.result]),
              ),
            );
          return results.every(({ result }) => result.startsWith('accepted')) ? EXIT.holds : EXIT.fails;
        },
        () => checkWindow(options),
      ),
    ),
  );
  command.addCommand(
    filtered(
      new Command('discard')
        .argument('[event-ids...]', 'ids (default: all that the filters leave)')
        .description('give DEAD events up: they leave the list, with the reason noted; their outcome stays DEAD')
        .requiredOption('--reason <text>', 'why; it is kept'),
    ).action((ids: string[], options: Filter & { readonly reason: string }) =>
      runConnected(
        options.env,
        async (connection) => {
          const { dead, beyond } = await deadOf(connection, options, ids);
          missing(ids, dead);
          sayBeyond(beyond);
          const atMs = Date.now();
          for (const { key, generation } of dead)
            await putDiscard(connection, { key, generation, reason: options.reason, atMs });
          if (options.json)
            printJson(dead.map(({ key, outcome }) => ({ key, id: outcome.id, reason: options.reason })));
          else print(`${dead.length} DEAD events discarded: ${options.reason}`);
          return EXIT.holds;
        },
        () => checkWindow(options),
      ),
    ),
  );
  return command;
}

/** Without `all`: only those that nobody has dealt with, neither by a note nor by a later generation. */
async function deadOf(
  connection: Connection,
  filter: Filter,
  ids: readonly string[],
): Promise<{ dead: Dead[]; beyond: number }> {
  const { clients, names } = connection;
  const fromMs = filter.from ?? 0;
  const toMs = filter.to ?? Date.now();
  // The filters look at what the index does not hold, so the limit can only count after them.
  const records = await listDead(
    { dynamo: clients.dynamo, table: names.recordsTable },
    { fromMs, toMs, limit: Number.MAX_SAFE_INTEGER },
  );
  const dead = records
    .filter(isDead)
    .filter(
      ({ key, outcome }) =>
        (ids.length === 0 || ids.includes(outcome.id) || ids.includes(key)) &&
        (filter.lane ?? outcome.lane) === outcome.lane &&
        (filter.type ?? outcome.type) === outcome.type &&
        (filter.source ?? outcome.source) === outcome.source &&
        outcome.reason.includes(filter.because ?? ''),
    );
  const discards = new Map(
    (await discardsOf(connection, dead)).map((each) => [`${each.key}#${each.generation}`, each]),
  );
  const noted = dead.map((each): Dead => {
    const discarded = discards.get(`${each.key}#${each.generation}`);
    return discarded ? { ...each, discarded } : each;
  });
  const open = filter.all ? noted : await undealtWith(connection, noted);
  if (open.length === 0) knownLane(connection, filter.lane);
  return { dead: open.slice(0, filter.limit), beyond: Math.max(0, open.length - filter.limit) };
}

/** A lane that left the configuration may have DEAD events still; one without any is a slip of the pen. */
function knownLane({ configuration, environment }: Connection, name: string | undefined): void {
  const lanes = configuration.lanes.map((each) => each.name);
  if (name !== undefined && !lanes.includes(name))
    throw new UserError(`There is no lane "${name}" in ${environment}.`, `These exist: ${lanes.join(', ')}.`);
}

/** On the error stream, since a program reads the other one. */
function sayBeyond(count: number): void {
  if (count > 0) process.stderr.write(`${count} more are beyond --limit.\n`);
}

async function undealtWith(connection: Connection, dead: readonly Dead[]): Promise<Dead[]> {
  const ledger = recordsOf(connection);
  const later = await ledger.read(dead.map(({ key, generation }) => ({ key, generation: generation + 1 })));
  const followed = new Set(later.map(({ key, generation }) => `${key}#${generation}`));
  return dead.filter((each) => !each.discarded && !followed.has(`${each.key}#${each.generation + 1}`));
}

const isDead = (record: LedgerRecord): record is Dead => record.outcome?.kind === 'DEAD';

function missing(ids: readonly string[], dead: readonly Dead[]): void {
  const unknown = ids.filter((id) => !dead.some(({ key, outcome }) => outcome.id === id || key === id));
  if (unknown.length > 0)
    throw new UserError(
      `Not among the DEAD events that are open: ${unknown.join(', ')}.`,
      '`npx triage dlq list --all` shows them all; nothing was done.',
    );
}

const row = ({ key, generation, outcome, attempts, discarded }: Dead) => ({
  key,
  generation,
  id: outcome.id,
  source: outcome.source,
  tenant: outcome.tenant,
  type: outcome.type,
  lane: outcome.lane,
  reason: outcome.reason,
  attempts,
  acceptedAt: time(outcome.acceptedAtMs),
  diedAt: time(outcome.decidedAtMs),
  ...(discarded ? { discarded: discarded.reason } : {}),
});
