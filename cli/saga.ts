import { Command, Option } from 'commander';
import { EXECUTION_STATUSES, type ExecutionStatus } from '../core/ports';
import { putThing } from '../core/sagas';
import { rerun } from '../core/sagas/rerun';
import type { Connection } from './connection';
import { UserError } from './errors';
import { duration, print, printJson, table, time } from './output';
import { recordsOf } from './readers/ledger';
import { configuredSagas, type FoundSaga, findSaga, sagaPorts } from './readers/sagas';
import {
  type CommonOptions,
  EXIT,
  type ExitCode,
  runConnected,
  wholeNumberAbove0,
  withEnvironment,
  withJson,
} from './run';
import { printStory, readStory } from './saga-story';

const WHAT = 'an event id, the ledger’s key of it, or the business key (an order’s number)';

export function sagaCommand(): Command {
  return new Command('saga')
    .description('coordinated applications: what runs, where one stands, and the hand on it')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(
      actCommand('pause', 'wait before the next step; what runs is finished', async (connection, { plan }) => {
        await gateOf(connection).setPaused(plan.input.application, plan.input.instance, true);
        return { holds: true, words: `${plan.input.instance} waits before its next step. \`resume\` lets it go on.` };
      }),
    )
    .addCommand(
      actCommand(
        'resume',
        'let a paused one go on; it looks again within seconds to a minute',
        async (connection, { plan }) => {
          await gateOf(connection).setPaused(plan.input.application, plan.input.instance, false);
          return { holds: true, words: `${plan.input.instance} goes on.` };
        },
      ),
    )
    .addCommand(cancelCommand())
    .addCommand(rerunCommand())
    .addCommand(approveCommand())
    .addCommand(putCommand());
}

interface Done {
  readonly holds: boolean;
  readonly words: string;
}

const gateOf = (connection: Connection) => sagaPorts(connection).control;

function actCommand<O extends CommonOptions>(
  name: string,
  description: string,
  act: (connection: Connection, found: FoundSaga, options: O) => Promise<Done>,
  options: readonly Option[] = [],
): Command {
  const command = new Command(name).argument('<what>', WHAT).description(description);
  for (const option of options) command.addOption(option);
  return withJson(withEnvironment(command)).action((what: string, given: O) =>
    runConnected(given.env, async (connection): Promise<ExitCode> => {
      const found = await findSaga(connection, what);
      const { holds, words } = await act(connection, found, given);
      const { saga, input } = found.plan;
      if (given.json) printJson({ saga, instance: input.instance, holds, words });
      else print(words);
      return holds ? EXIT.holds : EXIT.fails;
    }),
  );
}

interface ListOptions extends CommonOptions {
  readonly saga?: string;
  readonly status?: ExecutionStatus;
  readonly limit: number;
}

function listCommand(): Command {
  const command = new Command('list')
    .description('executions, the youngest first')
    .option('--saga <name>', 'of one saga only')
    .addOption(new Option('--status <status>', 'in one status only').choices(EXECUTION_STATUSES))
    .option('--limit <n>', 'at most so many of each saga', wholeNumberAbove0, 20);
  return withJson(withEnvironment(command)).action((options: ListOptions) =>
    runConnected(options.env, async (connection) => {
      const sagas = configuredSagas(connection).filter(({ name }) => name === (options.saga ?? name));
      if (sagas.length === 0)
        throw new UserError(`There is no saga "${options.saga}".`, 'Leave --saga out to see all.');
      const { executions } = sagaPorts(connection);
      const { limit, status } = options;
      const listed = await Promise.all(
        sagas.map(({ name }) => executions.list(name, { limit, ...(status === undefined ? {} : { status }) })),
      );
      const detailed = await Promise.all(listed.flat().map((each) => executions.describe(each.saga, each.name)));
      const found = detailed.flatMap((each) => each ?? []).sort((a, b) => b.startedAtMs - a.startedAtMs);
      if (options.json) printJson(found);
      else
        print(
          table(
            ['saga', 'instance', 'event', 'run', 'status', 'started', 'took', 'error'],
            found.map(({ saga, status: now, input, startedAtMs, endedAtMs, error }) => {
              const { instance = '', run = 0, event } = (input ?? {}) as Partial<FoundSaga['plan']['input']>;
              const took = endedAtMs === undefined ? '-' : duration(endedAtMs - startedAtMs);
              return [saga, instance, event?.id ?? '', run, now, time(startedAtMs), took, error ?? ''];
            }),
          ),
        );
      return EXIT.holds;
    }),
  );
}

