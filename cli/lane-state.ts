/** What a lane does, from the two places that decide it: its control record, and its runner's event source mapping. */

export interface LaneState {
  /** One or two words for a table. */
  readonly state: string;
  /** Where the two disagree: what that means, and what to do. */
  readonly advice?: string;
}

/** `mapping` is the mapping's `State` as Lambda tells it, or `missing`. */
export function laneState(lane: string, paused: boolean, mapping: string): LaneState {
  const polled = mapping === 'Enabled' || mapping === 'Enabling';
  if (paused && polled)
    return {
      state: 'paused, polled',
      advice: `Lane ${lane} is paused, but its mapping is enabled (a pause that was cut off, or a deploy since): its runner sends every message back. \`npx triage lane pause ${lane}\` disables it.`,
    };
  if (paused) return { state: 'paused' };
  if (polled) return { state: 'running' };
  return {
    state: mapping.toLowerCase(),
    advice: `Lane ${lane} is not paused, but its mapping is ${mapping.toLowerCase()}: nothing takes its messages. \`npx triage lane resume ${lane}\` enables it, \`pause\` makes it a pause.`,
  };
}
