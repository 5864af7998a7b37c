/** A stored reason in words, for logs, the console and the command line. */
import type { Reason } from '../../contracts/scheduling';

const WORDS: Readonly<Record<string, (args: Reason['args']) => string>> = {
  'not-observed': () => 'nothing is known of the lane: the last plan is held',
  'stale-inputs': ({ ageSeconds }) => `what is known is ${ageSeconds} s old: the last plan is held`,
  'nothing-measured': () => 'the lane has run nothing yet: its least capacity',
  short: ({ needed, granted }) => `needs ${needed} environments; the weighted sharing gives ${granted}`,
  borrowed: ({ borrowed }) => `${borrowed} environments are lent by lanes that need less than their share`,
  warm: ({ provisioned, needed }) => `${provisioned} of ${needed} environments kept warm`,
  deploying: () => 'a deploy is moving the alias: warm capacity is left alone',
  'change-in-progress': ({ requested }) => `AWS is still allocating ${requested} environments`,
  raise: ({ from, to }) => `warm capacity raised from ${from} to ${to}`,
  'lower-later': ({ lowerSteps }) => `less is planned for ${lowerSteps} steps: not yet long enough to lower`,
  lower: ({ from, to }) => `warm capacity lowered from ${from} to ${to}`,
};

/** A code of a later version comes out as it is, with its arguments. */
export function sayReason({ code, args }: Reason): string {
  return WORDS[code]?.(args) ?? `${code} ${JSON.stringify(args)}`;
}
