/**
 * Invokes the reconciler every few seconds, since EventBridge Scheduler fires to the minute and nobody waits that long at a desk.
 * Its own process, so that `triage up` can return. Ends by itself when the endpoint has not answered for a while.
 * Usage: tsx local/ticker.ts <function name> <seconds>; the endpoint comes from AWS_ENDPOINT_URL.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const FAILURES_TO_GIVE_UP = 10;

async function main([functionName, seconds]: readonly string[]): Promise<void> {
  if (functionName === undefined || !Number.isFinite(Number(seconds)))
    throw new Error('usage: ticker.ts FUNCTION SECONDS');
  const lambda = new LambdaClient({ maxAttempts: 1 });
  for (let failures = 0; failures < FAILURES_TO_GIVE_UP; ) {
    await delay(Number(seconds) * 1000);
    try {
      // Waits for the answer, so that two sweeps never overlap however long one takes.
      await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload: '{}' }));
      failures = 0;
    } catch (error) {
      failures += 1;
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

void main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
