/**
 * Whether what became of an event, what its saga left in the state store, and the books outside say the same. Pure, and of no
 * application: how an entry outside must be is the application's to say. Asked only of events that have their outcome.
 */
import type { OutcomeKind } from '../contracts/ledger';
import { DIRECTION, type StepRecord } from '../contracts/saga';
import type { StateRead, StateResult } from '../contracts/state';

/** A step forward. */
export interface ComparedStep {
  readonly name: string;
  readonly ends: boolean;
  readonly isCompensated: boolean;
}

/** What the books outside say of one act, held against the outcome by the application's own word. */
export interface LedgerAnswer {
  /** Name of the step's result. */
  readonly result: string;
  readonly says: 'agrees' | 'disagrees' | 'unknown';
  readonly words: string;
}

export interface SettledSaga {
  readonly outcome: OutcomeKind;
  readonly instance: string;
  readonly steps: readonly ComparedStep[];
  /** All of the instance. */
  readonly results: readonly StateResult[];
  readonly answers: readonly LedgerAnswer[];
}

export interface Disagreement {
  /** `ambiguous`: it was left half-way, so that nobody can tell what was done. */
  readonly kind: 'inconsistent' | 'ambiguous';
  /** A current result that is wrong: nobody may act on it until it is made again. */
  readonly result?: StateRead;
  readonly words: string;
}

export type Comparison =
  | { readonly says: 'agrees' }
  /** Nothing disagrees, and somebody who has to be asked does not answer. */
  | { readonly says: 'unknown'; readonly words: string }
  /** The saga's last step is done, so that nothing of it can be taken back, and the outcome is not DONE. */
  | { readonly says: 'stands'; readonly words: string }
  | { readonly says: 'disagrees'; readonly disagreements: readonly [Disagreement, ...Disagreement[]] };

export function compareSaga(saga: SettledSaga): Comparison {
  const direction = saga.results.find(({ key }) => key.name === DIRECTION)?.value;
  if (saga.outcome !== 'DONE' && direction === 'done')
    return { says: 'stands', words: `its last step is done, and its event is ${saga.outcome}` };
  const inside = saga.outcome === 'DONE' ? doneInside(saga, direction) : undoneInside(saga);
  const [first, ...others] = [...inside, ...outside(saga)];
  if (first !== undefined) return { says: 'disagrees', disagreements: [first, ...others] };
  const unknown = saga.answers.find(({ says }) => says === 'unknown');
  return unknown === undefined ? { says: 'agrees' } : { says: 'unknown', words: unknown.words };
}

/** All that a step left: one result, or one for each of its cells. */
export const resultsOf = (results: readonly StateResult[], step: string): readonly StateResult[] =>
  results.filter(({ key }) => key.name === step || key.name.startsWith(`${step}/`));

const statusOf = ({ value }: StateResult): StepRecord['status'] | undefined =>
  (value as StepRecord | undefined)?.status;

export const isDone = (result: StateResult): boolean => result.freshness === 'current' && statusOf(result) === 'done';

function doneInside({ steps, results, instance }: SettledSaga, direction: unknown): Disagreement[] {
  const found: Disagreement[] = [];
  if (direction !== 'done')
    found.push({
      kind: 'inconsistent',
      words: `DONE, and its saga is ${direction === 'back' ? 'turned back' : 'not ended'}`,
    });
  for (const { name, ends } of steps) {
    const mine = resultsOf(results, name);
    if (ends && mine.length === 0) found.push({ kind: 'inconsistent', words: `DONE, and there is no ${name}` });
    for (const each of mine) if (!isDone(each)) found.push(notAs('DONE', each));
    if (ends) found.push(...mine.flatMap((each) => withoutBasis(each, steps, results, instance)));
  }
  return found;
}

/** The end stands on results of its own saga, at the versions from which it was made. */
function withoutBasis(
  { key: { name: end }, basis }: StateResult,
  steps: readonly ComparedStep[],
  results: readonly StateResult[],
  instance: string,
): Disagreement[] {
  return basis
    .filter(({ key }) => key.instance === instance && steps.some(({ name }) => key.name.split('/', 1)[0] === name))
    .filter(({ key, version }) => !results.some((each) => each.key.name === key.name && each.version === version))
    .map(({ key, version }) => ({
      kind: 'inconsistent',
      words: `DONE, and ${end} was made from ${key.name} version ${version}, which is not there`,
    }));
}

function undoneInside({ steps, results, outcome }: SettledSaga): Disagreement[] {
  const open = steps.filter(({ isCompensated }) => isCompensated).flatMap(({ name }) => resultsOf(results, name));
  return open.filter((each) => each.freshness !== 'current' || isDone(each)).map((each) => notAs(outcome, each));
}

function notAs(outcome: OutcomeKind, result: StateResult): Disagreement {
  const { freshness, key } = result;
  return freshness === 'current'
    ? { kind: 'inconsistent', words: `${outcome}, and ${key.name} is ${statusOf(result) ?? 'no result of a step'}` }
    : { kind: 'ambiguous', words: `${outcome}, and ${key.name} is ${freshness}` };
}

function outside({ answers, results }: SettledSaga): Disagreement[] {
  return answers
    .filter(({ says }) => says === 'disagrees')
    .map(({ result: name, words }) => {
      const found = results.find(({ key, freshness }) => key.name === name && freshness === 'current');
      const result = found === undefined ? {} : { result: { key: found.key, version: found.version } };
      return { kind: 'inconsistent', words, ...result };
    });
}
