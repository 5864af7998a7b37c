/** Proves what becomes of a log's decision, a status event, an alarm and a look of the reconciler as a finding: whose, how sure, in which words. */
import type { Comparison } from '../../../../core/policies/compare-saga';
import type { Diagnosis, Evidence, LogDecision } from '../../../../core/policies/monitor/decision';
import {
  findingOfAlarm,
  findingOfComparison,
  findingOfEnd,
  findingOfLog,
  findingOfOverdue,
  findingOfStatus,
} from '../../../../core/policies/recovery/finding';
import { SAGA, T } from './factory';

const RUNNER = { part: 'runner', lane: 'bulk' } as const;
const evidence = (atMs: number, ...lines: string[]): Evidence => ({
  eventId: `e${atMs}`,
  logGroup: 'g',
  logStream: 's',
  atMs,
  source: 'runtime' as Evidence['source'],
  lines,
});
const diagnosis: Diagnosis = {
  id: 'd1',
  kind: 'permission',
  confidence: 'high',
  functionName: 'triage-x-runner-bulk',
  version: '3',
  requestId: 'r1',
  errorName: 'AccessDenied',
  evidence: [evidence(T, 'first'), evidence(T + 5, 'last\u001b[31m', 'further')],
};
const decided = (decision: 'diagnosis' | 'suspicion', more: Partial<Diagnosis> = {}): LogDecision => ({
  decision,
  reason: { code: 'error-logged', args: {} },
  diagnosis: { ...diagnosis, ...more },
});

describe('the finding of a log', () => {
  it('has the diagnosis, the last line that shows it, and no control characters', () => {
    expect(findingOfLog(decided('diagnosis'), RUNNER)).toEqual({
      id: 'log d1',
      source: 'log',
      standing: 'diagnosis',
      confidence: 'high',
      kind: 'permission',
      subject: { on: 'function', functionName: 'triage-x-runner-bulk', version: '3', part: 'runner', lane: 'bulk' },
      atMs: T + 5,
      words: 'error-logged, AccessDenied, request r1, last [31m',
      errorName: 'AccessDenied',
    });
  });

  it('of a suspicion is another one than that of the diagnosis that confirms it', () => {
    expect(findingOfLog(decided('suspicion'), RUNNER)).toMatchObject({ id: 'claim d1', standing: 'suspicion' });
  });

  it('leaves out what the log does not say', () => {
    const { errorName: _name, requestId: _request, ...less } = { ...diagnosis, evidence: [] };
    const found = findingOfLog({ ...decided('diagnosis'), diagnosis: less } as LogDecision, RUNNER);
    expect(found).toMatchObject({ atMs: 0, words: 'error-logged' });
    expect(found).not.toHaveProperty('errorName');
  });

  it('is of the moment of the last of all its evidence', () => {
    const long = decided('diagnosis', { evidence: [evidence(T, 'a'), evidence(T + 1, 'b'), evidence(T + 2, 'c')] });
    expect(findingOfLog(long, RUNNER)?.atMs).toBe(T + 2);
  });

  it('is bounded in its id and its words', () => {
    const long = findingOfLog(
      decided('diagnosis', { id: 'x'.repeat(300), evidence: [evidence(T, 'y'.repeat(400))] }),
      RUNNER,
    );
    expect([long?.id.length, long?.words.length]).toEqual([200, 300]);
  });

  it('is none where the monitor found nothing', () => {
    const healthy: LogDecision = { decision: 'none', reason: { code: 'healthy', args: {} } };
    expect(findingOfLog(healthy, RUNNER)).toBeUndefined();
  });
});

describe('the finding of a status event', () => {
  const identity = { saga: 'booking', application: 'travel', instance: 'i1', event: { key: 'k1', generation: 2 } };
  const of = (status: 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'SUCCEEDED' | 'RUNNING', error?: string, name = 'x-1') =>
    findingOfStatus(
      {
        id: 'e',
        source: 'aws.states',
        'detail-type': 'Step Functions Execution Status Change',
        detail: { executionArn: 'a', stateMachineArn: 'm', name, status, error },
      },
      identity,
      T,
    );

  it('is sure of a failure whose name it knows', () => {
    expect(of('FAILED', 'AccessDeniedException')).toEqual({
      id: 'status x-1 FAILED',
      source: 'status',
      standing: 'diagnosis',
      confidence: 'high',
      kind: 'permission',
      subject: { on: 'saga', ...identity },
      atMs: T,
      words: 'execution x-1 of booking FAILED: AccessDeniedException',
      errorName: 'AccessDeniedException',
    });
  });

  it('says no more than that it failed where it does not know the name, or is told none', () => {
    expect(of('FAILED', 'Nobody.KnowsThis')).toMatchObject({ confidence: 'medium', kind: 'invocation' });
    const nameless = of('FAILED');
    expect(nameless).toMatchObject({
      confidence: 'medium',
      kind: 'invocation',
      words: 'execution x-1 of booking FAILED',
    });
    expect(nameless).not.toHaveProperty('errorName');
  });

  it('takes an execution that ran out of time for one', () => {
    expect(of('TIMED_OUT')).toMatchObject({ kind: 'time-out', confidence: 'high', errorName: 'States.Timeout' });
  });

  it('keeps no more of a long name than has room', () => {
    expect(of('FAILED', 'N'.repeat(150))?.errorName).toHaveLength(100);
    expect(of('FAILED', undefined, 'x'.repeat(250))?.id).toHaveLength(200);
  });

  it.each(['ABORTED', 'SUCCEEDED', 'RUNNING'] as const)('is none of one that is %s', (status) => {
    expect(of(status)).toBeUndefined();
  });
});

