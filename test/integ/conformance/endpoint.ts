/** The endpoint under test: whatever AWS_ENDPOINT_URL names, else an embedded emulator of our own, one per test file. */
import { type Emulator, startEmulator } from '../../../local/emulator';

export type EndpointKind = 'embedded' | 'localstack' | 'aws-emulator' | 'aws';

export const REGION = process.env.AWS_REGION ?? 'us-east-1';
/** A role that Lambda, Step Functions and Scheduler may assume. Only AWS itself looks at it. */
export const ROLE_ARN = process.env.TRIAGE_CONFORMANCE_ROLE_ARN ?? 'arn:aws:iam::000000000000:role/conformance';

let emulator: Emulator | undefined;

export interface Endpoint {
  readonly kind: EndpointKind;
  /** For the constructor of any SDK client. */
  readonly client: {
    readonly region: string;
    readonly endpoint?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
}

export async function openEndpoint(): Promise<Endpoint> {
  if (process.env.TRIAGE_CONFORMANCE_AWS === '1') return { kind: 'aws', client: { region: REGION } };
  const given = process.env.AWS_ENDPOINT_URL;
  if (!given) emulator = await startEmulator();
  const endpoint = given ?? (emulator as Emulator).endpoint;
  const credentials = {
    accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? 'test',
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? 'test',
  };
  return { kind: await kindOf(endpoint), client: { region: REGION, endpoint, credentials } };
}

export async function closeEndpoint(): Promise<void> {
  await emulator?.stop();
  emulator = undefined;
}

async function kindOf(endpoint: string): Promise<EndpointKind> {
  const answers = async (path: string) =>
    (await fetch(`${endpoint}${path}`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined))?.ok === true;
  if (await answers('/_ministack/health')) return 'embedded';
  if (await answers('/_localstack/health')) return 'localstack';
  return 'aws-emulator';
}
