/** What a draw is for: with the seed and the event's number it is the whole key, so that every system meets the same luck. */
export const PURPOSE = {
  ingest: 1,
  record: 2,
  init: 3,
  failure: 4,
  routing: 5,
  interrupted: 6,
  delayed: 7,
  slow: 8,
  lag: 9,
  spread: 10,
} as const;

/** Room for the receives of one event, each with luck of its own. */
export const RECEIVES = 256;
