/** Proves that outcomes take effect once, events after writes, and that only what a retry can mend is thrown. */
import { calls, createMemoryPorts, createMemoryWorld, type Hook } from '../../../adapters/memory';
import type { LedgerRecord, Outcome } from '../../../core/contracts/ledger';
import { publish } from '../../../lambdas/state/publisher/core';

const record = (id: string, version = 1): LedgerRecord => ({
  key: id,
  generation: 1,
  attempts: 0,
  outcome: {
    kind: 'DONE',
    writes: [{ collection: 'a/c', key: 'one', version, value: id, receipt: `${id}/u/0` }],
    emits: [
      { id: `${id}-e`, tenant: 't', event: { specversion: '1.0', id: `${id}-e`, source: '/triage/a', type: 'e' } },
    ],
  } as unknown as Outcome,
});

function setUp(hook: Hook = {}) {
  const operations: string[] = [];
  const world = createMemoryWorld({
    hook: {
      before: async (operation) => {
        operations.push(operation.name);
        return hook.before?.(operation);
      },
    },
  });
  return { world, operations, ports: createMemoryPorts({ world }) };
}
const failing = (name: string, when: (args: string) => boolean): Hook => ({
  before: async (operation) => {
    if (!when(JSON.stringify(operation.args))) return undefined;
    if (operation.name !== 'apply' && operation.name !== 'publish') return undefined;
    throw Object.assign(new Error('refused'), { name });
  },
});

describe('the publisher', () => {
  it('applies writes, then publishes events; a repeat of the batch changes no effect', async () => {
    const { world, operations, ports } = setUp();
    const images = [record('a', 1), record('b', 2)];
    expect(await publish(ports, images)).toMatchObject({ outcomes: 2, emitted: 2, bad: [] });
    expect(operations).toEqual(['apply', 'apply', 'publish']);
    expect(await publish(ports, images)).toMatchObject({ applied: 0, stale: 2 });
    expect(world.state.effects['a/c#one']?.receipt).toBe('b/u/0');
  });

  it('passes over images without an outcome', async () => {
    const { ports } = setUp();
    const { outcome: _, ...progress } = record('a');
    expect(await publish(ports, [progress])).toMatchObject({ outcomes: 0, applied: 0 });
  });

  it('fails if a write was throttled, after all else is done, and publishes nothing of that record', async () => {
    const { world, ports } = setUp(failing('ThrottlingException', (args) => args.includes('a/u/0')));
    await expect(publish(ports, [record('a', 9), record('b')])).rejects.toThrow(/1 of 2 outcomes: a/);
    expect(world.state.published.map((each) => each.id)).toEqual(['b-e']);
    expect(world.state.effects['a/c#one']?.receipt).toBe('b/u/0');
  });

  it('reports a record that no retry can mend, and goes on', async () => {
    const { world, ports } = setUp(
      failing('ValidationException', (args) => args.includes('a/u/0') || args.includes('c-e')),
    );
    expect(await publish(ports, [record('a'), record('b'), record('c')])).toMatchObject({
      bad: ['a', 'c'],
      emitted: 1,
    });
    expect(world.state.published.map((each) => each.id)).toEqual(['b-e']);
  });

  it('fails if the bus did not take an event', async () => {
    const refused = calls('bus.publish');
    const { ports } = setUp({ before: async (operation) => (refused(operation) ? { answer: [1] } : undefined) });
    await expect(publish(ports, [record('a'), record('b')])).rejects.toThrow(/1 of 2 outcomes: b/);
  });
});
