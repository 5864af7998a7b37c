/** The three words an application is written with. Each checks what it is given at definition, so that a fault never waits for an event. */
import { type Fault, InvalidValueError } from '../contracts/errors';
import type { Application, Chain, Stage, Unit } from './definitions';

const NAME = /^[a-z][a-z0-9-]{0,30}$/;
const NAME_ALLOWED = 'lower-case letters, digits and hyphens, 1-31, a letter first';
/** AWS stops a loop of a function and its own queue after about 16 rounds; half of that leaves room for repairs. */
export const MAX_HOPS = 8;
/** The current version of a chain and the one before it, which events in flight may still be in. */
const MAX_VERSIONS = 2;

/** A unit: a schema and a pure function of (event, input, context, now). Left out: `context` makes it a unit without memory. */
export function defineUnit<Input, Result, Value = undefined>(
  unit: Unit<Input, Result, Value>,
): Unit<Input, Result, Value> {
  refuse(`unit ${unit.name}`, nameFaults('name', unit.name));
  return Object.freeze(unit);
}

/** What `defineChain` is given; `sequenced` is false where it is left out. */
export type ChainDefinition = Omit<Chain, 'sequenced'> & { readonly sequenced?: boolean };

/** A chain: stages in order, each of units one after the other or of parallel branches. */
export function defineChain(definition: ChainDefinition): Chain {
  const chain: Chain = { ...definition, sequenced: definition.sequenced ?? false };
  refuse(`chain ${chain.name}`, chainFaults(chain));
  return Object.freeze(chain);
}

/** An application: a name and its chains, of each at most the versions N and N-1. */
export function defineApplication(application: Application): Application {
  refuse(`application ${application.name}`, applicationFaults(application));
  return Object.freeze(application);
}

/** Invocations of the split form: one per stage, and the join of parallel branches is one more. */
export function countHops(stages: readonly Stage[]): number {
  return stages.reduce((sum, stage) => sum + ('branches' in stage ? 2 : 1), 0);
}

/** All units of a stage, those of parallel branches in the order of their definition. */
export function unitsOf(stage: Stage): readonly Unit[] {
  return 'branches' in stage ? Object.values(stage.branches).flat() : stage.units;
}

function refuse(what: string, faults: readonly Fault[]): void {
  if (faults.length > 0) throw new InvalidValueError(what, faults);
}

function nameFaults(path: string, name: string): Fault[] {
  return NAME.test(name) ? [] : [{ path, value: name, allowed: NAME_ALLOWED }];
}

function chainFaults(chain: Chain): Fault[] {
  const hops = countHops(chain.stages);
  const faults = nameFaults('name', chain.name);
  if (!Number.isInteger(chain.version) || chain.version < 1)
    faults.push({ path: 'version', value: chain.version, allowed: 'a whole number from 1' });
  if (chain.on.length === 0) faults.push({ path: 'on', value: chain.on, allowed: 'at least one event type' });
  chain.on.forEach((type, index) => {
    if (!/^[^*\s]+\*?$/.test(type))
      faults.push({ path: `on.${index}`, value: type, allowed: 'an event type, or a prefix of one ending in *' });
  });
  if (chain.stages.length === 0) faults.push({ path: 'stages', value: 0, allowed: 'at least one stage' });
  if (hops > MAX_HOPS)
    faults.push({
      path: 'stages',
      value: `${hops} hops`,
      allowed: `at most ${MAX_HOPS}; parallel branches count as two`,
    });
  faults.push(...chain.stages.flatMap((stage, index) => stageFaults(stage, `stages.${index}`)));
  return [...faults, ...repeatedUnits(chain), ...contextFaults(chain)];
}

function stageFaults(stage: Stage, path: string): Fault[] {
  if (!('branches' in stage))
    return stage.units.length > 0 ? [] : [{ path: `${path}.units`, value: 0, allowed: 'at least one unit' }];
  const names = Object.keys(stage.branches);
  return [
    ...(names.length >= 2 ? [] : [{ path: `${path}.branches`, value: names.length, allowed: 'at least two branches' }]),
    ...names.flatMap((name) => nameFaults(`${path}.branches.${name}`, name)),
    ...names
      .filter((name) => stage.branches[name]?.length === 0)
      .map((name) => ({ path: `${path}.branches.${name}`, value: 0, allowed: 'at least one unit' })),
  ];
}

/** Receipts and ids of emitted events name the unit, so a chain has each unit once. */
function repeatedUnits(chain: Chain): Fault[] {
  const names = chain.stages.flatMap(unitsOf).map((unit) => unit.name);
  return names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => ({ path: 'stages', value: name, allowed: 'each unit once in a chain' }));
}

/**
 * Nothing takes effect before the outcome, so an accumulating write is computed in the invocation that commits: the last stage's,
 * and not in a branch, whose outcome another invocation commits.
 */
function contextFaults(chain: Chain): Fault[] {
  const last = chain.stages.length - 1;
  const faults = chain.stages.flatMap((stage, index) =>
    index === last && !('branches' in stage)
      ? []
      : unitsOf(stage)
          .filter((unit) => unit.context !== undefined)
          .map((unit) => ({
            path: `stages.${index}`,
            value: `unit ${unit.name} with a context`,
            allowed: 'contexts in the last stage only, and in no parallel branch',
          })),
  );
  const some = chain.stages.flatMap(unitsOf).some((unit) => unit.context !== undefined);
  return chain.sequenced && !some
    ? [...faults, { path: 'sequenced', value: true, allowed: 'true only with a unit that has a context' }]
    : faults;
}

function applicationFaults(application: Application): Fault[] {
  const faults = nameFaults('name', application.name);
  if (application.chains.length === 0) faults.push({ path: 'chains', value: 0, allowed: 'at least one chain' });
  const names = [...new Set(application.chains.map((chain) => chain.name))];
  for (const name of names) {
    const versions = application.chains.filter((chain) => chain.name === name).map((chain) => chain.version);
    const distinct = [...new Set(versions)].sort((a, b) => a - b);
    const consecutive = distinct.every((version, index) => index === 0 || version === (distinct[index - 1] ?? 0) + 1);
    if (distinct.length !== versions.length || versions.length > MAX_VERSIONS || !consecutive)
      faults.push({ path: `chains.${name}.version`, value: versions, allowed: 'one version N, or N and N-1' });
  }
  return faults;
}
