/** Telemetry: sensors' and machines' readings are decoded, compared with the sensor's recent ones, kept, and alerted on. */
import { defineApplication, defineChain } from '../../core/units';
import { alert } from './alert';
import { decode } from './decode';
import { detect } from './detect';
import { record } from './record';
import { describe, file, grade } from './respond';

const reading = defineChain({
  name: 'reading',
  version: 1,
  on: ['telemetry.reading*'],
  stages: [{ units: [decode] }, { units: [detect, record, alert] }],
});

const response = defineChain({
  name: 'response',
  version: 1,
  on: ['telemetry.alert'],
  stages: [{ branches: { grade: [grade], describe: [describe] } }, { units: [file] }],
});

export const application = defineApplication({ name: 'telemetry', chains: [reading, response] });
