/** Runs units: nothing but values in and values out. What they leave is data; the runtime commits it. */
import * as v from 'valibot';
import { TerminalError } from '../contracts/errors';
import type { CloudEvent, Envelope } from '../contracts/event';
import { emittedId } from '../contracts/identity';
import type { EmittedEvent, KeyedWrite, NodeOutput } from '../contracts/ledger';
import type { LocatedChain } from './choose-chain';
import { unitsOf } from './define';
import type { Stage, Unit, UnitOutput } from './definitions';

/** What a unit runs on, apart from its input. */
export interface Situation {
  readonly located: LocatedChain;
  readonly envelope: Envelope;
  readonly nowMs: number;
}

/** A stage's output, with the next values of the contexts that its units changed, by full context key. */
export interface StageRun extends NodeOutput {
  readonly contexts: ReadonlyMap<string, unknown>;
}

/** Values of contexts by full key, as they are now. */
export type ContextValues = (key: string) => unknown;

/** Counts the emitted events between a producer and this one, so that chains which feed one another come to an end. */
const DEPTH_ATTRIBUTE = 'triagedepth';
const MOST_DEPTH = 16;
const NO_CONTEXTS: ContextValues = () => undefined;

/** `<application>/<unit>/<tenant>/<key of the unit>`. Fails with a `TerminalError` if the unit cannot tell its key. */
export function contextKey(unit: Unit, { located, envelope }: Omit<Situation, 'nowMs'>): string | undefined {
  if (unit.context === undefined) return undefined;
  try {
    return `${located.application}/${unit.name}/${envelope.tenant}/${unit.context.key(envelope.event)}`;
  } catch (error) {
    throw new TerminalError(`${unit.name}: no context key: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Keys of all contexts that a chain's last stage reads, each once. */
export function contextKeys(situation: Omit<Situation, 'nowMs'>): readonly string[] {
  const units = situation.located.chain.stages.flatMap(unitsOf);
  return [...new Set(units.flatMap((unit) => contextKey(unit, situation) ?? []))];
}

/** The rest of a chain from a stage on, in one go; `before` holds the outputs of the stages before it. */
export function runRest(
  situation: Situation,
  before: readonly NodeOutput[],
  contexts: ContextValues = NO_CONTEXTS,
): StageRun {
  const outputs = [...before];
  const changed = new Map<string, unknown>();
  for (const stage of situation.located.chain.stages.slice(before.length)) {
    const run = runStage(situation, stage, inputOf(situation, outputs), contexts);
    for (const [key, value] of run.contexts) changed.set(key, value);
    outputs.push({ result: run.result, writes: run.writes, emits: run.emits });
  }
  const writes = outputs.flatMap((each) => each.writes);
  refuseDoubleWrites(writes);
  return { result: outputs.at(-1)?.result, writes, emits: outputs.flatMap((each) => each.emits), contexts: changed };
}

/** One stage as a whole; parallel branches in the order of their definition. */
export function runStage(
  situation: Situation,
  stage: Stage,
  input: unknown,
  contexts: ContextValues = NO_CONTEXTS,
): StageRun {
  if (!('branches' in stage)) return runUnits(situation, stage.units, input, contexts);
  const outputs = Object.entries(stage.branches).map(
    ([name, units]) => [name, runUnits(situation, units, input, contexts)] as const,
  );
  return { ...joinBranches(stage, Object.fromEntries(outputs)), contexts: new Map() };
}

/** One parallel branch alone. */
export function runBranch(situation: Situation, units: readonly Unit[], input: unknown): NodeOutput {
  const { result, writes, emits } = runUnits(situation, units, input, NO_CONTEXTS);
  return { result, writes, emits };
}

/** What the stage after parallel branches sees: results by branch, writes and events in the order of definition. */
export function joinBranches(
  stage: Extract<Stage, { readonly branches: unknown }>,
  outputs: Readonly<Record<string, NodeOutput>>,
): NodeOutput {
  const ordered = Object.keys(stage.branches).flatMap((name) => {
    const output = outputs[name];
    return output === undefined ? [] : [{ name, output }];
  });
  return {
    result: Object.fromEntries(ordered.map(({ name, output }) => [name, output.result])),
    writes: ordered.flatMap(({ output }) => output.writes),
    emits: ordered.flatMap(({ output }) => output.emits),
  };
}

/** The event's data for the first stage, the result of the stage before it afterwards. */
export function inputOf({ envelope }: Pick<Situation, 'envelope'>, before: readonly NodeOutput[]): unknown {
  return before.length === 0 ? envelope.event.data : before.at(-1)?.result;
}

function runUnits(situation: Situation, units: readonly Unit[], input: unknown, contexts: ContextValues): StageRun {
  const changed = new Map<string, unknown>();
  const writes: KeyedWrite[] = [];
  const emits: EmittedEvent[] = [];
  let current = input;
  for (const unit of units) {
    const key = contextKey(unit, situation);
    const value = key === undefined ? undefined : (changed.get(key) ?? contexts(key) ?? unit.context?.initial);
    const output = unit.react({
      event: situation.envelope.event,
      tenant: situation.envelope.tenant,
      input: checked(unit, current),
      context: value,
      nowMs: situation.nowMs,
    });
    if (key !== undefined && output.context !== undefined) changed.set(key, output.context);
    writes.push(...toWrites(situation, unit, output));
    emits.push(...toEmits(situation, unit, output));
    current = output.result;
  }
  return { result: current, writes, emits, contexts: changed };
}

/** What does not fit a schema will not fit it the next time: terminal, with the field's name. */
function checked(unit: Unit, input: unknown): unknown {
  const parsed = v.safeParse(unit.input, input);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'data'}: ${issue.message}`);
  throw new TerminalError(`${unit.name}: ${faults.join('; ')}`.slice(0, 500));
}

function toWrites({ located, envelope }: Situation, unit: Unit, output: UnitOutput<unknown, unknown>): KeyedWrite[] {
  return (output.writes ?? []).map((write, index) => ({
    collection: `${located.application}/${write.collection}`,
    key: write.key ?? envelope.key,
    version: write.version ?? 1,
    value: write.value,
    receipt: `${envelope.key}/${unit.name}/${index}`,
  }));
}

function toEmits(situation: Situation, unit: Unit, output: UnitOutput<unknown, unknown>): EmittedEvent[] {
  if (output.emits === undefined || output.emits.length === 0) return [];
  const { located, envelope, nowMs } = situation;
  const depth = depthOf(envelope.event) + 1;
  if (depth > MOST_DEPTH)
    throw new TerminalError(
      `${unit.name}: emits at depth ${depth}, at most ${MOST_DEPTH}: do chains feed one another?`,
    );
  return output.emits.map((emit, index) => {
    const id = emittedId(envelope.key, envelope.generation, unit.name, index);
    const event: CloudEvent = {
      specversion: '1.0',
      id,
      source: `/triage/${located.application}`,
      type: emit.type,
      time: new Date(nowMs).toISOString(),
      [DEPTH_ATTRIBUTE]: depth,
      ...(emit.subject !== undefined && { subject: emit.subject }),
      ...(emit.partitionkey !== undefined && { partitionkey: emit.partitionkey }),
      ...(emit.data !== undefined && { datacontenttype: 'application/json', data: emit.data }),
      ...(envelope.event.traceparent !== undefined && { traceparent: envelope.event.traceparent }),
    };
    return { id, tenant: envelope.tenant, event };
  });
}

function depthOf(event: CloudEvent): number {
  const depth = Number(event[DEPTH_ATTRIBUTE] ?? 0);
  return Number.isInteger(depth) && depth >= 0 ? depth : MOST_DEPTH;
}

/** Two writes of one event to one place could not both be found afterwards, so the audit could not prove either. */
function refuseDoubleWrites(writes: readonly KeyedWrite[]): void {
  const places = writes.map((write) => `${write.collection}#${write.key}`);
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  if (twice !== undefined) throw new TerminalError(`two writes of one event to ${twice}`);
}
