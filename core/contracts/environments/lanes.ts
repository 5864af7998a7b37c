import * as v from 'valibot';
import { json, text } from './fields';

const laneRoute = v.strictObject({
  name: text,
  pool: text,
  priorityClass: text,
  ordered: v.boolean(),
  admissionBound: v.number(),
  /** ESMRM's w_i, and what delay counts as too long: for the decision to shed. */
  weight: v.number(),
  objectiveSeconds: v.number(),
  queueUrlName: text,
  /** Of a lane that runs sagas: the event types that it takes, whatever their class and way in. */
  takes: v.optional(v.array(text)),
});

/** `LANES`: what a function must know of each lane to send to it. `queueUrlName` is the queue's name; its URL is looked up once. */
export const LANES_SCHEMA = json(v.array(laneRoute));
export type LaneRoute = v.InferOutput<typeof laneRoute>;
