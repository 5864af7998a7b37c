/** A closed loop: users who think, ask, and wait for the answer, on a function that scales per request up to the account's limit. */
import { Calendar, Xoshiro128 } from '../engine';
import { lambdaInit } from '../platform/facts';

export interface UsersFigures {
  readonly users: number;
  readonly meanSeconds: number;
  readonly p95Seconds: number;
  readonly p99Seconds: number;
  readonly perSecond: number;
  /** Busy, of the environments that exist. */
  readonly utilisation: number;
  readonly coldShare: number;
}

const THINK_SECONDS = 1;
const SERVICE_SECONDS = 0.25;
const SECONDS = 600;
const FROM_SECONDS = 60;
const ASKS = 0;
const ANSWERED = 1;

/** Exponential thinking and service; the first minute is run and not counted. No environment expires in ten minutes. */
export function usersFigures(users: number, limit: number, seed: number): UsersFigures {
  const uniforms = new Xoshiro128(seed, 700);
  const calendar = new Calendar();
  const init = lambdaInit('nodejs20.x');
  const askedAt = new Float64Array(users);
  const latencies: number[] = [];
  const waiting: number[] = [];
  let [busy, environments, cold, busySeconds, residentSeconds, last] = [0, 0, 0, 0, 0, 0];
  for (let user = 0; user < users; user++) calendar.push(uniforms.exponential() * THINK_SECONDS, ASKS, user);
  const serve = (user: number) => {
    let seconds = uniforms.exponential() * SERVICE_SECONDS;
    if (busy === environments) {
      environments++;
      if (calendar.time >= FROM_SECONDS) cold++;
      seconds += init.sample(uniforms);
    }
    busy++;
    calendar.push(calendar.time + seconds, ANSWERED, user);
  };
  while (calendar.peekTime() <= SECONDS) {
    calendar.pop();
    const now = calendar.time;
    const from = Math.max(last, FROM_SECONDS);
    if (now > from) {
      busySeconds += busy * (now - from);
      residentSeconds += environments * (now - from);
    }
    last = now;
    const user = calendar.subject;
    if (calendar.kind === ASKS) {
      askedAt[user] = now;
      if (busy < limit) serve(user);
      else waiting.push(user);
      continue;
    }
    if ((askedAt[user] as number) >= FROM_SECONDS) latencies.push(now - (askedAt[user] as number));
    busy--;
    calendar.push(now + uniforms.exponential() * THINK_SECONDS, ASKS, user);
    const next = waiting.shift();
    if (next !== undefined) serve(next);
  }
  latencies.sort((a, b) => a - b);
  const at = (level: number) => latencies[Math.ceil(level * latencies.length) - 1] ?? Number.NaN;
  return {
    users,
    meanSeconds: latencies.reduce((sum, each) => sum + each, 0) / latencies.length,
    p95Seconds: at(0.95),
    p99Seconds: at(0.99),
    perSecond: latencies.length / (SECONDS - FROM_SECONDS),
    utilisation: busySeconds / residentSeconds,
    coldShare: cold / latencies.length,
  };
}
