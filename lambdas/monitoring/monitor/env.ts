import { monitorEnvironment } from '../../../core/contracts/environments/monitor';
import { readEnvironment } from '../../runtime/environment';

/** What the monitor reads from its environment. */
export const readMonitorEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('monitor', monitorEnvironment, variables);
