/** Findings become incidents: one for each subject, whatever is found of it, so that its budget is one. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../contracts/identity';
import type { Finding, Incident, TimelineEntry } from '../../contracts/incident';

const MOST_RECENT = 20;
const MOST_IDS = 50;
const FIRST_ENTRIES = 10;
const MOST_ENTRIES = 50;
const MOST_CHARACTERS = 300;

/**
 * One for an instance, whatever kind of fault is found: its budget is the event's. Of a function one for each kind and version, since a new
 * version has not done what the former one did.
 */
export function incidentId(finding: Pick<Finding, 'subject' | 'kind'>): string {
  const { subject, kind } = finding;
  const parts =
    subject.on === 'function'
      ? ['function', subject.functionName, subject.version, kind]
      : ['saga', subject.saga, subject.application, subject.instance, subject.event.key, subject.event.generation];
  return createHash('sha256').update(canonicalJson(parts)).digest('base64url').slice(0, 22);
}

/** The incident with the findings in it. All are of one incident; those that were noted before change nothing. */
export function noteFindings(
  before: Incident | undefined,
  findings: readonly Finding[],
  nowMs: number,
): Incident | undefined {
  return findings.reduce((incident, finding) => noteFinding(incident, finding, nowMs), before);
}

function noteFinding(before: Incident | undefined, finding: Finding, nowMs: number): Incident {
  const incident = before ?? firstOf(finding, nowMs);
  if (incident.findingIds.includes(finding.id)) return incident;
  const isDiagnosis = finding.standing === 'diagnosis';
  const isSure = isDiagnosis && finding.confidence !== 'low';
  const noted: Incident = {
    ...incident,
    lastSeenAtMs: Math.max(incident.lastSeenAtMs, nowMs),
    findings: incident.findings + (isDiagnosis ? 1 : 0),
    suspicions: incident.suspicions + (isDiagnosis ? 0 : 1),
    findingIds: [...incident.findingIds, finding.id].slice(-MOST_IDS),
  };
  const entry: TimelineEntry = { atMs: nowMs, what: isDiagnosis ? 'found' : 'suspected', words: wordsOf(finding) };
  return isSure ? withSure(noted, finding, entry, nowMs) : withEntry(noted, entry);
}

/** Only what is sure makes recovery look, and says of which kind it is. An incident that was over begins again. */
function withSure(incident: Incident, finding: Finding, entry: TimelineEntry, nowMs: number): Incident {
  const { kind, errorName, result } = finding;
  return withEntry(
    {
      ...incident,
      kind,
      ...(errorName === undefined ? {} : { errorName }),
      ...(result === undefined ? {} : { result }),
      recentAtMs: [...incident.recentAtMs, nowMs].slice(-MOST_RECENT),
      state: incident.state === 'parked' ? 'parked' : 'open',
      ...(incident.state === 'parked' ? {} : { dueAtMs: Math.min(incident.dueAtMs ?? nowMs, nowMs) }),
    },
    entry,
  );
}

function firstOf({ subject, kind, ...finding }: Finding, nowMs: number): Incident {
  return {
    id: incidentId({ subject, kind }),
    subject,
    kind,
    state: 'watching',
    openedAtMs: nowMs,
    lastSeenAtMs: nowMs,
    findings: 0,
    suspicions: 0,
    recentAtMs: [],
    findingIds: [],
    ...(finding.errorName === undefined ? {} : { errorName: finding.errorName }),
    spent: 0,
    token: 0,
    leaseUntilMs: 0,
    version: 0,
    timeline: [],
  };
}

const wordsOf = ({ source, kind, confidence, words }: Finding): string =>
  `${kind} (${source}, ${confidence}): ${words}`;

/** What recovery did, and that it gave up: the reason somebody reads a timeline, and few, since the budget bounds them. */
const KEPT: ReadonlySet<TimelineEntry['what']> = new Set(['begun', 'done', 'failed', 'parked']);

/** How it began and what was done about it are kept; of what repeats in between the oldest goes. */
export function withEntry(incident: Incident, entry: TimelineEntry): Incident {
  const timeline = [...incident.timeline, { ...entry, words: entry.words.slice(0, MOST_CHARACTERS) }];
  if (timeline.length <= MOST_ENTRIES) return { ...incident, timeline };
  const spare = timeline.findIndex(({ what }, index) => index >= FIRST_ENTRIES && !KEPT.has(what));
  const isLast = spare === -1 || spare === timeline.length - 1;
  return { ...incident, timeline: timeline.toSpliced(isLast ? FIRST_ENTRIES : spare, 1) };
}
