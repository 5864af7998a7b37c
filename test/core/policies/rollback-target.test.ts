/** A rollback goes to the version before the live one, by number, and never while a deploy shares the alias out. */
import { targetVersion } from '../../../core/policies/rollback-target';

const input = { live: '10', weights: {}, versions: ['$LATEST', '2', '9', '10', '11'], wanted: undefined };

describe('the version to go back to', () => {
  it('is the newest before the live one, by number and not by spelling', () => {
    expect(targetVersion(input).decision).toBe('9');
    expect(targetVersion({ ...input, live: '9' }).decision).toBe('2');
  });

  it('is the one that was asked for, also a newer one, to undo a rollback', () => {
    expect(targetVersion({ ...input, wanted: '11' }).decision).toBe('11');
  });

  it.each([
    ['the alias has routing weights', { weights: { '11': 0.1 } }, 'shares invocations out between 10 and 11'],
    ['the alias has routing weights, whatever was asked for', { weights: { '11': 0.1 }, wanted: '9' }, 'shares'],
    ['there is no earlier version', { live: '2' }, 'no published version before 2'],
    ['the version asked for was never published', { wanted: '7' }, 'no version 7'],
    ['the version asked for is no number', { wanted: '$LATEST' }, 'no version'],
    ['the version asked for is live', { wanted: '10' }, 'live already'],
  ])('fails if %s', (_, more, reason) => {
    const target = targetVersion({ ...input, ...more });
    expect(target.decision).toBeUndefined();
    expect(target.reason).toContain(reason);
    expect(target.remedy).not.toBe('');
  });
});
