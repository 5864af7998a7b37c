/** How a message ends: returned with a wait, or answered by a continuation. */
import { RetryableError } from '../../../core/contracts/errors';
import type { LaneMessage, Position } from '../../../core/contracts/event';
import type { Delivery } from '../../../core/contracts/lane-message';
import { decideBackoff } from '../../../core/policies/backoff';
import type { Runner, Settled, Work } from './types';

/**
 * Back to the queue: the error noted in the record, the wait set by the backoff policy. Both are helps only; where they fail, the
 * message comes back after the visibility timeout all the same.
 */
export async function giveBack(runner: Runner, { delivery, record }: Work, error: unknown): Promise<Settled> {
  const { ports, tools } = runner;
  const { envelope } = delivery.message;
  const attempts = record?.attempts ?? 0;
  const retryAfterSeconds = error instanceof RetryableError ? error.retryAfterSeconds : undefined;
  const failures = Math.max(delivery.receiveCount, attempts + 1);
  const { seconds } = decideBackoff({ failures }, { retryAfterSeconds }, tools).decision;
  if (!(error instanceof RetryableError)) runner.report(error);
  await attempt(runner, 'noting an error', () => ports.records.noteError(envelope, messageOf(error), attempts));
  await wait(runner, delivery, seconds);
  return { status: 'returned' };
}

/** Back to the queue without an error of its own. */
export async function hold(runner: Runner, delivery: Delivery, seconds: number): Promise<Settled> {
  await wait(runner, delivery, seconds);
  return { status: 'returned' };
}

/** Sends positions of the event's chain; fails if one was not taken, so that the message comes back and sends them again. */
export async function sendPositions(
  runner: Runner,
  { delivery }: Work,
  positions: readonly Position[],
): Promise<Settled> {
  const { message } = delivery;
  const messages = positions.map((position): LaneMessage => ({ ...message, position }));
  const failed = await runner.ports.lanes.send(message.envelope.lane, messages);
  if (failed.length > 0) throw new RetryableError(`${failed.length} of ${messages.length} continuations were not sent`);
  return { status: 'continued' };
}

export function messageOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, 500);
}

function wait(runner: Runner, delivery: Delivery, seconds: number): Promise<void> {
  return attempt(runner, 'changing a wait', () =>
    runner.ports.lanes.changeVisibility(delivery.message.envelope.lane, delivery.receiptHandle, seconds),
  );
}

async function attempt(runner: Runner, what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    runner.ports.log.warn(`${what} failed`, { lane: runner.settings.lane, error: messageOf(error) });
  }
}
