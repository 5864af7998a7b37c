/** Wakes a function without waiting for what it does. */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** `live`: the function's name with its alias. */
export function createWake({
  lambda,
  live,
}: {
  readonly lambda: LambdaClient;
  readonly live: string;
}): (incidents: readonly string[]) => Promise<void> {
  return async (incidents) => {
    const Payload = JSON.stringify({ incidents });
    await lambda.send(new InvokeCommand({ FunctionName: live, InvocationType: 'Event', Payload }));
  };
}
