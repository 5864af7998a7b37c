/** Processor time that the runner adds to one event: its core on the memory adapters, less a bare handler of the same work. */
import { createMemoryPorts, createMemoryWorld } from '../../adapters/memory';
import { parseLaneMessage } from '../../core/contracts/lane-message';
import { indexChains } from '../../core/units/choose-chain';
import { createRunner } from '../../lambdas/execution/runner/core';
import { application } from './application';
import { BATCH, envelopesOf, inBatches, messageOf } from './events';
import { median, rounded } from './statistics';

const EVENTS = 10_000;
const ROUNDS = 5;

export interface OverheadFigures {
  readonly events: number;
  readonly rounds: number;
  readonly runnerMicrosPerEvent: number;
  readonly bareMicrosPerEvent: number;
  readonly overheadMicrosPerEvent: number;
}

export async function measureOverhead(): Promise<OverheadFigures> {
  const bodies = envelopesOf('overhead', EVENTS, 'bench', Date.now()).map((each) => JSON.stringify(messageOf(each)));
  const runner: number[] = [];
  const bare: number[] = [];
  // The first round warms both up and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    const both = [
      await processorMicros(() => runRunner(bodies)),
      await processorMicros(() => runBare(bodies)),
    ] as const;
    if (round === 0) continue;
    runner.push(both[0] / EVENTS);
    bare.push(both[1] / EVENTS);
  }
  return {
    events: EVENTS,
    rounds: ROUNDS,
    runnerMicrosPerEvent: rounded(median(runner), 1),
    bareMicrosPerEvent: rounded(median(bare), 1),
    overheadMicrosPerEvent: rounded(median(runner) - median(bare), 1),
  };
}

async function runRunner(bodies: readonly string[]): Promise<void> {
  const world = createMemoryWorld({ nowMs: Date.now() });
  const run = createRunner(
    createMemoryPorts({ world }),
    {
      environment: 'bench',
      lane: 'bench',
      ordered: false,
      suspects: false,
      chains: indexChains([application]),
      parallel: BATCH,
    },
    { now: Date.now, random: Math.random, sleep: async () => {} },
  );
  let done = 0;
  for (const batch of inBatches(bodies, BATCH)) {
    const settled = await run(
      batch.flatMap((body, index) => {
        const message = parseLaneMessage(body);
        if (message === undefined) return [];
        return { messageId: `m${index}`, receiptHandle: `r${index}`, receiveCount: 1, sentAtMs: Date.now(), message };
      }),
    );
    done += settled.filter((each) => each.settled.status === 'done').length;
    // The memory world's stream is copied at every write; a real one is somebody else's processor time.
    world.state.stream = [];
  }
  if (done !== bodies.length) throw new Error(`only ${done} of ${bodies.length} events were done`);
}

/** What a team would write without a platform: parse, compute, put one item. */
async function runBare(bodies: readonly string[]): Promise<void> {
  const table = new Map<string, unknown>();
  const put = async (key: string, value: unknown): Promise<void> => void table.set(key, value);
  for (const batch of inBatches(bodies, BATCH))
    await Promise.all(
      batch.map(async (body) => {
        const { key, event } = JSON.parse(body).envelope;
        await put(key, { sensor: event.data.sensor, celsius: event.data.celsius });
      }),
    );
}

async function processorMicros(work: () => Promise<void>): Promise<number> {
  const from = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(from);
  return user + system;
}
