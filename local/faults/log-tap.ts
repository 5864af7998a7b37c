/**
 * Stands between the embedded emulator's log subscriptions and the monitor: each delivery is passed on, dropped, or passed on twice.
 * The emulator delivers to the unpublished version, whatever alias a subscription names, and sends the invocations of a version with
 * MINISTACK_LAMBDA_PROXY_URL in its environment to that address. So that version is given the tap's address, and the tap invokes the
 * published one, which is what AWS would have done. The monitor itself is not touched.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';

const ADDRESS_VARIABLE = 'MINISTACK_LAMBDA_PROXY_URL';
/** CloudWatch Logs delivers again what a subscriber could not take. */
const ATTEMPTS = 5;

export interface LogTap {
  /** Deliveries that came, that went no further, and that went on twice. */
  counts(): { readonly came: number; readonly dropped: number; readonly repeated: number };
  /** Ends the tap; the subscriptions deliver as before. */
  stop(): Promise<void>;
}

export interface LogTapOptions {
  readonly lambda: LambdaClient;
  readonly functionName: string;
  readonly alias: string;
  /** How often each delivery goes on: 0, 1 or 2. */
  readonly times: () => number;
}

export async function tapLogs({ lambda, functionName, alias, times }: LogTapOptions): Promise<LogTap> {
  const counts = { came: 0, dropped: 0, repeated: 0 };
  const server = createServer((incoming, outgoing) => {
    textOf(incoming).then((delivery) => {
      // Nobody waits for the answer: CloudWatch Logs invokes and forgets.
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end('null');
      const often = times();
      counts.came += 1;
      if (often === 0) counts.dropped += 1;
      if (often === 2) counts.repeated += 1;
      for (let time = 0; time < often; time++) void pass(delivery);
    }, outgoing.destroy);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  async function pass(delivery: string): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        const input = { FunctionName: functionName, Qualifier: alias, Payload: delivery };
        if ((await lambda.send(new InvokeCommand(input))).FunctionError === undefined) return;
      } catch {
        // Throttled, or the endpoint has gone: again, or never mind.
      }
      await delay(200 * attempt);
    }
  }

  async function setAddress(address: string | undefined): Promise<void> {
    const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
    const { [ADDRESS_VARIABLE]: _before, ...others } = found.Environment?.Variables ?? {};
    const Variables = { ...others, ...(address === undefined ? {} : { [ADDRESS_VARIABLE]: address }) };
    await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: functionName, Environment: { Variables } }),
    );
  }

  await setAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    counts: () => ({ ...counts }),
    stop: async () => {
      await setAddress(undefined).catch(() => undefined);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
