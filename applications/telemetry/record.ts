import { defineUnit } from '../../core/units';
import { judgedReading } from './readings';

/** Keeps each reading, and the newest one of each sensor whatever order they come in. */
export const record = defineUnit({
  name: 'record',
  input: judgedReading,
  react: ({ input, tenant }) => ({
    result: input,
    writes: [
      { collection: 'readings', value: { s: input.sensor, v: input.value, t: input.measuredAtMs } },
      {
        collection: 'latest',
        key: `${tenant}/${input.sensor}`,
        version: input.order,
        value: { value: input.value, measuredAtMs: input.measuredAtMs },
      },
    ],
  }),
});
