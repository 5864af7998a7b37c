/** Settings for tests: one lane of constant times unless told otherwise. */
import { deterministic } from '../../../simulator/engine';
import {
  LANE_DEFAULTS,
  type LaneSetting,
  PLATFORM_DEFAULTS,
  Platform,
  type PlatformSetting,
} from '../../../simulator/platform';

export const lane = (over: Partial<LaneSetting> = {}): LaneSetting => ({
  ...LANE_DEFAULTS,
  terms: {
    lane: 'critical',
    weight: 8,
    objectiveSeconds: 1,
    ordered: false,
    floor: 0,
    ceiling: 1000,
    leastConcurrency: 2,
    mostConcurrency: 1000,
    mostBatchSize: 10,
    memoryMegabytes: 1024,
  },
  arrivals: new Float64Array(),
  ingest: deterministic(0),
  overheadSeconds: 0.25,
  record: deterministic(0.25),
  init: deterministic(2),
  ...over,
});

export const setting = (over: Partial<PlatformSetting> = {}): PlatformSetting => ({
  ...PLATFORM_DEFAULTS,
  seed: 1,
  lanes: [lane()],
  provisionedLag: deterministic(90),
  untilSeconds: 600,
  ...over,
});

export function run(over: Partial<PlatformSetting> = {}): Platform {
  const platform = new Platform(setting(over));
  platform.run();
  return platform;
}

export const at = (...seconds: number[]): Float64Array => Float64Array.from(seconds);

export const times = (count: number, second: number): Float64Array => new Float64Array(count).fill(second);
