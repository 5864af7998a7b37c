/** What a function or a command must know of a lane to send to it, from the lane's configuration. */
import type { LaneConfiguration } from './configuration';
import type { LaneRoute } from './functions';
import type { ResourceNames } from './names';

/** `takes`: the event types of its sagas, where it runs any and whoever asks routes by them. */
export function laneRoute(
  names: Pick<ResourceNames, 'laneQueue'>,
  lane: LaneConfiguration,
  takes?: readonly string[],
): LaneRoute {
  const { name, pool, priorityClass, ordered, admissionBound, weight, objectiveSeconds } = lane;
  const queueUrlName = names.laneQueue(name, ordered);
  const common = { name, pool, priorityClass, ordered, admissionBound, weight, objectiveSeconds, queueUrlName };
  return lane.runs === 'sagas' ? { ...common, takes: [...(takes ?? [])] } : common;
}
