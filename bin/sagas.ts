/** The sagas of the configured coordinated applications, as the stacks need them; what does not fit together fails the synth. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Configuration, unitPools } from '../core/contracts/configuration';
import { type Fault, InvalidValueError } from '../core/contracts/errors';
import type { Agreement, Saga } from '../core/sagas';
import { ROOT } from '../lib/bundling';
import type { CoordinatedSaga } from '../lib/platform-stack';

export async function loadSagas(configuration: Configuration): Promise<readonly CoordinatedSaga[]> {
  const ofUnits = unitPools(configuration);
  const coordinated = configuration.applications.filter(({ pool }) => !ofUnits.includes(pool));
  const sagas = await Promise.all(coordinated.map((each) => sagasOf(each, configuration)));
  const all = sagas.flat();
  const faults = [
    ...repeated(
      'name',
      all.map(({ name }) => name),
    ),
    ...repeated(
      'types',
      all.flatMap(({ types }) => types),
    ),
  ];
  if (faults.length > 0) throw new InvalidValueError('sagas', faults);
  return all;
}

async function sagasOf(
  { name: application, pool }: Configuration['applications'][number],
  { coordination }: Configuration,
): Promise<CoordinatedSaga[]> {
  const module: { sagas?: readonly Saga[] } = await import(`../applications/${application}/index`);
  if (module.sagas === undefined)
    throw new Error(`applications/${application}/index.ts does not export "sagas", and its pool ${pool} runs sagas.`);
  const settings = coordination?.applications.find((each) => each.name === application)?.settings ?? {};
  const faults = agreementFaults(application, module.sagas, await agreementsOf(application));
  if (faults.length > 0) throw new InvalidValueError(`agreements of ${application}`, faults);
  return module.sagas.map((saga) => {
    const definition = `stepfunctions/${application}/${saga.name}.asl.json`;
    check(saga, definition, settings);
    return {
      name: saga.name,
      application,
      pool,
      types: saga.types,
      steps: saga.steps.map(({ name, mayEnd, compensates, uses }) => ({ name, mayEnd, compensates, uses })),
      timeoutSeconds: saga.timeoutSeconds,
      ...(saga.agreements === undefined ? {} : { agreements: saga.agreements }),
      settings,
      definition,
    };
  });
}

type Agreements = Readonly<Record<string, readonly Agreement[]>>;

async function agreementsOf(application: string): Promise<Agreements> {
  if (!existsSync(join(ROOT, 'applications', application, 'agreements.ts'))) return {};
  const module: { agreements?: Agreements } = await import(`../applications/${application}/agreements`);
  return module.agreements ?? {};
}

/** What monitoring is given from that file is what the sagas have, and what `defineSaga` has therefore checked. */
export function agreementFaults(
  application: string,
  sagas: readonly Pick<Saga, 'name' | 'agreements'>[],
  exported: Agreements,
): Fault[] {
  const names = new Set([...sagas.map(({ name }) => name), ...Object.keys(exported)]);
  return [...names].flatMap((name) => {
    const saga = sagas.find((each) => each.name === name);
    if (saga !== undefined && saga.agreements === exported[name]) return [];
    const path = `applications/${application}/agreements.ts agreements.${name}`;
    const stepsOf = (list: readonly Agreement[] | undefined) => list?.map(({ step }) => step);
    const allowed =
      saga === undefined ? 'a saga of this application' : `the very list of its saga, on ${stepsOf(saga.agreements)}`;
    return [{ path, value: stepsOf(exported[name]), allowed }];
  });
}

/** The definition calls every step, and no other; it gives up when the saga says so; and the settings are the application's. */
function check(saga: Saga, definition: string, settings: unknown): void {
  if (!existsSync(join(ROOT, definition))) throw new Error(`There is no ${definition} for saga ${saga.name}.`);
  const text = readFileSync(join(ROOT, definition), 'utf8');
  const called = [...new Set([...text.matchAll(/"\$\{([^}]+)\}"/g)].map(([, name = '']) => name))].sort();
  const steps = [...saga.steps.map(({ name }) => name), 'settle'].sort();
  const { TimeoutSeconds } = JSON.parse(text) as { readonly TimeoutSeconds?: number };
  const parsed = v.safeParse(saga.settings, settings);
  const faults: Fault[] = [
    ...(called.join() === steps.join()
      ? []
      : [{ path: `${definition} (steps)`, value: called, allowed: steps.join(', ') }]),
    ...(TimeoutSeconds === saga.timeoutSeconds
      ? []
      : [
          {
            path: `${definition} TimeoutSeconds`,
            value: TimeoutSeconds,
            allowed: `${saga.timeoutSeconds}, as its saga`,
          },
        ]),
    ...(parsed.issues ?? []).map((each) => ({
      path: `coordination.applications.${saga.application}.settings.${v.getDotPath(each) ?? ''}`,
      value: each.input,
      allowed: each.message,
    })),
  ];
  if (faults.length > 0) throw new InvalidValueError(`saga ${saga.name}`, faults);
}

const repeated = (path: string, values: readonly string[]): Fault[] =>
  values.flatMap((value, index) => (values.indexOf(value) === index ? [] : [{ path, value, allowed: 'each once' }]));
