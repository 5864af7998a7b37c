import { staleNotifierEnvironment } from '../../../core/contracts/environments/stale-notifier';
import { readEnvironment } from '../../runtime/environment';

/** What the notifier reads from its environment. */
export const readStaleNotifierEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('stale-notifier', staleNotifierEnvironment, variables);
