/** Proves that the interpreter does what the language says: data, errors by name, retries, time-outs, tokens, branches, history. */
import { machineOf, ok, play, RETRY, silent, task, thrown } from './support';

describe('data', () => {
  it('goes through templates and functions, and a result to its place', () => {
    const { execution, calls } = play(
      machineOf({
        Make: {
          Type: 'Pass',
          Parameters: {
            'name.$': "States.Format('{}/{}-{}', $$.Execution.Name, $.a.b, $.list[1])",
            'sum.$': 'States.MathAdd($.n, -1)',
            'range.$': 'States.ArrayRange(0, States.MathAdd($.n, -1), 1)',
            'has.$': "States.ArrayContains($.list, 'y')",
            fixed: { kept: [1, 2] },
          },
          ResultPath: '$.made.here',
          Next: 'Call',
        },
        Call: task({ ResultSelector: { 'only.$': '$.Payload.v', step: 'call' }, ResultPath: '$.got', End: true }),
      }),
      () => ok({ Payload: { v: 7 }, StatusCode: 200 }),
      { a: { b: 'x' }, n: 3, list: ['x', 'y'] },
    );
    const made = { name: 'e/x-y', sum: 2, range: [0, 1, 2], has: true, fixed: { kept: [1, 2] } };
    const data = { a: { b: 'x' }, n: 3, list: ['x', 'y'], made: { here: made } };
    expect(calls[0]?.parameters).toEqual({ FunctionName: 'f', given: data });
    expect(execution.end).toEqual({ status: 'SUCCEEDED', output: { ...data, got: { only: 7, step: 'call' } } });
  });

  it.each([
    ['a template', { Type: 'Pass', Parameters: { 'a.$': '$.missing' }, End: true }, 'States.ParameterPathFailure'],
    ['a sum', { Type: 'Pass', Parameters: { 'a.$': "States.MathAdd('x', 1)" }, End: true }, 'States.IntrinsicFailure'],
    ['a wait', { Type: 'Wait', SecondsPath: '$.missing', End: true }, 'States.Runtime'],
  ])('fails if %s reads what is not there', (_what, state, error) => {
    expect(play(machineOf({ S: state })).execution.end).toMatchObject({ status: 'FAILED', error });
  });

  it.each(['$..a', '$.a[*]', '$.a b', 'a', '$.a[?(@.x)]'])('refuses %s, which is not in the subset', (path) => {
    expect(() => play(machineOf({ S: { Type: 'Pass', Parameters: { 'a.$': path }, End: true } }))).toThrow(SyntaxError);
  });

  it.each(["States.UUID('a')", 'States.MathAdd($.a, 1', 'States.MathAdd($.a, 1) and more'])('refuses %s', (call) => {
    expect(() => play(machineOf({ S: { Type: 'Pass', Parameters: { 'a.$': call }, End: true } }))).toThrow(SyntaxError);
  });
});

