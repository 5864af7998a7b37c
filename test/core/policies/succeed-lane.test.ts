/** What waits for a lane that was removed goes where such events go now: same pool, same class or the default one, order kept if it can be. */
import { decideSuccessor, type Succession } from '../../../core/policies/succeed-lane';
import { envelope } from '../../conformance/fixtures';

const lane = (name: string, more: { pool?: string; priorityClass?: string; ordered?: boolean } = {}) => ({
  name,
  pool: 'main',
  priorityClass: 'normal',
  ordered: false,
  ...more,
});
const succession = (more: Partial<Succession> = {}): Succession => ({
  lanes: [lane('urgent', { priorityClass: 'critical' }), lane('normal')],
  poolByWay: { devices: 'main' },
  defaultClass: 'normal',
  ...more,
});
const event = (priorityClass: string, partitionkey?: string) => {
  const given = envelope('a', 'gone', { priorityClass, wayIn: 'devices' });
  return { ...given, event: { ...given.event, ...(partitionkey === undefined ? {} : { partitionkey }) } };
};

describe('the successor of a removed lane', () => {
  it('is the lane of the same class', () => {
    expect(decideSuccessor(succession(), [event('critical')], false).decision).toBe('urgent');
  });

  it('is the lane of the default class where the class has left as well', () => {
    expect(decideSuccessor(succession(), [event('bulk')], false).decision).toBe('normal');
  });

  it('keeps the order where a lane can, but takes no split chain into it', () => {
    const ordered = succession({ lanes: [lane('normal'), lane('in-order', { ordered: true })] });
    expect(decideSuccessor(ordered, [event('normal', 'k')], false).decision).toBe('in-order');
    expect(decideSuccessor(ordered, [event('normal', 'k'), event('normal')], false).decision).toBe('normal');
    expect(decideSuccessor(ordered, [event('normal', 'k')], true).decision).toBe('normal');
  });

  it('is of the pool of its way in', () => {
    const pools = succession({ lanes: [lane('other', { pool: 'apart' }), lane('normal')] });
    expect(decideSuccessor(pools, [event('normal')], false).decision).toBe('normal');
  });

  it('is the only pool where the way in is not configured', () => {
    expect(decideSuccessor(succession({ poolByWay: {} }), [event('normal')], false).decision).toBe('normal');
  });

  it('fails if it cannot be told which pool knows the event', () => {
    const pools = succession({ lanes: [lane('other', { pool: 'apart' }), lane('normal')], poolByWay: {} });
    expect(decideSuccessor(pools, [event('normal')], false).decision).toBeUndefined();
  });
});
