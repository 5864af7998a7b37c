/** The words a coordinated application is written with. Each checks what it is given, so that a fault never waits for an event. */
import type * as v from 'valibot';
import { type Fault, InvalidValueError } from '../contracts/errors';
import { DIRECTION, type Reason } from '../contracts/saga';
import type {
  Acted,
  Agreement,
  CellsOf,
  CompensationCall,
  Results,
  Saga,
  ServiceName,
  Services,
  Step,
  StepCall,
  StepSet,
  ThingSet,
  Things,
  Undone,
  Where,
} from './definitions';

const NAME = /^[a-z][a-z0-9-]{0,30}$/;
const NAME_ALLOWED = 'lower-case letters, digits and hyphens, 1-31, a letter first';
/** Results that are no step's, and the platform's own step at the end. */
const TAKEN = [DIRECTION, 'settle'];
type Nothing = Readonly<Record<never, never>>;

export interface StepDefinition<
  Request,
  Settings,
  Result,
  Reads extends StepSet,
  Looks extends ThingSet,
  Glances extends ThingSet,
  Uses extends ServiceName,
> {
  readonly name: string;
  /** Steps before it, by name: `reads: { reserve }`. Each must be done, and must still be so when this step commits. */
  readonly reads?: Reads;
  /** For layers: the cells whose results it needs. At most 90, since all are conditions of one transaction. */
  readonly readsCells?: CellsOf;
  /** Left out, the step calls nothing: it decides first, and begins only what it will put. */
  readonly uses?: readonly Uses[];
  /** Things that it decides on or puts: each must still be as it was seen when the step commits. */
  looksAt?(where: Where<Request>): Looks;
  /** Things that are read and no condition: for what many read at once and what may change a moment later. */
  glancesAt?(where: Where<Request>): Glances;
  /** Its commit ends the saga, which cannot be taken back afterwards. Left out: it does not. */
  readonly ends?: boolean | ((where: Where<Request>) => boolean);
  /** Acts though the deadline has passed: for what follows once money was taken. Left out: it does not. */
  readonly ignoresDeadline?: boolean;
  act(
    call: StepCall<Request, Settings, Results<Reads>, Things<Looks & Glances>, Pick<Services, Uses>>,
  ): Acted<Result, Looks> | Promise<Acted<Result, Looks>>;
}

export interface CompensationDefinition<Request, Settings, Result, Looks extends ThingSet, Uses extends ServiceName> {
  readonly name: string;
  readonly compensates: Step<Result>;
  readonly uses?: readonly Uses[];
  looksAt?(where: Where<Request>): Looks;
  /** Runs though its step may never have acted; may run again. Left out: there is nothing to do but to close the step's result. */
  undo?(
    call: CompensationCall<Request, Settings, Result, Things<Looks>, Pick<Services, Uses>>,
  ): Undone<Looks> | Promise<Undone<Looks>>;
}

/** `defineStep` and `defineCompensation` for requests and settings of these schemas. */
export function stepsFor<Request, Settings>(_schemas: {
  readonly request: v.GenericSchema<unknown, Request>;
  readonly settings: v.GenericSchema<unknown, Settings>;
}) {
  return {
    defineStep<
      Result,
      Reads extends StepSet = Nothing,
      Looks extends ThingSet = Nothing,
      Glances extends ThingSet = Nothing,
      Uses extends ServiceName = never,
    >(definition: StepDefinition<Request, Settings, Result, Reads, Looks, Glances, Uses>): Step<Result> {
      const { name, reads = {}, readsCells, uses = [], ends = false, ignoresDeadline = false } = definition;
      const looksAt = definition.looksAt ?? nothing;
      const glancesAt = definition.glancesAt ?? nothing;
      return freeze(`step ${name}`, [...nameFaults('name', name), ...readFaults(reads)], {
        name,
        reads: Object.keys(reads),
        readsCells,
        uses,
        ignoresDeadline,
        mayEnd: ends !== false,
        ends: typeof ends === 'function' ? ends : () => ends,
        looksAt,
        glancesAt,
        act: definition.act,
        undo: nothing,
      } as Step<Result>);
    },
    defineCompensation<Result, Looks extends ThingSet = Nothing, Uses extends ServiceName = never>(
      definition: CompensationDefinition<Request, Settings, Result, Looks, Uses>,
    ): Step {
      const { name, compensates, uses = [] } = definition;
      return freeze(`compensation ${name}`, nameFaults('name', name), {
        name,
        compensates: compensates.name,
        reads: [],
        uses,
        ignoresDeadline: true,
        mayEnd: false,
        ends: () => false,
        looksAt: definition.looksAt ?? nothing,
        glancesAt: nothing,
        act: () => declined('no-step', `${name} is a compensation`),
        undo: definition.undo ?? nothing,
      } as Step);
    },
  };
}

/** A saga: its steps forward, then its compensations, those of later steps first. */
export function defineSaga<Request, Settings>(saga: Saga<Request, Settings>): Saga<Request, Settings> {
  return freeze(`saga ${saga.name}`, sagaFaults(saga), saga);
}

