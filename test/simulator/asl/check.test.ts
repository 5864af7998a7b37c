/** Proves that the checker finds each fault that it promises to find, and that no run has a longer history than it says. */
import fc from 'fast-check';
import { checkDefinition, type Json, type JsonObject, worstHistory } from '../../../simulator/asl';
import booking from '../../../stepfunctions/booking/booking.asl.json';
import { machineOf, ok, play, silent, task, thrown } from './support';

/** What the booking's first state reads of its input. */
const ORDER = { run: 1, event: { generation: 1 } };
const CATCH = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'End' }];
const FINAL = { ErrorEquals: ['TerminalError'], MaxAttempts: 0 };
const AGAIN = { ErrorEquals: ['States.ALL'], MaxAttempts: 3, MaxDelaySeconds: 10, JitterStrategy: 'FULL' };
const good = (more: JsonObject = {}): JsonObject => task({ Retry: [FINAL, AGAIN], Catch: CATCH, Next: 'End', ...more });
const faultsOf = (call: JsonObject, more: Readonly<Record<string, Json>> = {}) =>
  checkDefinition(machineOf({ Call: call, ...more, End: { Type: 'Succeed' } }));
const without = (state: JsonObject, field: string): JsonObject =>
  Object.fromEntries(Object.entries(state).filter(([name]) => name !== field));

it('finds nothing wrong with a task that has all it needs', () => {
  expect(faultsOf(good())).toEqual([]);
});

it.each([
  ['no time-out', without(good(), 'TimeoutSeconds'), 'Call: no TimeoutSeconds'],
  ['no Catch', without(good(), 'Catch'), 'Call: no Catch for States.ALL'],
  ['a Catch by names only', good({ Catch: [{ ...CATCH[0], ErrorEquals: ['A'] }] }), 'Call: no Catch for States.ALL'],
  ['a Catch over all data', good({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }] }), 'Call: a Catch replaces'],
  ['too many attempts', good({ Retry: [FINAL, { ...AGAIN, MaxAttempts: 4 }] }), 'Call: 5 attempts'],
  ['no number of attempts', good({ Retry: [FINAL, without(AGAIN, 'MaxAttempts')] }), 'Call: a Retry needs'],
  ['no jitter', good({ Retry: [FINAL, without(AGAIN, 'JitterStrategy')] }), 'Call: a Retry needs'],
  ['no longest wait', good({ Retry: [FINAL, without(AGAIN, 'MaxDelaySeconds')] }), 'Call: a Retry needs'],
  ['a terminal error that is retried', good({ Retry: [AGAIN] }), 'Call: the first Retry says'],
  ['another resource', good({ Resource: 'arn:aws:states:::sqs:sendMessage' }), 'is not in the subset'],
  ['a field beyond the subset', good({ InputPath: '$.a' }), 'Call: InputPath is not in the subset'],
  ['an unknown target', good({ Next: 'Nowhere' }), 'Call: goes to Nowhere'],
  [
    'a token that is asked for twice',
    good({ Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }),
    'is not retried after its time-out',
  ],
])('fails if a task has %s', (_what, state, fault) => {
  expect(faultsOf(state).join('\n')).toContain(fault);
});

it.each([
  ['a Choice without a Default', { Type: 'Choice', Choices: [] }, 'needs a Default'],
  [
    'a rule beyond the subset',
    { Type: 'Choice', Choices: [{ Not: { Variable: '$.a', IsNull: true }, Next: 'End' }], Default: 'End' },
    'IsNull is not',
  ],
  ['a Wait for a moment', { Type: 'Wait', Timestamp: '2026-01-01T00:00:00Z', Next: 'End' }, 'Timestamp is not'],
  ['a type beyond the subset', { Type: 'Activity', Next: 'End' }, 'Activity is not in the subset'],
  ['a state without a way to it', { Type: 'Succeed' }, 'Other: no path leads here'],
])('fails if there is %s', (_what, other, fault) => {
  const leads = fault.includes('no path') ? 'End' : 'Other';
  expect(faultsOf(good({ Next: leads }), { Other: other as Json }).join('\n')).toContain(fault);
});

it('fails if the machine has no time-out', () => {
  expect(checkDefinition({ ...machineOf({ End: { Type: 'Succeed' } }), TimeoutSeconds: 0 })).toEqual([
    'the machine: no TimeoutSeconds',
  ]);
});

