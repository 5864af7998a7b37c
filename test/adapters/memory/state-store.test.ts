/**
 * Proves, over random interleavings of two writers (one never asks for a new token), a reader that commits on what it read, and a
 * recovery, each with old knowledge and repeats: nobody acts on what is not current, versions only rise, an old token never writes.
 * An observer that compares the table before and after each call judges; each condition taken out makes it find a hole.
 */
import fc from 'fast-check';
import { createMemoryStateStore, createMemoryWorld, type MemoryWorld } from '../../../adapters/memory';
import type { StateClaim, StateCommit, StateResult } from '../../../core/contracts/state';
import { STATE_CONDITIONS, type StateCondition } from '../../../core/contracts/state-conditions';
import type { StateStore } from '../../../core/ports';

const SEED = 20_261_121;
const RUNS = 2_000;

const shared = { application: 'booking', instance: 'order-1', name: 'payment' };
const outputOf = (name: string) => ({ ...shared, name });
const outputs = ['ticket', 'receipt'].map(outputOf);
const first = (token: number): StateClaim => ({ key: shared, owner: 'first', token });

/** What one actor knows; it acts on that, however old it has become. */
interface Knowledge {
  seen: StateResult | undefined;
  token: number;
}
type Table = Readonly<Record<string, StateResult>>;
type Call = (states: StateStore, atMs: number) => Promise<{ readonly status: string } | undefined>;

const ACTORS = ['first writer', 'second writer', 'reader', 'recovery'] as const;
const MOVES = ['look', 'begin', 'put', 'mark stale', 'mark failed', 'begin ticket', 'begin receipt', 'commit'] as const;
const ALLOWED: Record<(typeof ACTORS)[number], readonly (typeof MOVES)[number][]> = {
  'first writer': ['look', 'begin', 'put'],
  'second writer': ['look', 'begin', 'put', 'mark failed'],
  reader: ['look', 'begin ticket', 'begin receipt', 'commit'],
  recovery: ['look', 'mark stale', 'mark failed'],
};

interface Move {
  readonly actor: (typeof ACTORS)[number];
  readonly move: (typeof MOVES)[number];
  /** The answer was lost, so the same call is made again at once. */
  readonly again: boolean;
}

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.constantFrom(...ACTORS).chain((actor) =>
    fc.record({
      actor: fc.constant(actor),
      move: fc.constantFrom(...ALLOWED[actor]),
      again: fc.boolean(),
    }),
  ),
  { minLength: 1, maxLength: 60, size: 'max' },
);

/** The call that an actor makes on what it knows; `undefined` where it knows too little to make it. */
function callOf(actor: (typeof ACTORS)[number], move: (typeof MOVES)[number], knows: Knowledge): Call | undefined {
  const { seen, token } = knows;
  // The first writer keeps its token for ever; the second takes the one after the last that it has seen.
  const claim = actor === 'first writer' ? first(1) : { key: shared, owner: 'second', token };
  const version = seen?.version ?? 0;
  switch (move) {
    case 'look':
      return undefined;
    case 'begin':
      // The first writer begins over whatever is there, the second over what it has seen.
      return (states, atMs) => states.begin(actor === 'second writer' ? { ...claim, ifVersion: version } : claim, atMs);
    case 'put':
      return (states, atMs) => states.put({ ...claim, value: `${claim.owner} ${token}`, ifVersion: version }, atMs);
    case 'mark stale':
      return seen && ((states, atMs) => states.markStale({ key: shared, ifVersion: version, reason: 'wrong' }, atMs));
    case 'mark failed':
      return seen && ((states, atMs) => states.markFailed({ key: shared, token: seen.token, reason: 'late' }, atMs));
    case 'begin ticket':
      return (states, atMs) => states.begin({ key: outputOf('ticket'), owner: 'reader', token }, atMs);
    case 'begin receipt':
      return (states, atMs) => states.begin({ key: outputOf('receipt'), owner: 'reader', token }, atMs);
    case 'commit':
      return seen && ((states, atMs) => states.commitIfCurrent(commitOn(seen, token), atMs));
  }
}

const commitOn = (seen: StateResult, token: number): StateCommit => ({
  reads: [{ key: seen.key, version: seen.version }],
  // Perhaps only one of the two was begun, or under an earlier token: then neither may be put.
  writes: outputs.map((key) => ({ key, owner: 'reader', token, value: seen.value, ifVersion: 0 })),
});

