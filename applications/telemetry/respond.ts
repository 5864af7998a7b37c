/** What follows an alert: two independent looks at it, then one incident. */
import * as v from 'valibot';
import { defineUnit } from '../../core/units';
import { alertData } from './readings';

/** Standard deviations from which an alert is severe. */
export const SEVERE_BOUND = 8;

/** How bad it is. */
export const grade = defineUnit({
  name: 'grade',
  input: alertData,
  react: ({ input }) => ({
    result: { severity: Math.abs(input.deviation) >= SEVERE_BOUND ? 'severe' : 'notable' },
  }),
});

/** What to tell a person. */
export const describe = defineUnit({
  name: 'describe',
  input: alertData,
  react: ({ input: { sensor, value, mean, deviation } }) => ({
    result: {
      text: `${sensor} says ${value}, usually ${mean.toFixed(2)} (${Math.abs(deviation).toFixed(1)} deviations ${
        deviation > 0 ? 'above' : 'below'
      })`,
    },
  }),
});

/** Joins both into one incident per alert. */
export const file = defineUnit({
  name: 'file',
  input: v.object({
    grade: v.object({ severity: v.string() }),
    describe: v.object({ text: v.string() }),
  }),
  react: ({ input }) => ({
    result: {},
    writes: [{ collection: 'incidents', value: { severity: input.grade.severity, text: input.describe.text } }],
  }),
});
