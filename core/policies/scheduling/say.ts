/** A stored reason in words, for logs, the console and the command line. */
import type { Reason } from '../../contracts/scheduling';

const WORDS: Readonly<Record<string, (args: Reason['args']) => string>> = {
  'not-observed': () => 'nothing is known of the lane: the last plan is held',
  'stale-inputs': ({ ageSeconds }) => `what is known is ${ageSeconds} s old: the last plan is held`,
  'forecast-nothing-seen': () => 'no minute of demand is known yet',
  'forecast-minutes-missing': ({ minutes }) => `${minutes} minutes of demand were not reported, and count as unknown`,
  'forecast-minutes-refused': ({ minutes }) => `${minutes} reported minutes were known already or no counts`,
  'forecast-window-changed': ({ fromMinutes, untilMinutes }) =>
    `the plan now stands from ${fromMinutes} to ${untilMinutes} minutes ahead: the forecast learns its errors anew`,
  'forecast-leader': ({ model, weight }) => `the forecast follows ${model} most (${percent(weight)})`,
  'forecast-burst': ({ score }) => `a burst is under way (score ${Number(score).toFixed(1)})`,
  'inputs-unavailable': ({ error }) => `nothing could be read (${error}): the last plan is held`,
  'nothing-measured': () => 'the lane has run nothing yet: its least capacity',
  short: ({ needed, granted }) => `needs ${needed} environments; the weighted sharing gives ${granted}`,
  borrowed: ({ borrowed }) => `${borrowed} environments are lent by lanes that need less than their share`,
  warm: ({ provisioned, needed }) => `${provisioned} of ${needed} environments kept warm`,
  'warm-later': ({ wished, provisioned }) =>
    `${wished} environments should be warm, and would come out of what runs now: ${provisioned} for now`,
  deploying: () => 'a deploy is moving the alias: warm capacity is left alone',
  'change-in-progress': ({ requested }) => `AWS is still allocating ${requested} environments`,
  'warm-failed': ({ requested, allocated }) =>
    `AWS gave up allocating ${requested} environments, ${allocated} are there: does the live version start?`,
  'ask-again': ({ wanted }) => `${wanted} environments are asked for in place of the failed request`,
  raise: ({ from, to }) => `warm capacity raised from ${from} to ${to}`,
  'lower-later': ({ lowerSteps }) => `less is planned for ${lowerSteps} steps: not yet long enough to lower`,
  'lower-cap-first': ({ cap }) => `the cap is lowered to ${cap}, and warm capacity after it`,
  lower: ({ from, to }) => `warm capacity lowered from ${from} to ${to}`,
};

const percent = (share: number | string | undefined) => `${Math.round(100 * Number(share))} %`;

/** A code of a later version comes out as it is, with its arguments. */
export function sayReason({ code, args }: Reason): string {
  return WORDS[code]?.(args) ?? `${code} ${JSON.stringify(args)}`;
}
