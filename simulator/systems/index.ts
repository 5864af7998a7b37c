/** All systems by name. */
import { esmrm } from './esmrm';
import { awsDefault, naive, provisionedPollers, queuePerClass } from './on-demand';
import { staticProvisioned } from './static';
import type { System } from './system';
import { scheduledTracking, targetTracking } from './target-tracking';
import { triage } from './triage';

export const TRIAGE = triage('triage', 'weighted lanes, forecast, provisioned and lent capacity, batching, admission');

export const SYSTEMS: readonly System[] = [
  naive,
  awsDefault,
  queuePerClass,
  provisionedPollers,
  staticProvisioned,
  targetTracking('average'),
  targetTracking('maximum'),
  targetTracking('maximum', 3),
  scheduledTracking,
  esmrm,
  TRIAGE,
  triage('triage-pollers', 'Triage with two provisioned pollers for the critical class', { pollers: true }),
  triage('triage-last-value', 'Triage with the last value as its forecast', { forecast: 'last-value' }),
  triage('triage-true-future', 'Triage with the true rates as its forecast', { forecast: 'true-future' }),
];

export const ABLATIONS: readonly System[] = [
  triage('without-lending', 'Triage, but no lane uses what others leave', { lending: false }),
  triage('without-batching', 'Triage, but batches of one', { batching: false }),
  triage('without-forecast', 'Triage, but the last value', { forecast: 'last-value' }),
  triage('without-hysteresis', 'Triage, but every change at once', { hysteresis: false }),
  triage('without-admission', 'Triage, but nothing is shed', { admission: false }),
  triage('without-provisioning', 'Triage, but all on demand', { provisioning: false }),
  triage('without-weights', 'Triage, but all lanes weigh the same', { weights: false }),
];

export function systemNamed(name: string): System {
  const found = [...SYSTEMS, ...ABLATIONS].find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`no system is called ${name}`);
  return found;
}
