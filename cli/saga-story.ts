/** One saga's whole story: its event, its runs, the results of its steps, the gate. */
import type { StepRecord } from '../core/contracts/saga';
import type { StateResult } from '../core/contracts/state';
import type { Connection } from './connection';
import { duration, print, table, time } from './output';
import { recordsOf } from './readers/ledger';
import { type FoundSaga, runsOf, sagaPorts } from './readers/sagas';

/** More than any definition's worst path. */
const MOST_EVENTS = 5_000;

export async function readStory(connection: Connection, { envelope, plan }: FoundSaga) {
  const { executions, states, control } = sagaPorts(connection);
  const { application, instance } = plan.input;
  const [runs, results, gate, [record]] = await Promise.all([
    runsOf(executions, plan),
    states.list(application, instance),
    control.gate(application, instance),
    recordsOf(connection).read([envelope]),
  ]);
  const last = runs.at(-1);
  const history = last === undefined ? [] : await executions.history(plan.saga, last.name, MOST_EVENTS);
  return {
    saga: plan.saga,
    instance,
    event: { id: envelope.event.id, source: envelope.event.source, key: envelope.key, generation: envelope.generation },
    gate,
    ...(record?.outcome === undefined ? {} : { outcome: record.outcome }),
    runs: runs.map(({ input: _input, output: _output, ...run }) => run),
    /** The state that the last run has entered last. */
    state: history.findLast((each) => each.type.endsWith('StateEntered'))?.state,
    events: history.length,
    results: results.map(({ key, version, freshness, sinceMs, value, reason }) => ({
      name: key.name,
      version,
      freshness,
      sinceMs,
      value,
      ...(reason === undefined ? {} : { reason }),
    })),
  };
}

export function printStory(story: Awaited<ReturnType<typeof readStory>>): void {
  const { saga, instance, event, gate, outcome, runs, state, results } = story;
  print(`${saga}  ${instance}  (event ${event.id} of ${event.source}, generation ${event.generation})`);
  if (gate.paused) print('paused: it waits before its next step');
  if (gate.cancelled) print(`cancelled${gate.reason === undefined ? '' : `: ${gate.reason}`}`);
  print(
    outcome === undefined
      ? `no outcome yet${state === undefined ? '' : `; last state: ${state}`}`
      : `${outcome.kind}: ${outcome.reason} (${duration(outcome.decidedAtMs - outcome.acceptedAtMs)} after acceptance)`,
  );
  if (runs.length > 0)
    print(
      `\n${table(
        ['run', 'status', 'started', 'took', 'error', 'execution'],
        runs.map(({ status, startedAtMs, endedAtMs, error, name }, index) => [
          index + 1,
          status,
          time(startedAtMs),
          endedAtMs === undefined ? '-' : duration(endedAtMs - startedAtMs),
          error ?? '',
          name,
        ]),
      )}`,
    );
  if (results.length > 0)
    print(
      `\n${table(
        ['result', 'freshness', 'version', 'since', 'value'],
        results.map((each) => [each.name, each.freshness, each.version, time(each.sinceMs), inShort(each)]),
      )}`,
    );
}

const MOST_CHARACTERS = 90;

/** A step's record in a few words; anything else as JSON. */
function inShort({ value, reason }: Pick<StateResult, 'value' | 'reason'>): string {
  const { status } = (value ?? {}) as Partial<StepRecord>;
  const rest =
    status === 'done'
      ? JSON.stringify((value as { readonly result: unknown }).result)
      : JSON.stringify(value === undefined ? null : value);
  const text = [reason, status === 'done' ? `done ${rest}` : rest].filter((each) => each !== undefined).join('; ');
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 3)}...` : text;
}