describe('the finding of an alarm', () => {
  const alarm = { alarmName: 'a', functionName: 'f', since: 's' };
  it('is a failure of which the reason is not told, at no version', () => {
    expect(findingOfAlarm({ ...alarm, metric: 'Errors' }, { part: 'step' }, T)).toEqual({
      id: 'alarm a s',
      source: 'metric',
      standing: 'diagnosis',
      confidence: 'medium',
      kind: 'invocation',
      subject: { on: 'function', functionName: 'f', version: '$LATEST', part: 'step' },
      atMs: T,
      words: 'a: Errors of f since s',
    });
  });
  it('or a throttling', () => {
    expect(findingOfAlarm({ ...alarm, metric: 'Throttles' }, { part: 'step' }, T).kind).toBe('throttling');
  });
});

describe('the finding of the reconciler', () => {
  if (SAGA.on !== 'saga') throw new Error('a saga');
  const looked = { subject: SAGA, lookMs: 7, nowMs: T };
  const of = (comparison: Comparison, isLast = false) => findingOfComparison(comparison, isLast, looked);
  const common = { source: 'reconciler', standing: 'diagnosis', subject: SAGA, atMs: T };
  const result = { key: { application: 'a', instance: 'i', name: 'n' }, version: 3 };

  it('is none where all agree, nor where somebody does not answer who is asked again', () => {
    expect(of({ says: 'agrees' })).toBeUndefined();
    expect(of({ says: 'unknown', words: 'w' })).toBeUndefined();
  });

  it('is ambiguous where he was asked for the last time', () => {
    expect(of({ says: 'unknown', words: 'w' }, true)).toEqual({
      ...common,
      id: 'unknown k1 1 7',
      confidence: 'medium',
      kind: 'ambiguous',
      words: 'w',
    });
  });

  it('is inconsistent where the saga stands and its event does not', () => {
    const stands = { ...common, id: 'stands k1 1 7', confidence: 'high', kind: 'inconsistent', words: 'w' };
    expect(of({ says: 'stands', words: 'w' })).toEqual(stands);
  });

  it('of several disagreements has the sure kind, all words, and the first result that is wrong', () => {
    const half = { kind: 'ambiguous', words: 'half' } as const;
    const wrong = { kind: 'inconsistent', words: 'wrong', result } as const;
    expect(of({ says: 'disagrees', disagreements: [half, wrong] })).toEqual({
      ...common,
      id: 'disagrees k1 1 7',
      confidence: 'high',
      kind: 'inconsistent',
      words: 'half; wrong',
      result,
    });
    const only = of({ says: 'disagrees', disagreements: [half] });
    expect(only).toMatchObject({ kind: 'ambiguous', words: 'half' });
    expect(only).not.toHaveProperty('result');
  });

  it('of an end without an outcome moves nothing; of an execution that runs too long it does', () => {
    const stuck = { ...common, kind: 'stuck' };
    const { lookMs: _look, ...at } = looked;
    expect(findingOfEnd('x-1', 'it ended', at)).toEqual({
      ...stuck,
      id: 'ended x-1',
      confidence: 'low',
      words: 'it ended',
    });
    expect(findingOfOverdue('x-1', T - 179_000, at)).toEqual({
      ...stuck,
      id: 'overdue x-1',
      confidence: 'high',
      words: 'execution x-1 has been running for 2 minutes, longer than its saga may',
    });
  });

  it('has an id of a bounded length', () => {
    const { lookMs: _look, ...at } = looked;
    const long = 'x'.repeat(250);
    expect([findingOfEnd(long, '', at).id.length, findingOfOverdue(long, T, at).id.length]).toEqual([200, 200]);
    const subject = { ...looked.subject, event: { key: long, generation: 1 } };
    const stands = findingOfComparison({ says: 'stands', words: '' }, false, { ...looked, subject });
    const alarm = findingOfAlarm({ alarmName: long, metric: 'Errors', functionName: 'f', since: 's' }, RUNNER, T);
    expect([stands?.id.length, alarm.id.length]).toEqual([200, 200]);
  });
});