/** Throws where the saga has no such step: a function was deployed for another version. */
export function stepOf(saga: Pick<Saga, 'name' | 'steps'>, name: string): Step {
  const step = saga.steps.find((each) => each.name === name);
  if (step === undefined) throw new InvalidValueError(`saga ${saga.name}`, [fault('step', name, 'one of its steps')]);
  return step;
}

export const done = <Result, Values extends object = Nothing>(
  result: Result,
  puts?: Values,
): { status: 'done'; result: Result; puts?: Values } =>
  puts === undefined ? { status: 'done', result } : { status: 'done', result, puts };

/** A decision of the business, and final: the compensations follow. */
export const declined = (code: string, words: string): { status: 'declined'; reason: Reason } => ({
  status: 'declined',
  reason: { code, words },
});

/** Somebody outside must act first. */
export const waiting = <Values extends object = Nothing>(puts?: Values): { status: 'waiting'; puts?: Values } =>
  puts === undefined ? { status: 'waiting' } : { status: 'waiting', puts };

const nothing = () => ({});

function freeze<Value extends object>(what: string, faults: readonly Fault[], value: Value): Value {
  if (faults.length > 0) throw new InvalidValueError(what, faults);
  return Object.freeze(value);
}

const fault = (path: string, value: unknown, allowed: string): Fault => ({ path, value, allowed });

function nameFaults(path: string, name: string): Fault[] {
  if (TAKEN.includes(name)) return [fault(path, name, `any name but ${TAKEN.join(' and ')}, which are the platform's`)];
  return NAME.test(name) ? [] : [fault(path, name, NAME_ALLOWED)];
}

function readFaults(reads: StepSet): Fault[] {
  return Object.entries(reads).flatMap(([as, step]) =>
    step.name === as && step.compensates === undefined
      ? []
      : [fault(`reads.${as}`, step.name, 'a step forward, by its own name')],
  );
}

function sagaFaults<Request, Settings>(saga: Saga<Request, Settings>): Fault[] {
  const names = saga.steps.map((each) => each.name);
  const forward = saga.steps.filter((each) => each.compensates === undefined);
  const { timeoutSeconds } = saga;
  return [
    ...nameFaults('name', saga.name),
    ...nameFaults('application', saga.application),
    ...(saga.types.length > 0 ? [] : [fault('types', saga.types, 'at least one event type')]),
    ...saga.types.flatMap((type, index) =>
      /^[^*\s]+$/.test(type) ? [] : [fault(`types.${index}`, type, 'an exact event type')],
    ),
    ...(Number.isInteger(timeoutSeconds) && timeoutSeconds >= 1 && timeoutSeconds <= 31_536_000
      ? []
      : [fault('timeoutSeconds', timeoutSeconds, 'a whole number of seconds, 1-31536000 (a year)')]),
    ...(forward.length > 0 ? [] : [fault('steps', 0, 'at least one step')]),
    ...names.flatMap((name, index) =>
      names.indexOf(name) === index ? [] : [fault(`steps.${index}`, name, 'each name once')],
    ),
    ...agreementFaults(saga.agreements ?? [], forward),
    ...forward.flatMap((step, index) => unreadable(step, forward.slice(0, index), index)),
    ...compensationFaults(saga.steps, forward),
    ...forward.flatMap((step, index) =>
      step.mayEnd === (index === forward.length - 1)
        ? []
        : [fault(`steps.${index}.ends`, step.mayEnd, 'true for the last step forward, and for no other')],
    ),
  ];
}

function agreementFaults(agreements: readonly Agreement[], forward: readonly Step[]): Fault[] {
  return agreements.flatMap(({ step, ledger }, index) =>
    forward.some((each) => each.name === step && each.uses.includes(ledger))
      ? []
      : [fault(`agreements.${index}.step`, step, `a step forward of this saga that uses ${ledger}`)],
  );
}

function unreadable(step: Step, before: readonly Step[], index: number): Fault[] {
  return step.reads
    .filter((name) => !before.some((each) => each.name === name))
    .map((name) => fault(`steps.${index}.reads`, name, 'a step before this one'));
}

/** Back in the opposite order, and no act outside that nobody takes back. */
function compensationFaults(steps: readonly Step[], forward: readonly Step[]): Fault[] {
  const back = steps.filter((each) => each.compensates !== undefined);
  const places = back.map((each) => forward.findIndex((step) => step.name === each.compensates));
  const faults = back.flatMap((each, index) => {
    const path = `steps.${forward.length + index}`;
    const place = places[index] ?? -1;
    if (place < 0) return [fault(path, each.compensates, 'a compensation of a step of this saga')];
    return index > 0 && place >= (places[index - 1] ?? 0)
      ? [fault(path, each.name, 'compensations of later steps first, one for each step')]
      : [];
  });
  if (steps.findIndex((each) => each.compensates !== undefined) < forward.length && back.length > 0)
    faults.push(fault('steps', back[0]?.name, 'all steps forward before the compensations'));
  for (const [index, step] of forward.entries())
    if (step.uses.length > 0 && !places.includes(index))
      faults.push(fault(`steps.${index}`, step.name, 'a compensation, since it acts outside the state store'));
  return faults;
}
