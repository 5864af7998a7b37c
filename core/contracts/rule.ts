/** Classification rules. Apart from the configuration, so that functions do not carry the configuration's schema with them. */
import * as v from 'valibot';

const name = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens, 1-31, a letter first'),
);

/** Scalars compared with one attribute or data field. Exactly the operators that EventBridge patterns have too. */
const matcher = v.union([
  v.strictObject({ equals: v.array(v.union([v.string(), v.number(), v.boolean()])) }),
  v.strictObject({ prefix: v.array(v.pipe(v.string(), v.minLength(1))) }),
  v.strictObject({ atLeast: v.number() }),
  v.strictObject({ below: v.number() }),
  v.strictObject({ exists: v.boolean() }),
]);
/** One classification rule, in the configuration and in the ingest function's environment. */
export const ruleSchema = v.strictObject({
  /** The reason that is recorded with the class. */
  name,
  /** All must hold. Keys: an envelope attribute (`type`, `source`, `subject`, an extension) or `data.<field>[.<field>]`. */
  when: v.record(v.string(), matcher),
  priorityClass: name,
});
export type ClassificationRule = v.InferOutput<typeof ruleSchema>;
export type Matcher = v.InferOutput<typeof matcher>;
