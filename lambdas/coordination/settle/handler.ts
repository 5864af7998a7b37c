/** Wires the end of all sagas to AWS. */
import { createRecords } from '../../../adapters/aws';
import { parseStepRequest, type StepAnswer } from '../../../core/contracts/saga';
import { stepDynamo as dynamo } from '../../runtime/clients';
import { metricLine } from '../../runtime/metrics';
import { parseEnding, settle } from './core';
import { readSettleEnvironment } from './env';

const environment = readSettleEnvironment(process.env);
const records = createRecords({
  dynamo,
  table: environment.RECORDS_TABLE,
  contextTable: '',
  retentionDays: environment.LEDGER_RETENTION_DAYS,
});

export async function handler(event: unknown): Promise<StepAnswer> {
  const request = parseStepRequest(event);
  const ending = parseEnding(event);
  const nowMs = Date.now();
  const answer = await settle(records, request, ending, nowMs);
  const { saga, run, instance, event: of } = request.saga;
  const metrics = [
    { name: ending.end, unit: 'Count' as const, value: 1 },
    { name: 'latency', unit: 'Milliseconds' as const, value: Math.max(0, nowMs - of.acceptedAtMs) },
  ];
  const dimensions = { environment: environment.ENVIRONMENT, stage: 'coordination', saga };
  const properties = { level: 'INFO', message: 'settled', instance, run, event: of.id, reason: ending.reason };
  process.stdout.write(`${metricLine(dimensions, metrics, nowMs, properties)}\n`);
  return answer;
}
