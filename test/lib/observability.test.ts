/** Proves that the alarms on scheduling and shedding watch the metrics that functions write, and that the dashboard shows each lane. */
import { loadConfiguration } from '../../config';
import { METRIC_NAMESPACE } from '../../lambdas/runtime/metrics';
import { type Properties, resourcesOf, synthesized, type Templates } from './synthesized';

const dev = loadConfiguration('dev');
const lanes = dev.lanes.map(({ name }) => name);
let templates: Templates;
let alarms: ReadonlyMap<string, Properties>;
const alarmsOf = ({ observability }: Templates) =>
  new Map(resourcesOf(observability, 'AWS::CloudWatch::Alarm').map((each) => [each.AlarmName as string, each]));
beforeAll(async () => {
  templates = await synthesized(dev);
  alarms = alarmsOf(templates);
}, 120_000);

const dimensions = (alarm: Properties | undefined) =>
  Object.fromEntries(
    (alarm?.Dimensions ?? []).map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]),
  );

it('watches what ingestion sheds, of the whole environment', () => {
  const alarm = alarms.get('triage-dev-shedding');
  expect(alarm).toMatchObject({ Namespace: METRIC_NAMESPACE, MetricName: 'shed', Statistic: 'Sum', Threshold: 1 });
  expect(dimensions(alarm)).toEqual({ environment: 'dev', stage: 'ingestion' });
  expect(alarm?.AlarmDescription).toContain('docs/runbooks/shedding.md');
});

it("watches each lane's controller: errors, plans held, changes refused, and steps that never ran", () => {
  expect(dimensions(alarms.get('triage-dev-controller-dead-letters'))).toEqual({
    QueueName: 'triage-dev-controller-dlq',
  });
  for (const lane of lanes) {
    const [held, refused] = [
      alarms.get(`triage-dev-holding-${lane}`),
      alarms.get(`triage-dev-refused-changes-${lane}`),
    ];
    expect(held).toMatchObject({ Namespace: METRIC_NAMESPACE, MetricName: 'held', DatapointsToAlarm: 10 });
    expect(refused).toMatchObject({ Namespace: METRIC_NAMESPACE, MetricName: 'failedChanges' });
    for (const each of [held, refused])
      expect(dimensions(each)).toEqual({ environment: 'dev', stage: 'scheduling', lane });
    const errors = alarms.get(`triage-dev-errors-controller-${lane}`);
    expect(errors?.AlarmDescription).toContain('docs/runbooks/controller-not-deciding.md');
    expect(JSON.stringify(errors?.Metrics)).toContain(`triage-dev-controller-${lane}:live`);
  }
});

it('watches spill-over as a share, of the runner that has the warm environments', () => {
  for (const lane of lanes) {
    const metrics = JSON.stringify(alarms.get(`triage-dev-spilling-${lane}`)?.Metrics);
    expect(metrics).toContain('"Expression":"100 * part / (whole0 + whole1)"');
    expect(metrics).toContain('ProvisionedConcurrencySpilloverInvocations');
    expect(metrics).toContain('"ProvisionedConcurrencyInvocations"');
    expect(metrics).toContain(`triage-dev-runner-${lane}:live`);
  }
});

it('where there is no metric math, no alarm has a list of metrics, and spill-over is not watched', async () => {
  const local = alarmsOf(await synthesized(loadConfiguration('local')));
  expect([...local.values()].filter(({ Metrics }) => Metrics !== undefined)).toEqual([]);
  expect(local.has('triage-local-holding-bulk')).toBe(true);
  expect(local.has('triage-local-spilling-bulk')).toBe(false);
}, 120_000);

it("shows each lane's arrivals, waiting messages, shed events and warm environments in use", () => {
  const [dashboard] = resourcesOf(templates.observability, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(dashboard?.DashboardBody);
  for (const metric of ['accepted', 'shed', 'ApproximateNumberOfMessagesVisible', 'ProvisionedConcurrencyUtilization'])
    for (const lane of lanes) expect(body).toMatch(new RegExp(`${metric}[^\\]]*[-"\\\\]${lane}[:".\\\\]`));
});
