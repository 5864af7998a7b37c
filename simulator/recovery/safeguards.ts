/**
 * What the monitor and recovery rest on, each with a double that does nothing. Each has a check that must be green with it and red without
 * it: else nobody would notice if the real one were broken.
 */
import { boundsOfRecovery } from './safeguards-bounds';
import { gatesOfRecovery } from './safeguards-gates';
import { repeatsOfRecovery } from './safeguards-repeats';
import { trustOfMonitor } from './safeguards-trust';

/** `isGone`: its double stands in its place. Answers with what is wrong then; `undefined` where nothing is. */
export type Check = (isGone: boolean) => Promise<string | undefined>;

export const SAFEGUARDS: Readonly<Record<string, Check>> = {
  ...boundsOfRecovery,
  ...repeatsOfRecovery,
  ...gatesOfRecovery,
  ...trustOfMonitor,
};
