/** The benchmark's application: one unit with one keyed write, which is the same work as the rival's. */
import * as v from 'valibot';
import { defineApplication, defineChain, defineUnit } from '../../core/units';

const keep = defineUnit({
  name: 'keep',
  input: v.looseObject({ sensor: v.string(), celsius: v.number() }),
  react: ({ input }) => ({
    result: null,
    writes: [{ collection: 'readings', value: { sensor: input.sensor, celsius: input.celsius } }],
  }),
});

export const application = defineApplication({
  name: 'bench',
  chains: [defineChain({ name: 'keep', version: 1, on: ['bench.reading'], stages: [{ units: [keep] }] })],
});
