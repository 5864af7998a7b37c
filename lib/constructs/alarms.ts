/** Alarms that say what is wrong, what to do and whom to tell: no alarm without a runbook and an action. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  type IAlarm,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { PlatformStack } from '../platform-stack';

export interface AlarmSpecification {
  /** Unique within the environment, and the key by which repeats are told to be the same. */
  readonly name: string;
  readonly metric: IMetric;
  /** At this value or above, it is an alarm. */
  readonly threshold: number;
  /** Below it, it is one, and where there is no figure at all: for what has to be seen. */
  readonly below?: true;
  /** Periods out of which `datapoints` must breach. Default: 1. */
  readonly periods?: number;
  readonly datapoints?: number;
  /** What it means, in words. */
  readonly summary: string;
  /** File under docs/runbooks, without its ending. */
  readonly runbook: string;
}

export class AlarmFactory {
  readonly alarms: Alarm[] = [];

  constructor(
    private readonly stack: PlatformStack,
    private readonly action: IAlarmAction,
  ) {}

  add(specification: AlarmSpecification): Alarm {
    const { name, metric, threshold, below, periods = 1, datapoints = periods, summary, runbook } = specification;
    const alarm = new Alarm(this.stack, `Alarm-${name}`, {
      alarmName: `${this.stack.names.prefix}-${name}`,
      alarmDescription: `${summary} Runbook: ${runbookPath(runbook)}`,
      metric,
      threshold,
      comparisonOperator: below
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: datapoints,
      treatMissingData: below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(this.action);
    alarm.addOkAction(this.action);
    this.alarms.push(alarm);
    return alarm;
  }

  /** One alarm over several, for who wants to be woken by one thing only. */
  addComposite(name: string, summary: string, runbook: string, parts: readonly Alarm[]): void {
    const composite = new CompositeAlarm(this.stack, `Alarm-${name}`, {
      compositeAlarmName: `${this.stack.names.prefix}-${name}`,
      alarmDescription: `${summary} Runbook: ${runbookPath(runbook)}`,
      alarmRule: AlarmRule.anyOf(...parts.map((part) => AlarmRule.fromAlarm(part as IAlarm, AlarmState.ALARM))),
    });
    composite.addAlarmAction(this.action);
  }
}

/** Throws where the runbook has not been written. */
function runbookPath(name: string): string {
  const path = `docs/runbooks/${name}.md`;
  if (!existsSync(join(__dirname, '..', '..', path))) throw new Error(`There is no ${path}: write it with the alarm.`);
  return path;
}

export const MINUTE = Duration.minutes(1);