it('fails if a state is retried inside a state that is retried', () => {
  const inner = {
    StartAt: 'In',
    States: {
      In: task({ Retry: [FINAL, AGAIN], Catch: [{ ...CATCH[0], Next: 'Out' }], End: true }),
      Out: { Type: 'Succeed' },
    },
  };
  const both = { Type: 'Parallel', Branches: [inner], Retry: [AGAIN], Next: 'End' };
  expect(checkDefinition(machineOf({ Both: both, End: { Type: 'Succeed' } })).join()).toContain(
    'and so is what it is in',
  );
});

describe('the longest history', () => {
  const counted = (most: number) =>
    machineOf({
      Begin: { Type: 'Pass', Parameters: { n: 0 }, Next: 'Call' },
      Call: good({ ResultPath: '$.answer', Next: 'Count' }),
      Count: { Type: 'Pass', Parameters: { 'n.$': 'States.MathAdd($.n, 1)' }, Next: 'Again' },
      Again: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericLessThan: most, Next: 'Call' }], Default: 'End' },
      End: { Type: 'Succeed' },
    });

  it('goes round a loop as often as its counter allows', () => {
    // A round: a task with four attempts, the count, the choice.
    expect(worstHistory(counted(5))).toBe(2 + 2 + 5 * (14 + 2 + 2) + 2);
  });

  it('fails if a loop has no counter', () => {
    const endless = machineOf({
      Call: good({ ResultPath: '$.answer', Next: 'Again' }),
      Again: {
        Type: 'Choice',
        Choices: [{ Variable: '$.answer.more', BooleanEquals: true, Next: 'Call' }],
        Default: 'End',
      },
      End: { Type: 'Succeed' },
    });
    expect(checkDefinition(endless).join()).toContain('never ends');
  });

  it('fails if it is more than is allowed', () => {
    expect(checkDefinition(counted(277))).toEqual([]);
    expect(checkDefinition(counted(278)).join()).toContain('events on the longest path');
  });

  it('fails if nobody says how many items a Map has', () => {
    const all = {
      Type: 'Map',
      ItemsPath: '$.a',
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'In', States: { In: { Type: 'Succeed' } } },
      Next: 'End',
    };
    const definition = machineOf({ All: all, End: { Type: 'Succeed' } });
    expect(checkDefinition(definition).join()).toContain('say how many items All can be given');
    expect(worstHistory(definition, { items: { All: 3 } })).toBe(2 + 4 + 3 * (2 + 2) + 2);
  });

  it('is not exceeded by any run of the booking', () => {
    const definition = booking as never;
    const most = worstHistory(definition);
    const statuses = ['done', 'done', 'done', 'declined', 'paused', 'waiting', 'cancelled', 'stands', 'odd'];
    const answer = fc.oneof(
      {
        weight: 6,
        arbitrary: fc
          .constantFrom(...statuses)
          .map((status) => ok({ Payload: { status, reason: { code: 'c', words: 'w' } } })),
      },
      { weight: 1, arbitrary: fc.constantFrom(thrown('RetryableError'), thrown('TerminalError'), silent) },
    );
    fc.assert(
      fc.property(fc.infiniteStream(answer), (answers) => {
        const { execution, path } = play(definition, () => answers.next().value ?? silent, ORDER);
        return execution.end?.status !== undefined && path.length > 2 && execution.events <= most;
      }),
      { numRuns: 300 },
    );
  });

  it('is reached by a booking that is paused as long as it may be and fails in every way it can', () => {
    let paused = 0;
    const { execution } = play(
      booking as never,
      (call) => {
        if (call.token !== undefined) return silent;
        if (call.retry < 3) return thrown('RetryableError');
        const step = call.state;
        if (step === 'Approval') return ok({ Payload: { status: 'waiting' } });
        if (step === 'Approval at last') return ok({ Payload: { status: 'done' } });
        if (step === 'Ticket' && paused++ < 90) return ok({ Payload: { status: 'paused' } });
        return ok({ Payload: { status: step === 'Ticket' ? 'cancelled' : 'done' } });
      },
      ORDER,
    );
    expect(execution.end).toMatchObject({ status: 'SUCCEEDED' });
    // All that is missing are three failed attempts to hand over the token.
    expect(worstHistory(booking as never) - execution.events).toBeLessThanOrEqual(40);
  });
});
