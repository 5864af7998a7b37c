/** Proves that an event has the same luck in whichever lane a system puts it (D11). */

import { settingFor } from '../../../simulator/evaluation/run';
import { BASE_SPEC, createScenario } from '../../../simulator/evaluation/scenario';
import { Platform } from '../../../simulator/platform/platform';
import { systemNamed } from '../../../simulator/systems';

const SPEC = {
  ...BASE_SPEC,
  workload: 'steady' as const,
  load: 0.2,
  accountConcurrency: 130,
  warmUpMinutes: 0,
  measuredMinutes: 1,
};

/** By class, in the order of arrival: latencies of events that were alone in their invocation and waited for nothing. */
function latencies(system: string): number[][] {
  const scenario = createScenario(SPEC);
  const setup = systemNamed(system).build(scenario, {});
  const plenty = { batchSize: 1, provisioned: 100, pollers: { mode: 'provisioned', least: 20, most: 20 } } as const;
  const lanes = setup.lanes.map((lane) => ({ ...lane, setting: { ...lane.setting, ...plenty } }));
  const own = settingFor(scenario, { ...setup, lanes });
  const platform = new Platform({ ...own, account: { concurrencyLimit: 1000, reservedElsewhere: 0 } });
  platform.run();
  const byClass: number[][] = scenario.classes.map(() => []);
  lanes.forEach(({ setting, classOf }, lane) => {
    for (let at = 0; at < setting.arrivals.length; at++) {
      const event = (platform.events.offsets[lane] as number) + at;
      byClass[classOf[at] as number]?.push(
        (platform.events.settledAt[event] as number) - (platform.events.arrivedAt[event] as number),
      );
    }
  });
  return byClass;
}

it('has the same service time in one queue for all as in a queue for each class', () => {
  const together = latencies('naive');
  const apart = latencies('queue-per-class');
  together.forEach((own, index) => {
    const other = apart[index] ?? [];
    expect(own).toHaveLength(other.length);
    expect(own.filter((value, at) => Math.abs(value - (other[at] ?? Number.NaN)) > 1e-6)).toEqual([]);
  });
});
