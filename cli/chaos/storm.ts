/** Makes the trouble while the stream flows, and counts what is known to have happened. */
import { setTimeout as delay } from 'node:timers/promises';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { LIVE_ALIAS } from '../../core/contracts/names';
import type { Clocks } from '../../local/faults/clocks';
import { type LogTap, tapLogs } from '../../local/faults/log-tap';
import type { FaultProxy } from '../../local/faults/proxy';
import { FAULT_ACTIONS, type FaultAction } from '../../local/faults/rules';
import type { Connection } from '../connection';
import { type Random, seededRandom } from '../workload/random';
import { type Extent, type FaultKind, isProxied, leastOf } from './kinds';
import { killAtRandom, type RandomKills } from './random-kills';
import { targetsOf } from './targets';
import { owedAt, planWave } from './waves';

const WAVE_MS = 1_000;
/** Of the deliveries of logs, where the kind is on. */
const LOGS_DROPPED = 0.3;
const LOGS_REPEATED = 0.3;
/** The canary's known error: only what fails is delivered, and less fails than is to be dropped. */
const CANARY_MS = 500;
/** Between two kills of a worker, whatever it does. */
const RANDOM_KILL_MS = { leastWaitMs: 5_000, mostWaitMs: 20_000 };

export type Counts = Readonly<Partial<Record<FaultKind, number>>>;

export interface Storm {
  counts(): Counts;
  /** How often each target was struck, by kind and target. */
  strikes(): Readonly<Record<string, number>>;
  /** Ends it: from then on nothing goes wrong any more but what is under way. */
  end(): Promise<void>;
}

export interface StormOptions {
  readonly connection: Connection;
  readonly proxy: FaultProxy;
  readonly clocks: Clocks | undefined;
  readonly kinds: readonly FaultKind[];
  readonly extent: Extent;
  readonly seed: number;
}

export async function beginStorm(options: StormOptions): Promise<Storm> {
  const { connection, proxy, clocks, kinds, extent, seed } = options;
  const strikes: Record<string, number> = {};
  const tap = await tapOf(connection, kinds, seededRandom(seed + 1));
  const kills = kinds.includes('kill')
    ? killAtRandom({ endpoint: proxy.endpoint, seed: seed + 2, ...RANDOM_KILL_MS })
    : undefined;
  const ended = new AbortController();
  const waving = waves(strikes, ended.signal);
  const singing = tap === undefined ? undefined : sing(connection, ended.signal);
  return {
    counts: () => countsOf(kinds, strikes, { tap, kills, clocks }),
    strikes: () => ({ ...strikes }),
    end: async () => {
      ended.abort();
      await Promise.all([waving, singing]);
      await kills?.stop();
      clocks?.heal();
      await tap?.stop();
    },
  };

  async function waves(into: Record<string, number>, signal: AbortSignal): Promise<void> {
    const random = seededRandom(seed);
    const actions = kinds.filter(isProxied);
    const targets = targetsOf(connection.names, connection.configuration.lanes);
    const startMs = Date.now();
    const collect = () => {
      // A rule's name is its wave's, its kind and its target.
      for (const [name, count] of Object.entries(proxy.strikes())) {
        const what = name.slice(name.indexOf(': ') + 2);
        if (count > 0) into[what] = (into[what] ?? 0) + count;
      }
    };
    for (let wave = 1; !signal.aborted; wave++) {
      collect();
      const elapsedSeconds = (Date.now() - startMs) / 1000;
      const owed = (action: FaultAction) =>
        owedAt(leastOf(action, extent), elapsedSeconds, extent.stormSeconds, struckBy(action, into));
      proxy.setRules(planWave({ actions, targets, owed, random, isQuick: extent.isQuick, wave }));
      await delay(WAVE_MS, undefined, { signal }).catch(() => undefined);
    }
    collect();
    proxy.setRules([]);
  }
}

async function sing({ clients, names }: Connection, signal: AbortSignal): Promise<void> {
  const FunctionName = names.platformFunction('canary');
  while (!signal.aborted) {
    await delay(CANARY_MS, undefined, { signal }).catch(() => undefined);
    // It may be killed like any other function.
    await clients.lambda.send(new InvokeCommand({ FunctionName, Qualifier: LIVE_ALIAS })).catch(() => undefined);
  }
}

const struckBy = (action: FaultAction, strikes: Readonly<Record<string, number>>): number =>
  Object.entries(strikes).reduce((sum, [what, count]) => (what.startsWith(`${action}: `) ? sum + count : sum), 0);

function tapOf(connection: Connection, kinds: readonly FaultKind[], random: Random): Promise<LogTap> | undefined {
  const dropped = kinds.includes('drop-logs') ? LOGS_DROPPED : 0;
  const repeated = kinds.includes('repeat-logs') ? LOGS_REPEATED : 0;
  if (dropped + repeated === 0) return undefined;
  const times = () => {
    const drawn = random();
    if (drawn < dropped) return 0;
    return drawn < dropped + repeated ? 2 : 1;
  };
  const functionName = connection.names.platformFunction('monitor');
  return tapLogs({ lambda: connection.clients.lambda, functionName, alias: LIVE_ALIAS, times });
}

interface Sources {
  readonly tap: LogTap | undefined;
  readonly kills: RandomKills | undefined;
  readonly clocks: Clocks | undefined;
}

function countsOf(kinds: readonly FaultKind[], strikes: Readonly<Record<string, number>>, sources: Sources): Counts {
  const { tap, kills, clocks } = sources;
  const others: Counts = {
    'drop-logs': tap?.counts().dropped ?? 0,
    'repeat-logs': tap?.counts().repeated ?? 0,
    'clock-skew': clocks?.count() ?? 0,
  };
  const proxied = Object.fromEntries(FAULT_ACTIONS.map((action) => [action, struckBy(action, strikes)]));
  const atRandom = Object.values(kills?.kills() ?? {}).reduce((sum, count) => sum + count, 0);
  const all: Counts = { ...others, ...proxied, kill: (proxied.kill ?? 0) + atRandom };
  return Object.fromEntries(kinds.flatMap((kind) => (kind in all ? [[kind, all[kind] ?? 0]] : [])));
}
