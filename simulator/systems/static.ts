/** Provisioned concurrency that somebody sets once, from what was seen before. */
import { type Knob, lanePerClass, pastErlangs, type System, settingOf } from './system';

const QUANTILE: Knob = { name: 'quantile', least: 0.05, most: 1, scale: 'linear', usual: 0.5 };

export const staticProvisioned: System = {
  name: 'static',
  about: "a queue per class, batch 10, a fixed level of provisioned concurrency: a quantile of the past's demand",
  knobs: [QUANTILE],
  build: (scenario, knobs) => ({
    lanes: lanePerClass(scenario, (index) => {
      const sorted = pastErlangs(scenario, index).sort((a, b) => a - b);
      const at = Math.min(sorted.length - 1, Math.floor(settingOf(QUANTILE, knobs) * sorted.length));
      return { batchSize: 10, provisioned: Math.ceil(sorted[at] ?? 0) };
    }),
  }),
};
