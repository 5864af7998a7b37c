/** Looks at all books of a saga whose event has its outcome: the ledger, the state store, and what the application has agreed on outside. */
import type { LedgerRecord, Outcome, OutcomeKind, SagaRan } from '../contracts/ledger';
import { executionOf, type StepRecord } from '../contracts/saga';
import type { StateResult } from '../contracts/state';
import { type Comparison, compareSaga, isDone, type LedgerAnswer, resultsOf } from '../policies/compare-saga';
import type { Executions, Records, StateStore } from '../ports';
import { keyOutside } from './acts';
import type { Agreement, LedgerEntries, LedgerReaders } from './definitions';
import { partsOf } from './execution-name';
import type { WatchedSaga } from './outline';

export interface ExaminePorts {
  readonly states: Pick<StateStore, 'list'>;
  readonly records: Pick<Records, 'latest'>;
  readonly executions: Pick<Executions, 'describe'>;
  /** What of an application's services may be asked here. */
  readonly ledgers: (application: string) => Partial<LedgerReaders>;
}

export type Examination =
  | Comparison
  /** Another generation works on the instance, or has worked on it since: what is there is not this one's to answer for. */
  | { readonly says: 'superseded'; readonly words: string };

/** What can be examined: an event that a saga ran for, and that has its outcome. */
export interface Settled extends LedgerRecord {
  readonly outcome: Outcome & { readonly ran: SagaRan };
}
export const isSettled = (record: LedgerRecord | undefined): record is Settled => record?.outcome?.ran !== undefined;

/** Name of the saga that an outcome is of. */
export const sagaOf = ({ chain }: Outcome): string => chain?.split('@', 1)[0] ?? '';

export async function examine(
  ports: ExaminePorts,
  saga: Pick<WatchedSaga, 'application' | 'steps' | 'agreements'>,
  record: Settled,
): Promise<Examination> {
  const { kind, ran } = record.outcome;
  const { instance } = ran;
  const results = await ports.states.list(saga.application, instance);
  const asked = (saga.agreements ?? []).map((each) => ask(ports, saga.application, each, kind, instance, results));
  const answers = (await Promise.all(asked)).flat();
  const forward = saga.steps.filter(({ compensates }) => compensates === undefined);
  const steps = forward.map(({ name, mayEnd }) => ({
    name,
    ends: mayEnd,
    isCompensated: saga.steps.some(({ compensates }) => compensates === name),
  }));
  const comparison = compareSaga({ outcome: kind, instance, steps, results, answers });
  if (comparison.says === 'agrees' || comparison.says === 'unknown') return comparison;
  const words = await laterHand(ports, record, results);
  return words === undefined ? comparison : { says: 'superseded', words };
}

/** Of each act of the step: where it left nothing, of the one that it would have been known by. */
async function ask(
  { ledgers }: ExaminePorts,
  application: string,
  agreement: Agreement,
  outcome: OutcomeKind,
  instance: string,
  results: readonly StateResult[],
): Promise<LedgerAnswer[]> {
  const { step, ledger } = agreement;
  const mine = resultsOf(results, step);
  const reader = ledgers(application)[ledger];
  // What should be done and is not disagrees already, whatever the books say.
  const done = mine.filter(isDone);
  const names = outcome === 'DONE' ? done.map(({ key }) => key.name) : namesOf(step, mine);
  return Promise.all(
    names.map(async (result): Promise<LedgerAnswer> => {
      const key = keyOutside(instance, result);
      if (reader === undefined) return { result, says: 'unknown', words: `nobody may ask the ${ledger} of ${key}` };
      const entry = await reader
        .find(key)
        .catch((error: unknown) => ({ status: 'unknown' as const, words: String(error) }));
      if (entry.status === 'unknown')
        return { result, says: 'unknown', words: `the ${ledger} do not answer for ${key}: ${entry.words}` };
      const left = done.find((each) => each.key.name === result);
      const holds = outcome === 'DONE' ? agreement.whenDone(resultIn(left), entry) : agreement.whenUndone(entry);
      const words = `${outcome}, and the ${ledger} say that ${key} is ${entryWords(entry)}`;
      return { result, says: holds ? 'agrees' : 'disagrees', words };
    }),
  );
}

const namesOf = (step: string, mine: readonly StateResult[]): readonly string[] =>
  mine.length === 0 ? [step] : mine.map(({ key }) => key.name);

const resultIn = (found: StateResult | undefined): unknown => {
  const record = found?.value as StepRecord | undefined;
  return record?.status === 'done' ? record.result : undefined;
};

const entryWords = (entry: LedgerEntries[keyof LedgerEntries]): string =>
  entry.status === 'none' ? 'not known' : `${entry.status} (${entry.payment.amountCents})`;

/** Asked only where something disagrees, since it costs calls: whether another generation, of this event or of one with its key, was here. */
async function laterHand(
  { records, executions }: ExaminePorts,
  { key, generation, outcome }: Settled,
  results: readonly StateResult[],
): Promise<string | undefined> {
  const latest = await records.latest(key);
  if ((latest?.generation ?? 0) > generation) return `generation ${latest?.generation} of the event has it`;
  const own = partsOf(outcome.ran.execution)?.family;
  const others = new Map<string, string>();
  for (const { owner } of results) {
    const name = executionOf(owner);
    const family = partsOf(name)?.family;
    if (family !== undefined && family !== own) others.set(family, name);
  }
  for (const name of others.values()) {
    const execution = await executions.describe(sagaOf(outcome), name);
    const { event } = (execution?.input ?? {}) as { readonly event?: { readonly generation?: unknown } };
    if (Number(event?.generation ?? 0) > generation) return `execution ${name} of a later generation has it`;
  }
  return undefined;
}
