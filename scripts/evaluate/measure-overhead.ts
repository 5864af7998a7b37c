/**
 * h / s of the deployed runner: its own core on the memory adapters, with every call to a port as slow as a DynamoDB request in the same
 * region, over batches of 1 to 10. The intercept of the line through (records, time) is h, its slope s. The least of many rounds
 * counts, since whatever else the machine does can only add.
 */
import { createMemoryPorts, createMemoryWorld } from '../../adapters/memory';
import { parseLaneMessage } from '../../core/contracts/lane-message';
import { indexChains } from '../../core/units/choose-chain';
import { createRunner, type RunnerPorts } from '../../lambdas/execution/runner/core';
import { application } from '../bench/application';
import { envelopesOf, messageOf } from '../bench/events';

/** "Single-digit milliseconds" is what AWS says of DynamoDB; five is its middle. */
const REQUEST_MS = 5;
const ROUNDS = 25;
const SIZES = [1, 2, 4, 6, 8, 10] as const;

export interface OverheadMeasured {
  readonly overheadMs: number;
  readonly recordMs: number;
  readonly ratio: number;
}

export async function measureOverheadRatio(): Promise<OverheadMeasured> {
  const points = [];
  for (const records of SIZES) points.push({ records, ms: await leastMs(records) });
  const n = points.length;
  const meanX = points.reduce((sum, { records }) => sum + records, 0) / n;
  const meanY = points.reduce((sum, { ms }) => sum + ms, 0) / n;
  const slope =
    points.reduce((sum, { records, ms }) => sum + (records - meanX) * (ms - meanY), 0) /
    points.reduce((sum, { records }) => sum + (records - meanX) ** 2, 0);
  const overheadMs = meanY - slope * meanX;
  return { overheadMs, recordMs: slope, ratio: overheadMs / slope };
}

async function leastMs(records: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const bodies = envelopesOf(`h${records}-${round}`, records, 'bench', Date.now()).map((each) => messageOf(each));
    const world = createMemoryWorld({ nowMs: Date.now() });
    const run = createRunner(
      slowed(createMemoryPorts({ world })),
      {
        environment: 'bench',
        lane: 'bench',
        ordered: false,
        suspects: false,
        chains: indexChains([application]),
        parallel: 10,
      },
      { now: Date.now, random: Math.random, sleep: async () => {} },
    );
    const batch = bodies.flatMap((body, index) => {
      const message = parseLaneMessage(JSON.stringify(body));
      if (message === undefined) return [];
      return { messageId: `m${index}`, receiptHandle: `r${index}`, receiveCount: 1, sentAtMs: Date.now(), message };
    });
    const from = performance.now();
    await run(batch);
    if (round > 0) least = Math.min(least, performance.now() - from);
  }
  return least;
}

/** Every method of every port answers later, all at the same time if asked at the same time. */
function slowed(ports: RunnerPorts): RunnerPorts {
  const later = (port: object): object =>
    new Proxy(port, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          await new Promise((resolve) => setTimeout(resolve, REQUEST_MS));
          return method.apply(target, args);
        };
      },
    });
  const entries = Object.entries(ports).map(([name, port]) => [name, name === 'log' ? port : later(port as object)]);
  return Object.fromEntries(entries) as RunnerPorts;
}
