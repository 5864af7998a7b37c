/** Proves of the deployed sagas: each step its own function with its own permissions, definitions as they are, and no double in `prod`. */
import { readFileSync } from 'node:fs';
import { agreementFaults, loadSagas } from '../../bin/sagas';
import { loadConfiguration } from '../../config';
import { parseConfiguration } from '../../core/contracts/configuration';
import type { Agreement } from '../../core/sagas';
import { type Properties, resourcesOf, synthesized, type Templates } from './synthesized';

const dev = loadConfiguration('dev');
let templates: Templates;
beforeAll(async () => {
  templates = await synthesized(dev);
}, 300_000);

const machines = () =>
  new Map(
    resourcesOf(templates.coordination, 'AWS::StepFunctions::StateMachine').map((each) => [
      each.StateMachineName,
      each,
    ]),
  );
function statementsOf(roleName: RegExp): Properties[] {
  const policies = Object.values(templates).flatMap((template) => resourcesOf(template, 'AWS::IAM::Policy'));
  return policies.filter((each) => roleName.test(each.PolicyName)).flatMap((each) => each.PolicyDocument.Statement);
}
const actionsOf = (statements: readonly Properties[], service: string) =>
  statements
    .flatMap((each) => each.Action as string | string[])
    .filter((action) => action.startsWith(`${service}:`))
    .sort();

describe('state machines', () => {
  it('run the definitions as they are in stepfunctions/, every name in them standing for a function', () => {
    for (const saga of ['booking', 'layers']) {
      const machine = machines().get(`triage-dev-${saga}`) ?? {};
      const definition = readFileSync(`stepfunctions/${saga}/${saga}.asl.json`, 'utf8');
      expect(machine.DefinitionString).toBe(definition);
      const named = [...new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name))].sort();
      expect(Object.keys(machine.DefinitionSubstitutions).sort()).toEqual(named);
      for (const arn of Object.values(machine.DefinitionSubstitutions)) expect(JSON.stringify(arn)).toContain('Live');
    }
  });

  it('are traced and log everything but what people have ordered', () => {
    for (const machine of machines().values()) {
      expect(machine.TracingConfiguration).toEqual({ Enabled: true });
      expect(machine.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
    }
  });
});

describe('permissions', () => {
  it('to call the payment provider have those steps only that take money or give it back', () => {
    const paying = (step: string) => actionsOf(statementsOf(new RegExp(`^Stepbooking${step}Role`)), 'lambda');
    expect(paying('payment')).toEqual(['lambda:InvokeFunction']);
    expect(paying('refund')).toEqual(['lambda:InvokeFunction']);
    for (const step of ['inventory', 'reserve', 'approval', 'confirm', 'ticket', 'void', 'cancel', 'release'])
      expect([step, paying(step)]).toEqual([step, []]);
  });

  it('of a step reach the results of steps and the gate, and not the ledger', () => {
    const statements = statementsOf(/^StepbookingreserveRole/);
    expect(JSON.stringify(statements)).not.toContain('triage-dev-records');
    expect(actionsOf(statements, 'states')).toEqual([]);
    expect(actionsOf(statements, 's3')).toEqual(['s3:GetObject', 's3:ListBucket']);
  });

  it('of the coordinator begin its sagas and touch no result; of settle write records and nothing else', () => {
    const coordinator = statementsOf(/^LanesagasRunnerRole/);
    expect(actionsOf(coordinator, 'states')).toEqual(['states:DescribeExecution', 'states:StartExecution']);
    expect(JSON.stringify(coordinator)).not.toContain('triage-dev-states');
    const settle = statementsOf(/^SettleRole/).filter((each) => !JSON.stringify(each).includes('Logs'));
    expect(actionsOf(settle, 'dynamodb')).toEqual(['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem']);
    expect(JSON.stringify(settle)).toContain('triage-dev-records');
  });

  it('of the provider’s double are its own books', () => {
    const tables = statementsOf(/^ProviderDouble/).filter((each) => JSON.stringify(each).includes('dynamodb'));
    expect(tables).toHaveLength(1);
    expect(JSON.stringify(tables)).toContain('triage-dev-payments-booking');
  });
});