describe('a Choice', () => {
  const rules = [
    {
      And: [
        { Variable: '$.a', IsPresent: true },
        { Variable: '$.a', NumericLessThan: 3 },
      ],
      Next: 'Less',
    },
    {
      Or: [
        { Variable: '$.b', StringEquals: 'x' },
        { Variable: '$.b', StringEquals: 'y' },
      ],
      Next: 'Text',
    },
    { Not: { Variable: '$.c', BooleanEquals: true }, Next: 'Not' },
    { Variable: '$.a', NumericGreaterThan: 9, Next: 'More' },
    { Variable: '$.a', NumericEquals: 5, Next: 'Five' },
    { Variable: '$.a', NumericLessThanPath: '$.most', Next: 'Below' },
  ];
  const ends = Object.fromEntries(
    ['Less', 'Text', 'Not', 'More', 'Five', 'Below', 'Other'].map((name) => [name, { Type: 'Succeed' }]),
  );
  const machine = machineOf({ Which: { Type: 'Choice', Choices: rules, Default: 'Other' }, ...ends });

  it.each([
    [{ a: 1, b: 'x' }, 'Less'],
    [{ b: 'y' }, 'Text'],
    [{ a: 4, b: 'z', c: false }, 'Not'],
    [{ a: 10, b: 'z', c: true }, 'More'],
    [{ a: 5, b: 'z', c: true }, 'Five'],
    [{ a: 6, b: 'z', c: true, most: 7 }, 'Below'],
    [{ a: 7, b: 'z', c: true, most: 7 }, 'Other'],
    [{ a: 'text', b: 'z', c: true, most: 7 }, 'Other'],
  ])('takes the first rule that holds: %j', (input, state) => {
    expect(play(machine, undefined, input).path).toEqual(['Which', state]);
  });

  it('fails the execution where its variable is not there', () => {
    const { execution } = play(machine, undefined, { a: 4 });
    expect(execution.end).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('a task that fails', () => {
  const guarded = task({
    Retry: [{ ErrorEquals: ['Final'], MaxAttempts: 0 }, RETRY],
    Catch: [
      { ErrorEquals: ['Special'], ResultPath: '$.failure', Next: 'Special' },
      { ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'Any' },
    ],
    Next: 'Fine',
  });
  const machine = machineOf({
    Call: guarded,
    Fine: { Type: 'Succeed' },
    Special: { Type: 'Succeed' },
    Any: { Type: 'Succeed' },
  });

  it('is tried again after 1, 2 and 4 s, counted, and caught by its name', () => {
    const { calls, path, execution } = play(machine, () => thrown('Special'));
    expect(calls.map(({ atMs, retry }) => [atMs, retry])).toEqual([
      [0, 0],
      [1000, 1],
      [3000, 2],
      [7000, 3],
    ]);
    expect(path).toEqual(['Call', 'Special']);
    expect(execution.end).toEqual({ status: 'SUCCEEDED', output: { failure: { Error: 'Special', Cause: 'planned' } } });
  });

  it('is not tried again where a retrier before says so', () => {
    expect(play(machine, () => thrown('Final')).calls).toHaveLength(1);
  });

  it('goes on where a try succeeds', () => {
    expect(play(machine, (_call, count) => (count < 3 ? thrown('Odd') : ok(1))).path).toEqual(['Call', 'Fine']);
  });

  it('draws a part of the wait with full jitter, up to the longest', () => {
    const Retry = [{ ...RETRY, MaxDelaySeconds: 3, JitterStrategy: 'FULL' }];
    const { calls } = play(
      machineOf({ Call: task({ Retry, End: true }) }),
      () => thrown('Odd'),
      {},
      () => 0.25,
    );
    expect(calls.map(({ atMs }) => atMs)).toEqual([0, 250, 750, 1500]);
  });

  it('counts each retrier by itself', () => {
    const Retry = [
      { ErrorEquals: ['A'], IntervalSeconds: 1, MaxAttempts: 1 },
      { ErrorEquals: ['B'], IntervalSeconds: 1, MaxAttempts: 2 },
    ];
    const errors = ['B', 'A', 'B', 'A'];
    const { calls, execution } = play(machineOf({ Call: task({ Retry, End: true }) }), (_call, count) =>
      thrown(errors[count - 1] ?? 'none'),
    );
    expect(calls).toHaveLength(4);
    expect(execution.end).toMatchObject({ error: 'A' });
  });

  it('cannot have States.Runtime caught, not even by States.ALL', () => {
    const broken = machineOf({ ...machine.States, Call: { ...guarded, OutputPath: '$.nothing' } } as never);
    const { execution, calls } = play(broken);
    expect(calls).toHaveLength(1);
    expect(execution.end).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });

  it('has States.TaskFailed stand for all but the time-out', () => {
    const Retry = [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const definition = machineOf({ Call: task({ Retry, End: true }) });
    expect(play(definition, () => thrown('Any')).calls).toHaveLength(2);
    expect(play(definition, () => silent).calls).toHaveLength(1);
  });
});

describe('time', () => {
  it('ends a task that does not answer, and passes over the answer that comes later', () => {
    const Retry = [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const { execution, calls } = play(machineOf({ Call: task({ Retry, End: true }) }), (_call, count) =>
      count === 1 ? ok('late', 15_000) : ok('second', 9_000),
    );
    expect(calls.map(({ atMs }) => atMs)).toEqual([0, 11_000]);
    expect(execution.end).toEqual({ status: 'SUCCEEDED', output: 'second' });
  });

  it('ends the machine at its time-out, with nothing after it', () => {
    const definition = machineOf({ Sleep: { Type: 'Wait', Seconds: 2000, Next: 'Call' }, Call: task({ End: true }) });
    const { execution, calls } = play(definition);
    expect(execution.end).toEqual({ status: 'TIMED_OUT' });
    expect(calls).toHaveLength(0);
  });

  it('waits as long as the state or its data says', () => {
    const { calls } = play(
      machineOf({
        First: { Type: 'Wait', Seconds: 3, Next: 'Second' },
        Second: { Type: 'Wait', SecondsPath: '$.n', Next: 'Call' },
        Call: task({ End: true }),
      }),
      undefined,
      { n: 4 },
    );
    expect(calls[0]?.atMs).toBe(7000);
  });

  it('has nothing happen after a stop', () => {
    const definition = machineOf({ Sleep: { Type: 'Wait', Seconds: 1, Next: 'Call' }, Call: task({ End: true }) });
    const { execution, calls } = play(definition, undefined, {}, undefined, (made) => made.execution.stop());
    expect(execution.end).toEqual({ status: 'ABORTED' });
    expect(calls).toHaveLength(0);
  });
});

describe('a task with a token', () => {
  const definition = machineOf({
    Ask: task({
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: 'f', 'token.$': '$$.Task.Token' },
      TimeoutSeconds: 100,
      End: true,
    }),
  });

  it('ends with what comes back with the token, once', () => {
    const answered: boolean[] = [];
    const { execution, calls } = play(
      definition,
      undefined,
      {},
      undefined,
      ({ clock, execution: running, calls: made }) => {
        const token = made[0]?.token ?? '';
        for (const ms of [50_000, 60_000])
          clock.after(ms, () => answered.push(running.answerToken(token, { ok: true, output: ms })));
      },
    );
    expect(calls[0]?.parameters.token).toBe(calls[0]?.token);
    expect(execution.end).toEqual({ status: 'SUCCEEDED', output: 50_000 });
    expect(answered).toEqual([true, false]);
  });

  it('ends at its time-out where nothing comes back, though the call was answered', () => {
    expect(play(definition).execution.end).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('fails at once where the call fails', () => {
    expect(play(definition, () => thrown('Refused')).execution.end).toMatchObject({ error: 'Refused' });
  });
});

describe('branches', () => {
  const map = (more: object = {}) => ({
    Type: 'Map',
    ItemsPath: '$.items',
    ItemSelector: { 'v.$': '$$.Map.Item.Value', 'i.$': '$$.Map.Item.Index', 'of.$': '$.of' },
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'Call', States: { Call: task({ End: true }) } },
    ResultPath: '$.out',
    End: true,
    ...more,
  });
  const input = { items: ['a', 'b', 'c'], of: 'x' };

  it('run for each item, with their results in the items’ order', () => {
    const { execution } = play(
      machineOf({ All: map() }),
      (call, count) => ok(call.parameters.given ?? null, 100 - count),
      input,
    );
    const out = input.items.map((v, i) => ({ v, i, of: 'x' }));
    expect(execution.end).toEqual({ status: 'SUCCEEDED', output: { ...input, out } });
  });

  it('run no more at once than is allowed', () => {
    const { calls } = play(machineOf({ All: map({ MaxConcurrency: 2 }) }), () => ok(1, 100), input);
    expect(calls.map(({ atMs }) => atMs)).toEqual([0, 0, 100]);
  });

  it('end with the first that fails, which cuts off the others', () => {
    const { execution, calls } = play(
      machineOf({
        All: map({ MaxConcurrency: 2, Catch: [{ ErrorEquals: ['Bad'], ResultPath: '$.f', Next: 'Caught' }] }),
        Caught: { Type: 'Succeed' },
      }),
      (_call, count) => (count === 1 ? thrown('Bad', 50) : ok(1, 100)),
      input,
    );
    expect(calls).toHaveLength(2);
    expect(execution.end).toMatchObject({ status: 'SUCCEEDED', output: { f: { Error: 'Bad' } } });
  });

  it('are nothing where there are no items', () => {
    const { execution } = play(machineOf({ All: map() }), undefined, { items: [], of: 'x' });
    expect(execution.end).toMatchObject({ output: { out: [] } });
  });

  it('of a Parallel get the same input, and are tried again together', () => {
    const branch = (name: string) => ({ StartAt: name, States: { [name]: task({ End: true }) } });
    const { execution, calls } = play(
      machineOf({
        Both: {
          Type: 'Parallel',
          Branches: [branch('L'), branch('R')],
          Retry: [{ ErrorEquals: ['Bad'], IntervalSeconds: 1, MaxAttempts: 1 }],
          End: true,
        },
      }),
      (call, count) => (count === 2 ? thrown('Bad') : ok(call.state)),
    );
    expect(calls.map(({ state }) => state)).toEqual(['L', 'R', 'L', 'R']);
    expect(execution.end).toEqual({ status: 'SUCCEEDED', output: ['L', 'R'] });
  });
});

describe('the history', () => {
  it('counts what AWS writes', () => {
    const definition = machineOf({
      // Entered, scheduled, started, failed, scheduled, started, succeeded, exited.
      Call: task({ Retry: [RETRY], ResultPath: '$.x', Next: 'Wait' }),
      Wait: { Type: 'Wait', Seconds: 1, Next: 'All' },
      // Entered, started, 2 × (started, entered, scheduled, started, succeeded, exited, succeeded), succeeded, exited.
      All: {
        Type: 'Map',
        ItemsPath: '$.items',
        ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'In', States: { In: task({ End: true }) } },
        Next: 'Bad',
      },
      Bad: { Type: 'Fail', Error: 'E', Cause: 'C' },
    });
    const { execution } = play(definition, (_call, count) => (count === 1 ? thrown('Odd') : ok(1)), { items: [1, 2] });
    expect(execution.end).toEqual({ status: 'FAILED', error: 'E', cause: 'C' });
    expect(execution.events).toBe(1 + 8 + 2 + (4 + 2 * 7) + 1 + 1);
  });
});
