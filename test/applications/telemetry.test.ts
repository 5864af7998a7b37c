/** Proves what telemetry makes of readings, in every form, under repeats and conflicts; and that poison is DEAD with its reason. */
import { application } from '../../applications/telemetry';
import { deviationOf, remember } from '../../applications/telemetry/detect';
import { runChain, type TestEvent } from '../harness/run-chain';

const reading = (index: number, value: unknown, sensor = 's1'): TestEvent => ({
  id: `r${index}`,
  type: 'telemetry.reading',
  time: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(),
  data: { sensor, value },
});
const steady = Array.from({ length: 30 }, (_, index) => reading(index, 20 + (index % 3)));

describe('telemetry', () => {
  it.each(['fused', 'split'] as const)('reacts to each reading once, %s, whatever is repeated', async (form) => {
    const run = await runChain(application, steady, { form, duplicates: 0.5, conflicts: 0.3, seed: 7 });

    expect(Object.values(run.outcomes).map((outcome) => outcome.kind)).toEqual(steady.map(() => 'DONE'));
    expect(run.contexts['telemetry/detect/test-tenant/s1']).toMatchObject({ n: 30, value: { count: 30 } });
    expect(Object.keys(run.effects)).toHaveLength(31);
    expect(run.effects['telemetry/latest#test-tenant/s1']?.value).toMatchObject({ value: 22 });
  });

  it.each(['fused', 'split'] as const)('files one incident for a reading far out, %s', async (form) => {
    const run = await runChain(application, [...steady, reading(40, 500)], { form, duplicates: 0.3, seed: 3 });

    const incidents = Object.values(run.effects).filter((write) => write.collection === 'telemetry/incidents');
    expect(run.emitted.map(({ event }) => event.type)).toEqual(['telemetry.alert']);
    expect(incidents.map((write) => write.value)).toEqual([
      { severity: 'severe', text: expect.stringContaining('s1 says 500') },
    ]);
  });

  it('fails if a value is no number: DEAD, with the name of the field', async () => {
    const run = await runChain(application, [reading(1, 'hot'), reading(2, 20)]);

    expect(run.outcomes.r1).toMatchObject({ kind: 'DEAD', reason: 'decode: value: a finite number', writes: [] });
    expect(run.outcomes.r2?.kind).toBe('DONE');
    expect(run.contexts['telemetry/detect/test-tenant/s1']?.n).toBe(1);
  });

  it('keeps the newest reading of a sensor, in whatever order they come', async () => {
    const run = await runChain(application, [reading(9, 9), reading(3, 3), reading(5, 5)]);

    expect(run.effects['telemetry/latest#test-tenant/s1']?.value).toMatchObject({ value: 9 });
  });

  it('judges nothing before it knows a sensor', () => {
    expect(deviationOf(100, { count: 3, mean: 1, variance: 1 })).toBe(0);
    expect(deviationOf(5, { count: 10, mean: 1, variance: 4 })).toBe(2);
    expect(remember(4, { count: 0, mean: 0, variance: 0 })).toEqual({ count: 1, mean: 4, variance: 0 });
  });
});
