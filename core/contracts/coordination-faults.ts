/** What must hold between the fields of a configuration that has sagas. */
import type { Configuration, CoordinationConfiguration, LaneConfiguration } from './configuration';
import type { Fault } from './errors';

export function coordinationFaults(config: Configuration): Fault[] {
  const { lanes, applications, coordination } = config;
  const sagaPools = [...new Set(lanes.filter((each) => each.runs === 'sagas').map((each) => each.pool))];
  return [
    ...lanes.flatMap((lane, index): Fault[] => {
      if (lane.runs === 'units') return [];
      const path = `lanes.${index}`;
      const slow = slowStarts(lane, path, config);
      const others = lanes.filter((each) => each.pool === lane.pool && each !== lane);
      return [
        ...slow,
        ...(others.length === 0
          ? []
          : [{ path: `${path}.pool`, value: lane.pool, allowed: 'a pool of its own for a lane that runs sagas' }]),
        ...(lane.ordered
          ? [{ path: `${path}.ordered`, value: true, allowed: 'false for a lane that runs sagas' }]
          : []),
      ];
    }),
    ...(sagaPools.length > 0 && coordination === null
      ? [{ path: 'coordination', value: null, allowed: 'values, since a lane runs sagas' }]
      : []),
    ...(sagaPools.length === 0 && coordination !== null
      ? [{ path: 'coordination', value: 'values', allowed: 'null, since no lane runs sagas' }]
      : []),
    ...(coordination?.applications ?? []).flatMap(({ name, provider }, index): Fault[] => {
      const path = `coordination.applications.${index}`;
      const coordinated = applications.filter((each) => sagaPools.includes(each.pool)).map((each) => each.name);
      const first = coordination?.applications.findIndex((each) => each.name === name);
      return [
        ...(coordinated.includes(name)
          ? []
          : [{ path: `${path}.name`, value: name, allowed: `one of ${coordinated.join(', ') || '(none)'}` }]),
        ...(first === index ? [] : [{ path: `${path}.name`, value: name, allowed: 'a name not used before' }]),
        ...(provider?.kind === 'double' && config.environment === 'prod'
          ? [{ path: `${path}.provider.kind`, value: 'double', allowed: 'function: no double takes real money' }]
          : []),
      ];
    }),
  ];
}

/** A batch whose starts do not fit into the invocation would come back again and again. */
function slowStarts(lane: LaneConfiguration, path: string, { coordination }: Configuration): Fault[] {
  if (coordination === null) return [];
  const batchMs = lane.batchSize * startEveryMs(lane, coordination);
  const most = (lane.timeoutSeconds * 1000) / 2;
  return batchMs <= most
    ? []
    : [
        {
          path: `${path}.batchSize`,
          value: lane.batchSize,
          allowed: `so many that ${batchMs} ms of starts, at coordination.startsPerSecond, fit into half of timeoutSeconds`,
        },
      ];
}

/** Between two starts of one environment, so that all that the lane may have together keep to its pace. */
export function startEveryMs(
  { maximumConcurrency }: Pick<LaneConfiguration, 'maximumConcurrency'>,
  { startsPerSecond }: CoordinationConfiguration,
): number {
  return Math.ceil((1000 * maximumConcurrency) / startsPerSecond);
}
