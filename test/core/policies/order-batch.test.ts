/** Proves that a batch begins with what is due, takes turns by tenant, and loses nobody. */
import fc from 'fast-check';
import { NEAR_DEADLINE_MS, orderBatch } from '../../../core/policies/order-batch';

const NOW = { nowMs: 1_000_000 };
const item = (id: string, tenant: string, inMs?: number) => ({
  id,
  tenant,
  ...(inMs === undefined ? {} : { deadlineAtMs: NOW.nowMs + inMs }),
});
const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id).join(' ');

describe('orderBatch', () => {
  it('begins with near deadlines, earliest first', () => {
    expect(ids(orderBatch([item('a', 't'), item('b', 't', 4000), item('c', 't', 100)], NOW))).toBe('c b a');
  });

  it('does not prefer a deadline that is far', () => {
    const far = item('b', 't', NEAR_DEADLINE_MS + 1);
    expect(ids(orderBatch([item('a', 't'), far], NOW))).toBe('a b');
    expect(ids(orderBatch([item('a', 't'), { ...far, deadlineAtMs: NOW.nowMs + NEAR_DEADLINE_MS }], NOW))).toBe('b a');
  });

  it('lets tenants take turns, each in its own order', () => {
    const flood = ['1', '2', '3', '4'].map((id) => item(id, 'loud'));
    expect(ids(orderBatch([...flood, item('q', 'quiet'), item('r', 'quiet')], NOW))).toBe('1 q 2 r 3 4');
  });

  it('holds each item once', () => {
    const items = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.option(fc.integer({ min: -9000, max: 9000 }), { nil: undefined })),
    );
    fc.assert(
      fc.property(items, (list) => {
        const all = list.map(([tenant, inMs], index) => item(String(index), tenant, inMs));
        const ordered = orderBatch(all, NOW);
        return ordered.length === all.length && all.every((each) => ordered.includes(each));
      }),
      { numRuns: 10_000 },
    );
  });
});
