/** Rules of the house for templates, where the public packs have none. A finding fails the synth; there is no acknowledging them. */
import { readFileSync } from 'node:fs';
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { type Configuration, visibilityTimeoutSeconds } from '../core/contracts/configuration';
import { LIVE_ALIAS } from '../core/contracts/names';
import { CONCURRENCY_PER_POLLER } from '../core/contracts/scheduling';

type Json = Readonly<Record<string, unknown>>;
export interface Template {
  readonly path: string;
  readonly resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Json }>>;
  readonly text: string;
}
export interface Finding {
  readonly rule: RuleName;
  readonly template: string;
  readonly resource: string;
  readonly detail: string;
}

/** Actions for which AWS knows nothing finer than `*`, each with the reason. */
export const STAR_RESOURCE_REASONS: Readonly<Record<string, string>> = {
  'xray:PutTraceSegments': 'X-Ray has no resource type for segments.',
  'xray:PutTelemetryRecords': 'X-Ray has no resource type for telemetry.',
  'cloudwatch:GetMetricData': 'Metrics are no resources: CloudWatch grants reading on all of them or none.',
  ...Object.fromEntries(
    [
      'CreateLogDelivery',
      'GetLogDelivery',
      'UpdateLogDelivery',
      'DeleteLogDelivery',
      'ListLogDeliveries',
      'PutResourcePolicy',
      'DescribeResourcePolicies',
      'DescribeLogGroups',
    ].map((action) => [`logs:${action}`, 'A state machine delivers its logs by it, and it knows no resource.']),
  ),
  'lambda:ListEventSourceMappings': 'Lists of mappings are granted as a whole or not at all.',
  'dynamodb:ListStreams': 'The event source mapping asks for it, and it is granted on all streams or none.',
};

export const HOUSE_RULES = {
  'visibility-six-timeouts': 'A queue hides a message at least six times as long as its consumer may run.',
  'mapping-targets-alias': `An event source mapping invokes the alias ${LIVE_ALIAS}, never a bare function.`,
  'service-principal-source': 'A service may act on a resource only for a named source or account.',
  'objective-below-visibility': 'A lane promises an outcome before its queue would give the message out again.',
  'concurrency-within-account':
    'Reserved concurrency leaves 100 executions unreserved, and all caps together fit the account.',
  'no-star-action': 'No statement allows an action with a star.',
  'star-resource-reason': 'A statement on all resources is for actions that know nothing finer, and says so.',
  'weak-references': 'Stacks refer to one another by name, so that any part can be removed alone.',
} as const;
export type RuleName = keyof typeof HOUSE_RULES;

export class HouseRules implements IPolicyValidationPlugin {
  readonly name = 'triage-house-rules';
  readonly ruleIds = Object.keys(HOUSE_RULES);

  constructor(private readonly configuration: Configuration) {}

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const findings = findFaults(context.templatePaths.map(readTemplate), this.configuration);
    return {
      success: findings.length === 0,
      violations: findings.map((finding) => ({
        ruleName: finding.rule,
        description: `${HOUSE_RULES[finding.rule]} ${finding.detail}`,
        violatingResources: [
          { resourceLogicalId: finding.resource, templatePath: finding.template, locations: ['Properties'] },
        ],
      })),
    };
  }
}

export function readTemplate(path: string): Template {
  const text = readFileSync(path, 'utf8');
  return { path, text, resources: JSON.parse(text).Resources ?? {} };
}

export function findFaults(templates: readonly Template[], configuration: Configuration): Finding[] {
  return [
    ...templates.flatMap((template) => [
      ...mappingFaults(template),
      ...policyFaults(template),
      ...referenceFaults(template),
    ]),
    ...objectiveFaults(templates, configuration),
    ...concurrencyFaults(templates, configuration),
  ];
}

const ofType = (template: Template, type: string) =>
  Object.entries(template.resources).flatMap(([id, each]) =>
    each.Type === type ? [{ id, properties: each.Properties ?? {} }] : [],
  );

function mappingFaults(template: Template): Finding[] {
  const queues = new Map(ofType(template, 'AWS::SQS::Queue').map((each) => [each.id, each.properties]));
  const byName = new Map([...queues.values()].map((properties) => [properties.QueueName, properties]));
  return ofType(template, 'AWS::Lambda::EventSourceMapping').flatMap(({ id, properties }) => {
    const finding = (rule: RuleName, detail: string): Finding => ({
      rule,
      template: template.path,
      resource: id,
      detail,
    });
    const target = functionBehind(template, properties.FunctionName);
    if (target === undefined) return [finding('mapping-targets-alias', 'It targets something else.')];
    const source = properties.EventSourceArn;
    const queue = queues.get(attributeOf(source)) ?? byName.get(lastPartOf(source));
    if (queue === undefined)
      return isStream(source, template)
        ? []
        : [finding('visibility-six-timeouts', 'Its queue is not in this template.')];
    const visibility = Number(queue.VisibilityTimeout ?? 30);
    const timeout = Number(target.Timeout ?? 3);
    return visibility >= 6 * timeout
      ? []
      : [finding('visibility-six-timeouts', `Visibility ${visibility} s, time-out ${timeout} s.`)];
  });
}

/** Properties of the function behind an alias named `live`; its ARN is made from the alias' reference and its name. */
function functionBehind(template: Template, reference: unknown): Json | undefined {
  const id = /"Ref":"([^"]+)"/.exec(JSON.stringify(reference) ?? '')?.[1] ?? '';
  const alias = template.resources[id];
  if (alias?.Type !== 'AWS::Lambda::Alias' || alias.Properties?.Name !== LIVE_ALIAS) return undefined;
  const behind = String((alias.Properties.FunctionName as Json | undefined)?.Ref ?? '');
  return template.resources[behind]?.Properties;
}

