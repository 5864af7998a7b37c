/** The part of the evidence that a window concerns. */
import type { AuditInput } from './audit';

/**
 * What was accepted in the window, the records of those events, records that claim to have been accepted in it, and the effects
 * of both. An effect of an event that is neither is out of scope: its record may have reached the end of its retention.
 */
export function narrowed(input: AuditInput): AuditInput {
  const { window } = input;
  if (!window) return input;
  const inside = (atMs: number) => atMs >= window.fromMs && atMs < window.toMs;
  const inWindow = input.acceptances.filter((each) => inside(each.acceptedAtMs));
  const keys = new Set(inWindow.flatMap((each) => each.envelopes.map(({ key }) => key)));
  // An event accepted again (a repeat, a redrive) is judged with all of its acceptances.
  const acceptances = input.acceptances.filter((each) => each.envelopes.some(({ key }) => keys.has(key)));
  const records = input.records.filter(
    ({ key, outcome }) => keys.has(key) || (outcome !== undefined && inside(outcome.acceptedAtMs)),
  );
  const known = new Set([
    ...records.map(({ key }) => key),
    ...acceptances.flatMap((a) => a.envelopes.map((e) => e.key)),
  ]);
  const effects = input.effects.filter(({ receipt }) => known.has(receipt.split('/')[0] ?? ''));
  return { ...input, acceptances, records, effects };
}
