/** Which chain reacts to an event, and which one a position names. */
import { type Fault, InvalidValueError } from '../contracts/errors';
import type { Position } from '../contracts/event';
import type { Application, Chain } from './definitions';

/** A chain with the application that it belongs to. */
export interface LocatedChain {
  /** `<application>/<chain>`: unique among all applications of a pool. */
  readonly name: string;
  readonly application: string;
  readonly chain: Chain;
}

/** The chains of a runner's applications, ready for look-up. */
export interface ChainIndex {
  readonly exact: ReadonlyMap<string, LocatedChain>;
  /** Longest prefix first. */
  readonly prefixes: readonly { readonly prefix: string; readonly located: LocatedChain }[];
  /** By `<application>/<chain>@<version>`. */
  readonly versions: ReadonlyMap<string, LocatedChain>;
}

/** Start of the error that a runner notes where it does not carry a position's chain; the dead-letter function looks for it. */
const UNKNOWN_CHAIN = 'this runner has no chain ';

export function unknownChainError(position: Pick<Position, 'chain' | 'version'>): string {
  return `${UNKNOWN_CHAIN}${position.chain}@${position.version}`;
}

/** Whether an error that was noted in a record says that the version was unknown. */
export function isUnknownChainError(error: string | undefined): boolean {
  return error?.includes(UNKNOWN_CHAIN) ?? false;
}

/** Fails if two chains react to the same type or prefix: which one an event takes must never depend on an order of names. */
export function indexChains(applications: readonly Application[]): ChainIndex {
  const versions = new Map<string, LocatedChain>();
  const newest = new Map<string, LocatedChain>();
  for (const located of applications.flatMap(locate)) {
    versions.set(`${located.name}@${located.chain.version}`, located);
    const known = newest.get(located.name);
    if (known === undefined || known.chain.version < located.chain.version) newest.set(located.name, located);
  }
  const patterns = [...newest.values()].flatMap((located) => located.chain.on.map((on) => ({ on, located })));
  const faults = patterns.flatMap(({ on, located }, index): Fault[] => {
    const first = patterns.findIndex((each) => each.on === on);
    return first === index
      ? []
      : [
          {
            path: `${located.name}.on`,
            value: on,
            allowed: `a type that ${patterns[first]?.located.name} does not take`,
          },
        ];
  });
  if (faults.length > 0) throw new InvalidValueError('applications', faults);
  return {
    versions,
    exact: new Map(patterns.filter(({ on }) => !on.endsWith('*')).map(({ on, located }) => [on, located])),
    prefixes: patterns
      .filter(({ on }) => on.endsWith('*'))
      .map(({ on, located }) => ({ prefix: on.slice(0, -1), located }))
      .sort((a, b) => b.prefix.length - a.prefix.length),
  };
}

/** The newest version of the chain for an event type: an exact match before a prefix, a longer prefix before a shorter one. */
export function chooseChain(index: ChainIndex, type: string): LocatedChain | undefined {
  return index.exact.get(type) ?? index.prefixes.find(({ prefix }) => type.startsWith(prefix))?.located;
}

/** The very chain and version that a position names; a chain ends in the version that it began in. */
export function findChain(index: ChainIndex, position: Pick<Position, 'chain' | 'version'>): LocatedChain | undefined {
  return index.versions.get(`${position.chain}@${position.version}`);
}

function locate(application: Application): LocatedChain[] {
  return application.chains.map((chain) => ({
    name: `${application.name}/${chain.name}`,
    application: application.name,
    chain,
  }));
}
