/** What a request is, told from its headers and path: which service, which operation. */
import type { IncomingMessage } from 'node:http';

export interface Operation {
  /** As the signature names it: `dynamodb`, `sqs`, `lambda`, `events`, `states`, `s3`, ... Empty where nothing is signed. */
  readonly service: string;
  /** `PutItem`, `SendMessageBatch`, `PutEvents`; `Invoke` for Lambda's; other REST calls are named `<method> <service>`. */
  readonly operation: string;
}

export function operationOf(incoming: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): Operation {
  const { method = '', url = '', headers } = incoming;
  // Credential=<key>/<date>/<region>/<service>/aws4_request
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
  const target = headers['x-amz-target'];
  // JSON protocols name the operation in a header (`DynamoDB_20120810.PutItem`), the CBOR one in the path.
  const named = typeof target === 'string' ? target.split('.').pop() : /\/operation\/(\w+)$/.exec(url)?.[1];
  if (named) return { service, operation: named };
  const path = url.split('?')[0] ?? '';
  if (method === 'POST' && /\/functions\/[^/]+\/invocations$/.test(path)) return { service, operation: 'Invoke' };
  return { service, operation: `${method} ${service || 's3'}` };
}
