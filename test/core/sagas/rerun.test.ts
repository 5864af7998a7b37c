/** A re-run takes the record to the next run and starts it, once, whoever asks and how often; and nothing but an end without an outcome is run again. */
import { createMemoryPorts, createMemoryWorld, endExecution } from '../../../adapters/memory';
import { executionName, nameOfRun } from '../../../core/sagas/execution-name';
import { rerun } from '../../../core/sagas/rerun';
import { fresh, outcome, single } from '../../conformance/fixtures';

const T = 1_700_000_000_000;
const times = { nowMs: T, askAfterMs: 60_000 };

async function begun() {
  const world = createMemoryWorld({ nowMs: T });
  const ports = createMemoryPorts({ world });
  const at = { key: fresh(), generation: 1 };
  await ports.records.putProgress(at, {
    position: { chain: 'booking', version: 1, stage: 0, form: 'coordinated' },
    outputs: [],
    branches: {},
    coordinated: { execution: 'abc-1', dueAtMs: T },
  });
  await ports.executions.start('booking', 'abc-1', { run: 1, instance: 'order' });
  return { world, ports, at, fail: () => endExecution(world, 'booking', 'abc-1', { status: 'FAILED', error: 'E' }) };
}

describe('a re-run', () => {
  it('starts the next run with the same input, and moves the record to it', async () => {
    const { ports, at, fail } = await begun();
    fail();
    expect(await rerun(ports, at, times)).toEqual({ status: 'started', execution: 'abc-2', run: 2 });
    expect(await ports.executions.describe('booking', 'abc-2')).toMatchObject({ input: { run: 2, instance: 'order' } });
    const [record] = await ports.records.read([at]);
    expect(record?.progress).toMatchObject({
      position: { stage: 1, form: 'coordinated' },
      coordinated: { execution: 'abc-2', dueAtMs: T + 60_000 },
    });
  });

  it('takes back only, where that is what it is for', async () => {
    const { ports, at, fail } = await begun();
    fail();
    await rerun(ports, at, { ...times, intent: 'compensate' });
    expect((await ports.executions.describe('booking', 'abc-2'))?.input).toMatchObject({
      run: 2,
      intent: 'compensate',
    });
  });

  it('is one, though two ask at the same moment', async () => {
    const { ports, at, fail, world } = await begun();
    fail();
    const answers = await Promise.all([rerun(ports, at, times), rerun(ports, at, times)]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['moved-on', 'started']);
    expect(Object.keys(world.state.executions)).toHaveLength(2);
    expect(await rerun(ports, at, times)).toEqual({ status: 'running' });
  });

  it('is refused while the saga runs, after the outcome, and where no saga has the event', async () => {
    const { ports, at, fail } = await begun();
    expect((await rerun(ports, at, times)).status).toBe('running');
    fail();
    await ports.records.commit(single(at.key, 1, outcome(at.key)), 'x');
    expect((await rerun(ports, at, times)).status).toBe('has-outcome');
    expect((await rerun(ports, { key: fresh(), generation: 1 }, times)).status).toBe('not-coordinated');
  });

  it('is the lane’s business where the execution was never started', async () => {
    const { ports, at, world } = await begun();
    world.state.executions = {};
    expect((await rerun(ports, at, times)).status).toBe('never-started');
  });
});

describe('names of executions', () => {
  const id = { tenant: 'acme', saga: 'booking', businessKey: 'o/1', generation: 1, run: 1 };
  it('differ in each part, and fit', () => {
    const names = [
      id,
      { ...id, tenant: 'other' },
      { ...id, saga: 'layers' },
      { ...id, businessKey: 'o/2' },
      { ...id, generation: 2 },
      { ...id, run: 2 },
    ].map(executionName);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{64}-\d+$/);
  });
  it('of a later run need nothing but the name', () => {
    expect(nameOfRun(executionName(id), 12)).toBe(executionName({ ...id, run: 12 }));
  });
});
