/** The workload: telemetry readings with trouble mixed in. Pure: the seed, the run's name and the clock come from outside. */
import type { SourceConfiguration } from '../../core/contracts/configuration';
import type { CloudEvent } from '../../core/contracts/event';
import { recordKey } from '../../core/contracts/identity';
import type { ExpectedFate, JournalEntry } from '../../core/contracts/journal';
import { pick, type Random, seededRandom } from './random';

export interface WorkloadOptions {
  /** Names the run: part of every event's source, id and ordering key, so that runs do not mix. */
  readonly run: string;
  readonly seed: number;
  readonly sources: readonly SourceConfiguration[];
  /** Shares of the priority classes; they need not add up to anything. */
  readonly mix: Readonly<Record<string, number>>;
  /** Per cent of the events. */
  readonly poison: number;
  readonly duplicate: number;
  readonly late: number;
  readonly ordered: number;
  /** Sensors that report; each has a memory of its own. */
  readonly sensors: number;
}

export interface PlannedEvent {
  readonly source: SourceConfiguration;
  readonly event: CloudEvent;
  readonly expected: ExpectedFate;
  readonly duplicate: boolean;
  readonly ordered: boolean;
}

type Kind = 'plain' | 'poison' | 'duplicate' | 'late' | 'ordered';
/** Repeats come soon after the event, as a producer's retries do. */
const REMEMBERED = 50;
const ORDERING_KEYS = 8;
const HOUR_MS = 3_600_000;

/** Makes one event after another. */
export function createWorkload(options: WorkloadOptions): (nowMs: number) => PlannedEvent {
  const random = seededRandom(options.seed);
  const stream = options.sources.find((source) => source.kind === 'kinesis');
  const recent: PlannedEvent[] = [];
  const sequences = new Map<string, number>();
  let count = 0;
  return (nowMs) => {
    const kind = kindOf(options, random);
    const repeated = kind === 'duplicate' ? recent[Math.floor(random() * recent.length)] : undefined;
    if (repeated) return { ...repeated, duplicate: true };
    count += 1;
    const planned = kind === 'ordered' && stream ? ordered(stream) : unordered(kind);
    recent.push(planned);
    if (recent.length > REMEMBERED) recent.shift();
    return planned;

    function ordered(source: SourceConfiguration): PlannedEvent {
      const partitionkey = `press-${options.run}-${Math.floor(random() * ORDERING_KEYS)}`;
      const sequence = (sequences.get(partitionkey) ?? 0) + 1;
      sequences.set(partitionkey, sequence);
      const event = {
        ...reading(options, count, partitionkey, nowMs, random),
        partitionkey,
        sequence: String(sequence),
      };
      return { source, event, expected: 'DONE', duplicate: false, ordered: true };
    }

    function unordered(troubled: Kind): PlannedEvent {
      const priorityClass = pick(options.mix, random);
      const source = options.sources[Math.floor(random() * options.sources.length)] as SourceConfiguration;
      const sensor = `sensor-${Math.floor(random() * options.sensors)}`;
      const event = ofClass(reading(options, count, sensor, nowMs, random), priorityClass, options.run);
      const common = { source, duplicate: false, ordered: false };
      if (troubled === 'poison') return { ...common, event: poisoned(event), expected: 'DEAD' };
      if (troubled === 'late')
        return { ...common, event: { ...event, expirytime: isoTime(nowMs - HOUR_MS) }, expected: 'EXPIRED' };
      return { ...common, event, expected: 'DONE' };
    }
  };
}

function kindOf(options: WorkloadOptions, random: Random): Kind {
  const { poison, duplicate, late, ordered } = options;
  return pick({ poison, duplicate, late, ordered, plain: 100 - poison - duplicate - late - ordered }, random) as Kind;
}

function reading(options: WorkloadOptions, count: number, sensor: string, nowMs: number, random: Random): CloudEvent {
  // Around a mean of the sensor's own; one in 500 far off, for something to be detected.
  const mean = 20 + ((sensor.length * 7 + sensor.charCodeAt(sensor.length - 1)) % 30);
  const noise = random() + random() + random() - 1.5;
  const value = random() < 0.002 ? mean + 80 : mean + noise;
  return {
    specversion: '1.0',
    id: `${options.run}-${count}`,
    source: `/load/${options.run}`,
    type: 'telemetry.reading',
    time: isoTime(nowMs),
    datacontenttype: 'application/json',
    data: { sensor, value: Math.round(value * 1000) / 1000, unit: 'C' },
  };
}

/** What the classification rules look at; `priority` says it to the sources that are trusted for it. */
function ofClass(event: CloudEvent, priorityClass: string, run: string): CloudEvent {
  const asked = { ...event, priority: priorityClass };
  if (priorityClass === 'bulk') return { ...asked, source: `/batch/${run}` };
  return priorityClass === 'critical' || priorityClass === 'high'
    ? { ...asked, data: { ...(event.data as object), severity: priorityClass } }
    : asked;
}

/** Well-formed for the platform, refused by the unit's schema. */
const poisoned = (event: CloudEvent): CloudEvent => ({
  ...event,
  data: { ...(event.data as object), value: 'broken' },
});
const isoTime = (ms: number): string => new Date(ms).toISOString();

export function journalEntry(planned: PlannedEvent, atMs: number, sent: boolean): JournalEntry {
  const { source, event, expected, duplicate, ordered } = planned;
  return {
    atMs,
    wayIn: source.name,
    tenant: source.tenant,
    key: recordKey(source.tenant, event.source, event.id),
    id: event.id,
    source: event.source,
    type: event.type,
    expected,
    duplicate,
    ordered,
    sent,
  };
}