/** What must hold between the tables before and after any call, said without the adapter's own conditions. */
function judge(before: Table, after: Table, over: Set<string>, known: Knowledge, move: string, actor: string): void {
  const changed = Object.keys(after).filter((id) => before[id] !== after[id]);
  for (const id of changed) {
    const [old, now] = [before[id], after[id] as StateResult];
    const was = old ?? { version: 0, token: 0, freshness: 'absent', value: undefined, owner: '' };
    const rise = now.version - was.version;
    if (rise < 0 || rise > 1) throw new Error(`version from ${was.version} to ${now.version}`);
    if (rise === 0 && JSON.stringify(now.value) !== JSON.stringify(was.value))
      throw new Error('a value without a version');
    if (now.token < was.token) throw new Error('an old token writes');
    if (move === 'begin' && now.token === was.token) throw new Error('a token begins twice');
    if (now.freshness === 'current' && over.has(`${id} ${now.version}`)) throw new Error('current again');
    if (rise === 1) {
      if (was.freshness !== 'pending') throw new Error(`a put over ${was.freshness}`);
      if (now.token !== was.token || now.owner !== was.owner) throw new Error('a put by another than who began');
    }
    if (move === 'put' && actor !== 'reader' && rise === 1 && was.version !== (known.seen?.version ?? 0))
      throw new Error('a put over a version that its writer did not know');
    if (move === 'put' && rise === 1 && actor === 'first writer' && was.token !== 1)
      throw new Error('an old token puts');
    if (move === 'put' && rise === 1 && actor === 'second writer' && was.token !== known.token)
      throw new Error('a token that did not begin puts');
    if (move === 'begin' && actor === 'second writer' && was.version !== (known.seen?.version ?? 0))
      throw new Error('a begin over a version that its owner did not know');
    if (move === 'mark stale' && (was.version !== known.seen?.version || was.freshness !== 'current'))
      throw new Error('stale though it was not judged, or not current');
    if (move === 'mark failed' && (was.token !== known.seen?.token || was.freshness !== 'pending'))
      throw new Error('failed though it was not judged, or over');
    if (old && old.freshness === 'current' && now.freshness !== 'current') over.add(`${id} ${old.version}`);
  }
  if (move !== 'commit' || changed.length === 0) return;
  const read = Object.values(before).find(({ key }) => key.name === shared.name);
  const version = known.seen?.version ?? 0;
  // Of nothing it is enough that there still is nothing.
  if ((read?.version ?? 0) !== version || (version > 0 && read?.freshness !== 'current'))
    throw new Error('a commit on what is not current');
  if (changed.length !== outputs.length) throw new Error('half a commit');
}

async function play(given: readonly Move[], without: readonly StateCondition[]): Promise<string[]> {
  const world: MemoryWorld = createMemoryWorld({ without });
  const states = createMemoryStateStore({ world });
  const knowledge = new Map<string, Knowledge>(ACTORS.map((actor) => [actor, { seen: undefined, token: 1 }]));
  const over = new Set<string>();
  const done: string[] = [];
  for (const [atMs, { actor, move, again }] of given.entries()) {
    const known = knowledge.get(actor) as Knowledge;
    if (move === 'look') {
      const seen = await states.read(shared);
      const token = actor === 'reader' ? known.token : Math.max(known.token, seen?.token ?? 0) + 1;
      knowledge.set(actor, { seen, token });
      continue;
    }
    // The reader's own token rises with each ticket that it begins, so that a receipt may be one of an earlier attempt.
    if (move === 'begin ticket') known.token += 1;
    const call = callOf(actor, move, known);
    if (call === undefined) continue;
    const before = { ...world.state.states };
    const answer = await call(states, atMs);
    judge(before, world.state.states, over, known, move, actor);
    if (answer !== undefined) done.push(`${move}: ${answer.status}`);
    if (!again) continue;
    const between = { ...world.state.states };
    const repeated = await call(states, atMs + 1_000);
    judge(between, world.state.states, over, known, move, actor);
    if (repeated?.status !== answer?.status) throw new Error(`${answer?.status}, again ${repeated?.status}`);
    if (Object.keys(between).some((id) => between[id] !== world.state.states[id])) throw new Error('a repeat writes');
  }
  return done;
}

const holding = (without: readonly StateCondition[]) =>
  fc.asyncProperty(moves, async (given) => {
    await play(given, without);
  });

test('no interleaving acts on what is not current, lowers a version, or lets an old token write', async () => {
  await fc.assert(holding([]), { numRuns: RUNS, seed: SEED });
}, 120_000);

test('the interleavings reach every answer that a call can give, so that the above says something', async () => {
  const reached = new Set<string>();
  for (const given of fc.sample(moves, { numRuns: RUNS, seed: SEED }))
    for (const each of await play(given, [])) reached.add(each);
  const expected = ['begin: begun', 'put: written', 'mark stale: marked', 'mark failed: marked', 'commit: committed'];
  const refusals = ['begin', 'put', 'mark stale', 'mark failed', 'commit'].map((each) => `${each}: refused`);
  expect([...reached].sort()).toEqual(expect.arrayContaining([...expected, ...refusals, 'begin: done'].sort()));
}, 120_000);

test.each(STATE_CONDITIONS.map((each) => [each]))(
  'fails if taken out: %s',
  async (condition) => {
    const result = await fc.check(holding([condition]), { numRuns: 10 * RUNS, seed: SEED });
    expect(result.failed).toBe(true);
  },
  120_000,
);