function showCommand(): Command {
  const command = new Command('show')
    .argument('<what>', WHAT)
    .description('its runs, its steps’ results, and where it stands');
  return withJson(withEnvironment(command)).action((what: string, options: CommonOptions) =>
    runConnected(options.env, async (connection) => {
      const story = await readStory(connection, await findSaga(connection, what));
      if (options.json) printJson(story);
      else printStory(story);
      return EXIT.holds;
    }),
  );
}

interface CancelOptions extends CommonOptions {
  readonly reason: string;
}
const cancelCommand = () =>
  actCommand<CancelOptions>(
    'cancel',
    'take back what was done, before the next step; what has its last step done stands',
    async (connection, { plan }, { reason }) => {
      await gateOf(connection).setCancelled(plan.input.application, plan.input.instance, true, reason);
      return {
        holds: true,
        words: `${plan.input.instance} takes back what it has done, unless its last step is done.`,
      };
    },
    [new Option('--reason <words>', 'why').default('cancelled by a person')],
  );

interface RerunOptions extends CommonOptions {
  readonly compensate?: boolean;
}
const REFUSALS = {
  'not-coordinated': 'No saga has this event (yet).',
  'has-outcome':
    'The event has its outcome. `npx triage dlq redrive` makes the next generation of one that is not DONE.',
  running: 'Its execution still runs.',
  'never-started': 'Its execution was never started: its lane will do that.',
  'moved-on': 'Somebody else has begun the next run.',
} as const;
const rerunCommand = () =>
  actCommand<RerunOptions>(
    'rerun',
    'the next run of one that ended without an outcome; it skips what is done',
    async (connection, { envelope }, { compensate }) => {
      const ports = { records: recordsOf(connection), executions: sagaPorts(connection).executions };
      const askAfterMs = 1000 * (connection.configuration.coordination?.askAfterSeconds ?? 60);
      const nowMs = Date.now();
      const intent = compensate ? { intent: 'compensate' as const } : {};
      const answer = await rerun(ports, envelope, { nowMs, askAfterMs, ...intent });
      return answer.status === 'started'
        ? { holds: true, words: `Run ${answer.run} began: ${answer.execution}.` }
        : { holds: false, words: REFUSALS[answer.status] };
    },
    [new Option('--compensate', 'only take back what was done')],
  );

interface ApproveOptions extends CommonOptions {
  readonly decline?: boolean;
  readonly by: string;
}
/** What an application puts, in its own instance, where it asks a person, and what it reads then. */
const ASKED = 'approval-request';
const DECISION = 'approval-decision';
const approveCommand = () =>
  actCommand<ApproveOptions>(
    'approve',
    'answer one that waits for a person',
    async (connection, { plan }, { decline, by }) => {
      const { states, executions } = sagaPorts(connection);
      const { application, instance } = plan.input;
      const asked = await states.read({ application, instance, name: ASKED });
      const { token, amountCents = 0 } = (asked?.value ?? {}) as {
        readonly token?: string;
        readonly amountCents?: number;
      };
      if (token === undefined) return { holds: false, words: `${instance} has asked nobody.` };
      const nowMs = Date.now();
      const decision = { approved: !decline, amountCents, by };
      await putThing(
        states,
        { application, instance, name: DECISION },
        decision,
        `${by}/${nowMs}/${process.pid}`,
        nowMs,
      );
      // The decision is in the store; the token only wakes whoever waits for it.
      const woken = await executions.answer(token, { approved: !decline });
      const said = `${decline ? 'Declined' : 'Approved'}: ${amountCents} cents of ${instance}.`;
      return {
        holds: woken === 'answered',
        words: woken === 'answered' ? said : `${said} Nobody waits for it any more.`,
      };
    },
    [
      new Option('--decline', 'say no'),
      new Option('--by <name>', 'who decides').default(process.env.USER ?? 'somebody'),
    ],
  );

function putCommand(): Command {
  const command = new Command('put')
    .argument('<application>', 'its name')
    .argument('<instance>', 'what it looks after, as it keys it: `thing:acme/opera`')
    .argument('<name>', 'name of the result: `offer`')
    .argument('<json>', 'its new value')
    .description('put something that an application looks after: what is on sale, say');
  return withJson(withEnvironment(command)).action(
    (application: string, instance: string, name: string, text: string, options: CommonOptions) =>
      runConnected(options.env, async (connection) => {
        const { states } = sagaPorts(connection);
        const nowMs = Date.now();
        await putThing(states, { application, instance, name }, parsed(text), `triage/${nowMs}/${process.pid}`, nowMs);
        const found = await states.read({ application, instance, name });
        if (options.json) printJson(found);
        else print(`${name} of ${instance} is at version ${found?.version}.`);
        return EXIT.holds;
      }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UserError(`This is not JSON: ${text.slice(0, 80)}`, 'Quote it for the shell: \'{"seats":100}\'.');
  }
}
