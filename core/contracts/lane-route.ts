/** What a function or a command must know of a lane to send to it, from the lane's configuration. */
import type { LaneConfiguration } from './configuration';
import type { LaneRoute } from './functions';
import type { ResourceNames } from './names';

export function laneRoute(names: Pick<ResourceNames, 'laneQueue'>, lane: LaneConfiguration): LaneRoute {
  const { name, pool, priorityClass, ordered, admissionBound, weight, objectiveSeconds } = lane;
  const queueUrlName = names.laneQueue(name, ordered);
  return { name, pool, priorityClass, ordered, admissionBound, weight, objectiveSeconds, queueUrlName };
}
