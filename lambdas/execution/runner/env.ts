import { runnerEnvironment } from '../../../core/contracts/environments/runner';
import { readEnvironment } from '../../runtime/environment';

/** What a runner reads from its environment. */
export const readRunnerEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('runner', runnerEnvironment, variables);
