/** Lanes' event source mappings, switched by Lambda's API. A mapping that is being changed refuses another change. */
import {
  GetEventSourceMappingCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { LaneSwitch } from '../../core/ports';

export function createLaneSwitch({
  lambda,
  liveOf,
}: {
  readonly lambda: LambdaClient;
  /** Name or ARN of the lane's runner with its alias. */
  readonly liveOf: (lane: string) => string;
}): LaneSwitch {
  const idsOf = async (lane: string): Promise<string[]> => {
    const { EventSourceMappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: liveOf(lane) }),
    );
    const ids = EventSourceMappings.flatMap(({ UUID }) => (UUID ? [UUID] : []));
    if (ids.length === 0) throw new RangeError(`the runner of lane ${lane} has no event source mapping`);
    return ids;
  };
  const switchOne = async (UUID: string, enabled: boolean): Promise<boolean> => {
    const { State = '' } = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
    if (State === (enabled ? 'Enabled' : 'Disabled')) return true;
    if (!State.endsWith('ing')) await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: enabled }));
    return false;
  };
  return {
    set: async (lane, enabled) => {
      const stand = await Promise.all((await idsOf(lane)).map((id) => switchOne(id, enabled)));
      return stand.every((each) => each);
    },
  };
}
