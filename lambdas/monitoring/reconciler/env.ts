import { reconcilerEnvironment } from '../../../core/contracts/environments/reconciler';
import { readEnvironment } from '../../runtime/environment';

/** What the reconciler reads from its environment. */
export const readReconcilerEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('reconciler', reconcilerEnvironment, variables);
