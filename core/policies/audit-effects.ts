/** Outcomes against effects and contexts: everything took effect once, and nothing that no outcome asked for. */
import type { KeyedWrite, LedgerRecord, Outcome } from '../contracts/ledger';
import type { AuditInput, Finding } from './audit';
import { type Accepted, generationId } from './audit-ledger';

interface Asked {
  readonly write: KeyedWrite;
  readonly record: LedgerRecord;
  readonly outcome: Outcome;
}

const place = (write: Pick<KeyedWrite, 'collection' | 'key'>) => `${write.collection}#${write.key}`;

export function checkEffects(input: AuditInput, accepted: ReadonlyMap<string, Accepted>) {
  const asked = input.records.flatMap((record): Asked[] =>
    (record.outcome?.writes ?? []).map((write) => ({ write, record, outcome: record.outcome as Outcome })),
  );
  const effects = new Map<string, KeyedWrite>();
  for (const each of input.effects) effects.set(place(each), each);
  const byReceipt = new Map<string, Asked[]>();
  for (const each of asked) byReceipt.set(each.write.receipt, [...(byReceipt.get(each.write.receipt) ?? []), each]);
  const findings: Finding[] = [];
  const count = { applied: 0, pending: 0, superseded: 0 };
  for (const each of asked) {
    const state = stateOf(each, effects.get(place(each.write)), input);
    if (state === 'missing') findings.push(missing(each, effects.get(place(each.write))));
    else count[state] += 1;
  }
  return { findings: [...findings, ...unasked(input.effects, byReceipt, accepted)], ...count };
}

function stateOf({ write, outcome }: Asked, effect: KeyedWrite | undefined, input: AuditInput) {
  if (effect?.receipt === write.receipt && effect.version === write.version) return 'applied';
  // An equal version changes nothing, a newer one wins; whether the other writer was entitled to it is asked of the effect itself.
  if (effect && effect.version >= write.version) return 'superseded';
  return input.nowMs - outcome.decidedAtMs <= input.publishBoundMs ? 'pending' : 'missing';
}

function missing({ write, record, outcome }: Asked, effect: KeyedWrite | undefined): Finding {
  const there = effect ? `only version ${effect.version} by ${effect.receipt} is there` : 'nothing is there';
  return {
    check: 'missing-effect',
    event: `${outcome.id} (${outcome.source})`,
    generation: record.generation,
    detail: `${write.collection} ${write.key} version ${write.version} was not applied: ${there}`,
  };
}

/** Every effect must be one that an outcome asked for, at that place, in that version, with that value, and its receipt only once. */
function unasked(
  effects: readonly KeyedWrite[],
  byReceipt: ReadonlyMap<string, readonly Asked[]>,
  accepted: ReadonlyMap<string, Accepted>,
): Finding[] {
  const seen = new Set<string>();
  return effects.flatMap((effect): Finding[] => {
    const candidates = byReceipt.get(effect.receipt) ?? [];
    const key = effect.receipt.split('/')[0] ?? '';
    const origin = candidates[0]?.outcome ?? accepted.get(generationId(key, 1))?.envelope.event;
    const event = origin ? `${origin.id} (${origin.source})` : key;
    const what = `${effect.collection} ${effect.key} version ${effect.version}, receipt ${effect.receipt}`;
    if (seen.has(effect.receipt))
      return [{ check: 'doubled-effect', event, detail: `${what}: a second effect of one write` }];
    seen.add(effect.receipt);
    const match = candidates.find(({ write }) => place(write) === place(effect) && write.version === effect.version);
    if (!match)
      return [
        candidates.length > 0
          ? {
              check: 'doubled-effect',
              event,
              detail: `${what}: the outcome asked for it elsewhere or in another version`,
            }
          : { check: 'forged-effect', event, detail: `${what}: no outcome asked for it` },
      ];
    return stable(match.write.value) === stable(effect.value)
      ? []
      : [{ check: 'forged-effect', event, detail: `${what}: its value is not the one that the outcome asked for` }];
  });
}

export function checkContexts(input: AuditInput) {
  const folded = new Map<string, Outcome[]>();
  for (const { outcome } of input.records)
    for (const key of outcome?.contexts ?? []) folded.set(key, [...(folded.get(key) ?? []), outcome as Outcome]);
  const items = new Map(input.contexts.map((each) => [each.key, each]));
  const keys = new Set([...folded.keys(), ...items.keys()]);
  const findings = [...keys].flatMap((key): Finding[] => {
    const outcomes = folded.get(key) ?? [];
    const n = items.get(key)?.n ?? 0;
    if (n === outcomes.length) return [];
    const last = outcomes.reduce<Outcome | undefined>(
      (a, b) => (a && a.decidedAtMs > b.decidedAtMs ? a : b),
      undefined,
    );
    const event = last ? `${last.id} (${last.source})` : key;
    return [
      { check: 'context', event, detail: `context ${key} has folded ${n} events, its outcomes are ${outcomes.length}` },
    ];
  });
  return { findings, checked: keys.size, folded: [...folded.values()].reduce((sum, each) => sum + each.length, 0) };
}

/** JSON with sorted keys, since a store need not keep their order. */
function stable(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      inner !== null && typeof inner === 'object' && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'undefined'
  );
}
