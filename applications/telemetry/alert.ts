import { defineUnit } from '../../core/units';
import { judgedReading } from './readings';

/** Standard deviations from which a reading is worth an alert. */
export const ALERT_BOUND = 4;

/** Emits `telemetry.alert` for a reading far from what its sensor usually says. */
export const alert = defineUnit({
  name: 'alert',
  input: judgedReading,
  react: ({ input }) => {
    const { sensor, value, mean, deviation } = input;
    if (Math.abs(deviation) < ALERT_BOUND) return { result: { alerted: false } };
    return {
      result: { alerted: true },
      emits: [{ type: 'telemetry.alert', subject: sensor, data: { sensor, value, mean, deviation } }],
    };
  },
});
