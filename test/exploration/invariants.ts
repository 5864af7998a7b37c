/** What must hold of the world after every step, and of a world in which everything has come to its end. */
import type { WorldState } from '../../adapters/memory';
import type { KeyedWrite, LedgerRecord } from '../../core/contracts/ledger';

const done = (world: WorldState): readonly LedgerRecord[] =>
  Object.values(world.records).filter((each) => each.outcome?.kind === 'DONE');

/** What is wrong after one step from `before` to `after`; undefined where all is well. */
export function wrongAfterStep(before: WorldState, after: WorldState): string | undefined {
  return (
    changedOutcome(before, after) ??
    movedBack(before, after) ??
    effectWithoutOutcome(after) ??
    emittedWithoutOutcome(after) ??
    strangeBranch(after) ??
    wrongContext(after) ??
    doneTwice(after)
  );
}

function changedOutcome(before: WorldState, after: WorldState): string | undefined {
  for (const [id, record] of Object.entries(before.records)) {
    const now = after.records[id]?.outcome;
    if (record.outcome && record.outcome !== now)
      return `the outcome ${record.outcome.kind} of ${id} was replaced by ${now?.kind}`;
  }
  return undefined;
}

/** Progress moves forward only, a finished branch stays, and after the outcome there is none. */
function movedBack(before: WorldState, after: WorldState): string | undefined {
  for (const [id, { progress }] of Object.entries(before.records)) {
    const record = after.records[id];
    if (!progress || !record || record.outcome || !record.progress) continue;
    const { stage } = record.progress.position;
    if (stage < progress.position.stage)
      return `progress of ${id} moved back from ${progress.position.stage} to ${stage}`;
    if (stage > progress.position.stage) continue;
    const lost = Object.keys(progress.branches).find((name) => !(name in (record.progress?.branches ?? {})));
    if (lost !== undefined) return `branch ${lost} of ${id} was forgotten`;
    const redone = Object.keys(progress.branches).find(
      (name) => progress.branches[name] !== record.progress?.branches[name],
    );
    if (redone !== undefined) return `branch ${redone} of ${id} was written twice`;
  }
  const late = Object.entries(after.records).find(([, each]) => each.outcome && each.progress);
  return late && `progress of ${late[0]} was written after its outcome`;
}

/** Units whose result is a name with a digit say which stage they ran in. */
function strangeBranch(world: WorldState): string | undefined {
  for (const { key, progress } of Object.values(world.records))
    for (const [name, { result }] of Object.entries(progress?.branches ?? {}))
      if (typeof result === 'string' && /\d$/.test(result) && !result.endsWith(String(progress?.position.stage)))
        return `branch ${name} of ${key} at stage ${progress?.position.stage} holds ${result}`;
  return undefined;
}

function effectWithoutOutcome(world: WorldState): string | undefined {
  const written = done(world).flatMap((each) => each.outcome?.writes ?? []);
  const forged = Object.values(world.effects).find((each) => !written.some((write) => sameWrite(write, each)));
  return forged && `effect ${forged.receipt} has no outcome DONE that wrote it`;
}

function emittedWithoutOutcome(world: WorldState): string | undefined {
  const emitted = done(world).flatMap((each) => each.outcome?.emits ?? []);
  const forged = world.published.find((each) => !emitted.some((other) => other.id === each.id));
  return forged && `event ${forged.id} was published without an outcome DONE`;
}

function wrongContext(world: WorldState): string | undefined {
  const named = done(world).flatMap((each) => each.outcome?.contexts ?? []);
  const keys = new Set([...named, ...Object.keys(world.contexts)]);
  for (const key of keys) {
    const folded = named.filter((each) => each === key).length;
    const n = world.contexts[key]?.n ?? 0;
    if (n !== folded) return `context ${key} counts ${n}, but ${folded} outcomes are folded into it`;
  }
  return undefined;
}

function doneTwice(world: WorldState): string | undefined {
  const keys = done(world).map((each) => each.key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  return twice && `event ${twice} was DONE in two generations`;
}

/** What is wrong once nothing is left to do. */
export function wrongAtEnd(
  world: WorldState,
  { neverDead, produced }: { readonly neverDead: boolean; readonly produced: number },
): string | undefined {
  const accepted = new Set(
    Object.values(world.acceptances).flatMap((each) => each.acceptance.envelopes.map(({ key }) => key)),
  );
  if (accepted.size < produced) return `${produced - accepted.size} of ${produced} events were lost before acceptance`;
  for (const { acceptance, closedAtMs } of Object.values(world.acceptances)) {
    for (const { key, generation } of acceptance.envelopes) {
      const outcome = world.records[`${key}#${generation}`]?.outcome;
      if (!outcome) return `event ${key}#${generation} was accepted and has no outcome`;
      if (neverDead && outcome.kind === 'DEAD') return `event ${key}#${generation} is DEAD: ${outcome.reason}`;
    }
    if (closedAtMs === undefined) return `acceptance ${acceptance.key} is open though each event has its outcome`;
  }
  return missingEffect(world) ?? missingEmission(world);
}

/** The newest version of every key is there: none missing, none replaced by an older one. */
function missingEffect(world: WorldState): string | undefined {
  for (const write of done(world).flatMap((each) => each.outcome?.writes ?? [])) {
    const there = world.effects[`${write.collection}#${write.key}`];
    if (!there || there.version < write.version) return `effect ${write.receipt} is missing`;
  }
  return undefined;
}

function missingEmission(world: WorldState): string | undefined {
  const ids = new Set(world.published.map((each) => each.id));
  const missing = done(world)
    .flatMap((each) => each.outcome?.emits ?? [])
    .find((each) => !ids.has(each.id));
  return missing && `emitted event ${missing.id} was never published`;
}

const sameWrite = (a: KeyedWrite, b: KeyedWrite): boolean =>
  a.receipt === b.receipt && a.version === b.version && a.key === b.key && a.collection === b.collection;
