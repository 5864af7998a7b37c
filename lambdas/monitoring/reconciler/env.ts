import { readEnvironment } from '../../runtime/environment';

/** What the reconciler reads from its environment. */
export const readReconcilerEnvironment = (variables: Readonly<Record<string, string | undefined>>) =>
  readEnvironment('reconciler', variables);
