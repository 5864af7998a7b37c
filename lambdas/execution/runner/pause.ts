/** A paused lane: everything goes back, and its receives must not end as attempts. */

import type { Delivery } from '../../../core/contracts/lane-message';
import { hold } from './settle';
import type { Runner, Settled } from './types';

/** How soon a resumed lane moves again. */
const PAUSE_SECONDS = 30;

/**
 * A queue counts every receive, and a lane that is paused for long would drain into its dead-letter queue. So a message that was
 * received before is sent afresh and acknowledged; in an ordered lane it would lose its place, and waits longer each time instead.
 */
export async function holdPaused(
  runner: Runner,
  delivery: Delivery,
): Promise<{ readonly delivery: Delivery; readonly settled: Settled }> {
  const { message, receiveCount } = delivery;
  if (runner.settings.ordered) {
    const seconds = PAUSE_SECONDS * 2 ** Math.min(8, receiveCount - 1);
    return { delivery, settled: await hold(runner, delivery, seconds) };
  }
  if (receiveCount > 1 && (await sentAfresh(runner, message))) return { delivery, settled: { status: 'held' } };
  return { delivery, settled: await hold(runner, delivery, PAUSE_SECONDS) };
}

async function sentAfresh({ ports }: Runner, message: Delivery['message']): Promise<boolean> {
  const again = { ...message, sendAttempt: message.sendAttempt + 1 };
  const failed = await ports.lanes.send(message.envelope.lane, [again], { delaySeconds: PAUSE_SECONDS });
  return failed.length === 0;
}
