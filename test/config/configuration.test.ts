/** Proves that every environment's values are valid, and that faults are reported all at once, each with path, value and what is allowed. */
import { ENVIRONMENT_NAMES, loadConfiguration } from '../../config';
import { parseConfiguration } from '../../core/contracts/configuration';
import { InvalidValueError } from '../../core/contracts/errors';
import { STACK_NAMES, stackNamesOf } from '../../core/contracts/names';

function faultsOf(value: unknown) {
  try {
    parseConfiguration(value);
  } catch (error) {
    if (error instanceof InvalidValueError) return error.faults;
    throw error;
  }
  return [];
}

describe('the environments', () => {
  it.each(ENVIRONMENT_NAMES)('%s is valid', (name) => {
    expect(loadConfiguration(name).environment).toBe(name);
  });

  it('fails if the name is unknown, and says which exist', () => {
    expect(() => loadConfiguration('staging')).toThrow(
      'There is no environment "staging". These exist: local, dev, prod.',
    );
    expect(() => loadConfiguration('toString')).toThrow('These exist');
  });

  it('has a stack for sagas where it has sagas, and else none', () => {
    const stacksOf = (name: string) => stackNamesOf(loadConfiguration(name));
    expect([stacksOf('dev').includes('coordination'), stacksOf('prod').includes('coordination')]).toEqual([
      true,
      false,
    ]);
    expect(stacksOf('prod')).toHaveLength(STACK_NAMES.length - 1);
  });

  it('leaves nothing out on AWS', () => {
    expect([loadConfiguration('dev').without, loadConfiguration('prod').without]).toEqual([[], []]);
  });

  it('keeps a killed worker’s message hidden for seconds only, locally', () => {
    expect(Math.max(...loadConfiguration('local').lanes.map((lane) => lane.timeoutSeconds))).toBeLessThanOrEqual(2);
  });
});

describe('faults', () => {
  const valid = loadConfiguration('dev');
  const [first, ...others] = valid.lanes;

  it('are reported all at once', () => {
    const faults = faultsOf({ ...valid, removal: 'maybe', accountConcurrency: 1, lanes: [{ ...first, weight: 0 }] });
    expect(faults.map((fault) => fault.path).sort()).toEqual(['accountConcurrency', 'lanes.0.weight', 'removal']);
    expect(faults.find((fault) => fault.path === 'lanes.0.weight')).toEqual({
      path: 'lanes.0.weight',
      value: 0,
      allowed: '0.01-100',
    });
  });

  it('include unknown keys, at any depth', () => {
    const faults = faultsOf({ ...valid, lane: [], lanes: [{ ...first, batchsize: 10 }, ...others] });
    expect(faults.map((fault) => [fault.path, fault.allowed])).toEqual(
      expect.arrayContaining([
        ['lane', 'no such key'],
        ['lanes.0.batchsize', 'no such key'],
      ]),
    );
  });

  it('include those between fields', () => {
    const lanes = [{ ...first, objectiveSeconds: 3000, priorityClass: 'urgent' }, ...others];
    const faults = faultsOf({ ...valid, lanes, defaultClass: 'usual' });
    expect(faults.map((fault) => fault.path)).toEqual(
      expect.arrayContaining(['defaultClass', 'lanes.0.priorityClass', 'lanes.0.objectiveSeconds', 'lanes']),
    );
  });

  it.each([15, 10])('include a cap of %d where two provisioned pollers of ten each stand', (maximumConcurrency) => {
    expect(faultsOf({ ...valid, lanes: [{ ...first, leastPollers: 2, maximumConcurrency }, ...others] })).toEqual([
      {
        path: 'lanes.0.maximumConcurrency',
        value: maximumConcurrency,
        allowed: 'a multiple of 10 from 20 on, where leastPollers is 2',
      },
    ]);
  });

  it('include reserved concurrency that the account does not have', () => {
    const faults = faultsOf({ ...valid, accountConcurrency: 120 });
    expect(faults).toEqual([
      { path: 'lanes', value: '40 reserved concurrent executions', allowed: 'at most 20: accountConcurrency less 100' },
    ]);
  });
});
