/** Environment variables of a lane's controller. */
import * as v from 'valibot';
import { json, number, text } from './fields';
import { LANES_SCHEMA } from './lanes';

const laneTerms = v.strictObject({
  lane: text,
  weight: v.number(),
  objectiveSeconds: v.number(),
  ordered: v.boolean(),
  floor: v.number(),
  ceiling: v.number(),
  leastConcurrency: v.number(),
  mostConcurrency: v.number(),
  leastPollers: v.optional(v.number()),
  mostBatchSize: v.number(),
  memoryMegabytes: v.number(),
});

export const controllerEnvironment = v.object({
  ENVIRONMENT: text,
  LANE: text,
  CONTROL_TABLE: text,
  DECISIONS_TABLE: text,
  /** Queues of all lanes, for their backlogs. */
  LANES: LANES_SCHEMA,
  /** What planning must know of each lane. */
  LANE_TERMS: json(v.array(laneTerms)),
  /** Id of each lane's event source mapping. */
  MAPPINGS: json(v.record(text, text)),
  /** The account's concurrent executions, and how many of them functions have that are no lane's runner. */
  ACCOUNT_CONCURRENCY: number,
  RESERVED_ELSEWHERE: number,
  /** What provisioned environments of all lanes may cost; empty for no ceiling. */
  COST_CEILING_DOLLARS_PER_HOUR: v.pipe(
    v.string(),
    v.transform((value) => (value === '' ? null : Number(value))),
  ),
  DECISION_RETENTION_DAYS: number,
});
