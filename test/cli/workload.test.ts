/**
 * Proves that the workload is the one that was asked for: the same seed makes the same events, troubles come in their percentages
 * and with the fate that their sender expects, schedules keep their rate, and traces in every documented format are read.
 */
import { gzipSync } from 'node:zlib';
import { createWorkload, journalEntry, type PlannedEvent } from '../../cli/workload/generator';
import { seededRandom } from '../../cli/workload/random';
import {
  binnedSchedule,
  DEMO_PHASES,
  factorFor,
  phaseAt,
  phasedSchedule,
  steadySchedule,
  until,
} from '../../cli/workload/schedule';
import { parseTrace } from '../../cli/workload/trace';
import { local } from '../../config/local';
import { parseJournal } from '../../core/contracts/journal';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const options = {
  run: 'r1',
  seed: 7,
  sources: local.sources,
  mix: { critical: 1, high: 1, normal: 1, bulk: 1 },
  poison: 10,
  duplicate: 10,
  late: 5,
  ordered: 20,
  sensors: 10,
};
const make = (count: number, change: Partial<typeof options> = {}): PlannedEvent[] => {
  const next = createWorkload({ ...options, ...change });
  return Array.from({ length: count }, () => next(NOW_MS));
};

describe('the generator', () => {
  const events = make(5_000);

  it('makes the same events from the same seed, and others from another', () => {
    expect(make(100)).toEqual(events.slice(0, 100));
    expect(make(100, { seed: 8 })).not.toEqual(events.slice(0, 100));
  });

  it.each([
    ['poison', 10, ({ expected, duplicate }: PlannedEvent) => expected === 'DEAD' && !duplicate],
    ['late', 5, ({ expected, duplicate }: PlannedEvent) => expected === 'EXPIRED' && !duplicate],
    ['ordered', 20, ({ ordered, duplicate }: PlannedEvent) => ordered && !duplicate],
    ['repeated', 10, ({ duplicate }: PlannedEvent) => duplicate],
  ])('makes the share of %s events that was asked for (%d %%)', (_name, percent, is) => {
    const share = (events.filter(is).length / events.length) * 100;
    expect(Math.abs(share - percent)).toBeLessThan(2);
  });

  it('repeats an event as it was, by the way it came', () => {
    const seen = new Map<string, PlannedEvent>();
    for (const each of events) {
      if (each.duplicate) expect({ ...each, duplicate: false }).toEqual(seen.get(each.event.id));
      else seen.set(each.event.id, each);
    }
  });

  it('numbers each ordering key without a gap, through the stream only', () => {
    const ordered = events.filter((each) => each.ordered && !each.duplicate);
    expect(new Set(ordered.map(({ source }) => source.kind))).toEqual(new Set(['kinesis']));
    const byKey = new Map<string, number[]>();
    for (const { event } of ordered)
      byKey.set(event.partitionkey ?? '', [...(byKey.get(event.partitionkey ?? '') ?? []), Number(event.sequence)]);
    for (const numbers of byKey.values()) expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('uses all sources', () => {
    expect(new Set(events.map(({ source }) => source.name))).toEqual(new Set(local.sources.map(({ name }) => name)));
  });

  it('writes a journal that the audit can read', () => {
    const entries = events.map((each) => journalEntry(each, NOW_MS, true));
    expect(parseJournal(entries.map((each) => JSON.stringify(each)).join('\n'))).toEqual(entries);
    expect(() => parseJournal(`${JSON.stringify(entries[0])}\n{"atMs":1}`)).toThrow('line 2');
  });
});

describe('schedules', () => {
  it('keep a steady rate on the mean, in order', () => {
    const offsets: number[] = [];
    for (const at of steadySchedule(50, seededRandom(1))) {
      if (at > 100_000) break;
      offsets.push(at);
    }
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    expect(offsets.length / 100).toBeGreaterThan(45);
    expect(offsets.length / 100).toBeLessThan(55);
  });

  it('follow the phases of the demo', () => {
    const offsets = [...phasedSchedule(DEMO_PHASES)];
    const counts = DEMO_PHASES.map(({ name }) => offsets.filter((at) => phaseAt(DEMO_PHASES, at) === name).length);
    const expected = DEMO_PHASES.map((each) => ((each.fromPerSecond + each.toPerSecond) / 2) * each.seconds);
    counts.forEach((count, index) => {
      expect(Math.abs(count - (expected[index] ?? 0))).toBeLessThanOrEqual(1);
    });
    expect(phaseAt(DEMO_PHASES, 1e9)).toBeUndefined();
  });

  it('thin, multiply and speed up a trace', () => {
    const bins = [0, 60, 120].map((startSeconds) => ({ startSeconds, seconds: 60, count: 3 }));
    expect([...binnedSchedule(bins, 1, 1)]).toHaveLength(9);
    expect([...binnedSchedule(bins, 1 / 3, 1)]).toHaveLength(3);
    expect(Math.max(...binnedSchedule(bins, 2, 60))).toBeLessThan(3_000);
    expect([...binnedSchedule(bins, factorFor(bins, 60, 10), 60)]).toHaveLength(30);
  });

  it('cut a trace where its time is over, so that a rate is the mean of what is sent', () => {
    const quietThenBusy = [
      { startSeconds: 0, seconds: 60, count: 1 },
      { startSeconds: 60, seconds: 60, count: 10_000 },
    ];
    expect(until(quietThenBusy, 90)).toEqual([quietThenBusy[0], { startSeconds: 60, seconds: 30, count: 5_000 }]);
    expect(until(quietThenBusy, 60)).toEqual([quietThenBusy[0]]);
    expect(until(quietThenBusy, Number.POSITIVE_INFINITY)).toEqual(quietThenBusy);
    const first = until(quietThenBusy, 60);
    expect([...binnedSchedule(first, factorFor(first, 60, 25), 60)]).toHaveLength(25);
  });
});

describe('traces', () => {
  const seconds = (text: string) =>
    parseTrace(Buffer.from(text)).map(({ startSeconds, count }) => [startSeconds, count]);

  it('are read per minute (World Cup 98), also where minutes are missing', () => {
    expect(seconds('period,count\n1998-04-30 21:30:00,2\n1998-04-30 21:33:00,11\n')).toEqual([
      [0, 2],
      [180, 11],
    ]);
  });

  it('are read by arrival (Azure LLM), as they are here and as they were published', () => {
    expect(seconds('arrival_seconds,context_tokens,generated_tokens\n0.000,4808,10\n0.052,3180,8\n')).toEqual([
      [0, 1],
      [0.052, 1],
    ]);
    const published = parseTrace(
      Buffer.from(
        'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,1,1\n2023-11-16 18:17:04.0319600,1,1\n',
      ),
    );
    expect(published[1]?.startSeconds).toBeCloseTo(0.052, 2);
  });

  it('are read per function and minute (Azure Functions), summed over functions, compressed too', () => {
    const text = 'function,minute_1,minute_2\nf0,1,2\nf1,3,4\n';
    expect(seconds(text)).toEqual([
      [0, 4],
      [60, 6],
    ]);
    expect(parseTrace(gzipSync(text))).toEqual(parseTrace(Buffer.from(text)));
  });

  it('are read as the Azure Functions set is published', () => {
    const text = 'HashOwner,HashApp,HashFunction,Trigger,1,2\no1,a1,f1,http,1,2\no1,a1,f2,timer,3,4\n';
    expect(seconds(text)).toEqual([
      [0, 4],
      [60, 6],
    ]);
  });

  it('are put in order where their rows are not', () => {
    expect(seconds('period,count\n1998-04-30 21:33:00,11\n1998-04-30 21:30:00,2\n')).toEqual([
      [0, 2],
      [180, 11],
    ]);
  });

  it('fails if the file is something else, and says what it may be', () => {
    expect(() => seconds('a,b\n1,2\n')).toThrow('period,count');
    expect(() => seconds('period,count\nnonsense,2\n')).toThrow('line 2');
  });
});
