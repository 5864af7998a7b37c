/** What kind of function it is, told by its name, which the stacks gave it. */
import type { FunctionPart } from '../../contracts/incident';
import { PLATFORM_FUNCTIONS, type ResourceNames } from '../../contracts/names';

export interface Part {
  readonly part: FunctionPart;
  /** Of a lane's own runner. */
  readonly lane?: string;
}

export function partOf(names: ResourceNames, lanes: readonly string[], functionName: string): Part {
  const lane = lanes.find((each) => names.runnerFunction(each) === functionName);
  if (lane !== undefined) return { part: 'runner', lane };
  if (functionName.startsWith(names.suspectRunnerFunction(''))) return { part: 'runner' };
  const isPlatform =
    functionName.startsWith(names.controllerFunction('')) ||
    PLATFORM_FUNCTIONS.some((name) => names.platformFunction(name) === functionName);
  return { part: isPlatform ? 'platform' : 'step' };
}