function isStream(source: unknown, template: Template): boolean {
  const type = template.resources[attributeOf(source)]?.Type;
  return type === 'AWS::Kinesis::Stream' || type === 'AWS::DynamoDB::Table';
}

const attributeOf = (value: unknown): string => {
  const parts = (value as Json | undefined)?.['Fn::GetAtt'];
  return Array.isArray(parts) ? String(parts[0]) : '';
};

/** The name at the end of an ARN that is made by joining. */
const lastPartOf = (value: unknown): string => {
  const joined = (value as Json | undefined)?.['Fn::Join'];
  const parts: unknown = Array.isArray(joined) ? joined[1] : undefined;
  const last: unknown = Array.isArray(parts) ? parts.at(-1) : undefined;
  return typeof last === 'string' ? (last.split(':').at(-1) ?? '') : '';
};

function policyFaults(template: Template): Finding[] {
  return Object.entries(template.resources).flatMap(([id, resource]) =>
    statementsIn(resource.Properties).flatMap((statement) =>
      statementFaults(statement, resource.Type).map(([rule, detail]) => ({
        rule,
        template: template.path,
        resource: id,
        detail,
      })),
    ),
  );
}

/** Every policy statement anywhere below, whatever the property is called. */
function statementsIn(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(statementsIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'Effect' in value && 'Action' in value ? [value as Json] : [];
  return [...own, ...Object.values(value).flatMap(statementsIn)];
}

const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

function statementFaults(statement: Json, type: string): [RuleName, string][] {
  if (statement.Effect !== 'Allow') return [];
  const actions = list(statement.Action).map(String);
  // In a key's own policy, "*" is that key and its administration belongs to the account.
  const keyPolicy = type === 'AWS::KMS::Key';
  const stars = keyPolicy && !servicesOf(statement).length ? [] : actions.filter((action) => action.includes('*'));
  const wide = list(statement.Resource).includes('*') && !keyPolicy;
  const unreasoned = wide ? actions.filter((action) => !Object.hasOwn(STAR_RESOURCE_REASONS, action)) : [];
  return [
    ...stars.map((action): [RuleName, string] => ['no-star-action', action]),
    ...unreasoned.map((action): [RuleName, string] => ['star-resource-reason', action]),
    ...sourceFaults(statement),
  ];
}

const servicesOf = (statement: Json): string[] =>
  list((statement.Principal as Json | undefined)?.Service).map((each) => JSON.stringify(each));

function sourceFaults(statement: Json): [RuleName, string][] {
  const services = servicesOf(statement);
  // Lambda takes a role on behalf of the one function that names it: its trust knows no source condition.
  const assumedByLambda =
    list(statement.Action).includes('sts:AssumeRole') && services.every((each) => /lambda/.test(each));
  if (services.length === 0 || assumedByLambda) return [];
  const conditions = JSON.stringify(statement.Condition ?? {});
  return /aws:Source(Arn|Account)/.test(conditions) ? [] : [['service-principal-source', services.join(', ')]];
}

function referenceFaults(template: Template): Finding[] {
  return /"Fn::ImportValue"|"Export"\s*:/.test(template.text)
    ? [
        {
          rule: 'weak-references',
          template: template.path,
          resource: '(template)',
          detail: 'It imports or exports a value.',
        },
      ]
    : [];
}

function objectiveFaults(templates: readonly Template[], configuration: Configuration): Finding[] {
  return configuration.lanes.flatMap((lane) => {
    const visibility = visibilityTimeoutSeconds(lane);
    return lane.objectiveSeconds < visibility
      ? []
      : [
          {
            rule: 'objective-below-visibility' as const,
            template: templates[0]?.path ?? '',
            resource: lane.name,
            detail: `Objective ${lane.objectiveSeconds} s, visibility ${visibility} s.`,
          },
        ];
  });
}

function concurrencyFaults(templates: readonly Template[], configuration: Configuration): Finding[] {
  const most = configuration.accountConcurrency - 100;
  const reserved = sum(templates, 'AWS::Lambda::Function', (each) => each.ReservedConcurrentExecutions);
  const caps = sum(templates, 'AWS::Lambda::EventSourceMapping', capOf);
  const finding = (detail: string): Finding => ({
    rule: 'concurrency-within-account',
    template: templates[0]?.path ?? '',
    resource: '(all)',
    detail: `${detail} of at most ${most}.`,
  });
  return [
    ...(reserved > most ? [finding(`${reserved} reserved`)] : []),
    ...(caps > most ? [finding(`${caps} by the mappings' caps`)] : []),
  ];
}

/** Of a mapping's properties: its own cap, or that of its provisioned pollers. */
function capOf({ ScalingConfig, ProvisionedPollerConfig }: Json): unknown {
  const pollers = (ProvisionedPollerConfig as Json | undefined)?.MaximumPollers;
  return pollers === undefined
    ? (ScalingConfig as Json | undefined)?.MaximumConcurrency
    : Number(pollers) * CONCURRENCY_PER_POLLER;
}

function sum(templates: readonly Template[], type: string, value: (properties: Json) => unknown): number {
  return templates
    .flatMap((template) => ofType(template, type))
    .reduce((total, each) => total + Number(value(each.properties) ?? 0), 0);
}