describe('routing', () => {
  it('tells ingestion and the reconciler which types the lane of sagas takes', () => {
    const functions = Object.values(templates).flatMap((template) => resourcesOf(template, 'AWS::Lambda::Function'));
    for (const name of ['ingest', 'reconciler']) {
      const { LANES } =
        functions.find((each) => each.FunctionName === `triage-dev-${name}`)?.Environment.Variables ?? {};
      const lanes: { name: string; takes?: string[] }[] = JSON.parse(LANES);
      expect(lanes.find((each) => each.name === 'sagas')?.takes?.sort()).toEqual([
        'booking.requested',
        'layers.requested',
      ]);
      expect(lanes.filter((each) => each.takes !== undefined)).toHaveLength(1);
    }
  });

  it('leaves a pool of sagas without suspects', () => {
    const queues = resourcesOf(templates.lanes, 'AWS::SQS::Queue').map((each) => each.QueueName);
    expect(queues).toContain('triage-dev-suspects-main');
    expect(queues).not.toContain('triage-dev-suspects-sagas');
  });
});

describe('faults', () => {
  const faultsOf = (change: object): string => {
    try {
      parseConfiguration({ ...dev, ...change });
      return '';
    } catch (error) {
      return String(error);
    }
  };
  const { coordination } = dev;
  if (coordination === null) throw new Error('dev has no coordination');
  const [booking] = coordination.applications;

  it('are the provider’s double in prod, and an application that no lane of sagas has', () => {
    expect(faultsOf({ environment: 'prod' })).toContain('no double takes real money');
    const strange = { ...coordination, applications: [{ ...booking, name: 'telemetry' }] };
    expect(faultsOf({ coordination: strange })).toContain('one of booking, layers');
  });

  it('are sagas without a word about coordination, and the other way round', () => {
    expect(faultsOf({ coordination: null })).toContain('values, since a lane runs sagas');
    const lanes = dev.lanes.filter(({ runs }) => runs === 'units');
    const applications = dev.applications.filter(({ pool }) => pool === 'main');
    expect(faultsOf({ lanes, applications })).toContain('null, since no lane runs sagas');
    expect(faultsOf({ lanes, applications, coordination: null })).toBe('');
  });

  it('are a lane of sagas that shares its pool, is ordered, or cannot keep its pace', () => {
    const change = (more: object) => ({
      lanes: dev.lanes.map((each) => (each.runs === 'sagas' ? { ...each, ...more } : each)),
    });
    expect(faultsOf(change({ pool: 'main' }))).toContain('a pool of its own');
    expect(faultsOf(change({ ordered: true, batchSize: 1 }))).toContain('false for a lane that runs sagas');
    expect(faultsOf({ coordination: { ...coordination, startsPerSecond: 1 } })).toContain(
      'fit into half of timeoutSeconds',
    );
  });

  it('are settings that are not the application’s', async () => {
    const settings = { approvalAboveCents: 'much' };
    const wrong = { ...dev, coordination: { ...coordination, applications: [{ ...booking, settings }] } };
    await expect(loadSagas(parseConfiguration(wrong))).rejects.toThrow(
      'coordination.applications.booking.settings.approvalAboveCents: "much"',
    );
  });

  it('are agreements that monitoring would be given and the saga has not, or the other way round', () => {
    const agreement: Agreement = { step: 'pay', ledger: 'payments', whenDone: () => true, whenUndone: () => true };
    const rental = { name: 'rental', agreements: [agreement] };
    const faults = (exported: Readonly<Record<string, readonly Agreement[]>>) =>
      agreementFaults('bikes', [rental, { name: 'sale' }], exported).map(({ path }) => path);
    const path = 'applications/bikes/agreements.ts agreements';

    expect(faults({ rental: rental.agreements })).toEqual([]);
    expect(faults({})).toEqual([`${path}.rental`]);
    expect(faults({ rental: [agreement] })).toEqual([`${path}.rental`]);
    expect(faults({ rental: rental.agreements, sale: [agreement] })).toEqual([`${path}.sale`]);
    expect(faults({ rental: rental.agreements, gone: [] })).toEqual([`${path}.gone`]);
  });
});
