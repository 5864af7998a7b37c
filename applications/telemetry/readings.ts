/** What a sensor sends, and what the units hand on to one another. */
import * as v from 'valibot';

/** Data of an event of type `telemetry.reading` (or of one below it, such as `telemetry.reading.temperature`). */
export const readingData = v.object({
  sensor: v.pipe(v.string(), v.minLength(1, 'a name'), v.maxLength(200, 'a name of at most 200 characters')),
  value: v.pipe(v.number('a finite number'), v.finite('a finite number')),
  unit: v.optional(v.pipe(v.string(), v.maxLength(32))),
});

/** A reading, decoded. */
export const reading = v.object({
  sensor: v.string(),
  value: v.number(),
  unit: v.optional(v.string()),
  /** Greater for a newer reading of the same sensor. */
  order: v.number(),
  measuredAtMs: v.number(),
});
export type Reading = v.InferOutput<typeof reading>;

/** A reading with how far it is from what its sensor usually says. */
export const judgedReading = v.object({
  ...reading.entries,
  /** Distance from the sensor's running mean in standard deviations; 0 while too few readings are known. */
  deviation: v.number(),
  mean: v.number(),
});
export type JudgedReading = v.InferOutput<typeof judgedReading>;

/** Data of an event of type `telemetry.alert`. */
export const alertData = v.object({ sensor: v.string(), value: v.number(), mean: v.number(), deviation: v.number() });
