/** Systems that provision nothing: the reference, and what AWS gives to whoever sets nothing. */
import { allClasses, type Knob, laneFor, lanePerClass, type System, settingOf } from './system';

/** The reference (D2): one standard queue, one function, batches of one, first in, first out. */
export const naive: System = {
  name: 'naive',
  about: 'one queue, one function, batch 1, on demand',
  knobs: [],
  build: (scenario) => ({ lanes: [laneFor(scenario, allClasses(scenario))] }),
};

export const awsDefault: System = {
  name: 'aws-default',
  about: 'one queue, one function, batch 10 (the default), on demand',
  knobs: [],
  build: (scenario) => ({ lanes: [laneFor(scenario, allClasses(scenario), { batchSize: 10 })] }),
};

export const queuePerClass: System = {
  name: 'queue-per-class',
  about: 'a queue and a function per class, batch 10, on demand',
  knobs: [],
  build: (scenario) => ({ lanes: lanePerClass(scenario, () => ({ batchSize: 10 })) }),
};

const LEAST_POLLERS: Knob = { name: 'leastPollers', least: 1, most: 10, scale: 'whole', usual: 2 };

/** Provisioned mode of the mapping, AWS's answer to the slow ramp of a standard one. */
export const provisionedPollers: System = {
  name: 'provisioned-pollers',
  about: 'a queue per class, batch 10, on demand, provisioned pollers',
  knobs: [LEAST_POLLERS],
  build: (scenario, knobs) => ({
    lanes: lanePerClass(scenario, () => ({
      batchSize: 10,
      pollers: { mode: 'provisioned', least: settingOf(LEAST_POLLERS, knobs), most: 100 },
    })),
  }),
};
