/** The minute: every lane is observed, then every lane's policy decides and acts. */
import { beginActions } from './actuators';
import { IDLE_EXPIRY, MINUTE } from './kinds';
import type { Lane } from './lane';
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
    const keepAliveSeconds = policy.keepAliveSeconds?.(observation, nowMs);
    if (keepAliveSeconds !== undefined) keepIdleFor(platform, lane, keepAliveSeconds);
  });
  if (now + 60 <= setting.untilSeconds + setting.drainSeconds) calendar.push(now + 60, MINUTE, 0);
}

function keepIdleFor({ calendar }: Platform, lane: Lane, seconds: number): void {
  if (seconds === lane.keepAliveSeconds) return;
  lane.keepAliveSeconds = seconds;
  if (lane.idle.size === 0) return;
  // A shorter time may have passed already: the alarm for the longer one is replaced.
  const due = Math.max(calendar.time, lane.idle.oldestSince() + seconds);
  calendar.push(due, IDLE_EXPIRY, lane.index, ++lane.idleStamp);
  lane.watchingIdle = true;
}
