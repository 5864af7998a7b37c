/** The minute: every lane is observed, then every lane's policy decides and acts. */
import { beginActions } from './actuators';
import { MINUTE } from './kinds';
import { observe } from './observe';
import type { Platform } from './platform';

export function decideAll(platform: Platform): void {
  const { calendar, lanes, setting } = platform;
  const { account, policy } = setting;
  if (policy === undefined) return;
  const now = calendar.time;
  const nowMs = setting.startMinute * 60_000 + now * 1000;
  const all = lanes.map((lane) => observe(setting, lane, now));
  lanes.forEach((lane, index) => {
    const observation = all[index];
    if (observation === undefined) return;
    if (lane.counts(now)) lane.usage.controllerSteps++;
    beginActions(platform, lane, policy.decide(observation, all, account, nowMs));
  });
  if (now + 60 <= setting.untilSeconds + setting.drainSeconds) calendar.push(now + 60, MINUTE, 0);
}
