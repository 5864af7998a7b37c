/** What goes wrong, told so that the reader knows what to do. */

/** A fault with its remedy: printed without a stack. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

interface Where {
  readonly environment: string;
  readonly endpoint?: string | undefined;
}
const NOT_THERE = [
  'ResourceNotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'NoSuchBucket',
];
const UNREACHABLE = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'TimeoutError',
];
const NO_CREDENTIALS = [
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
];
const DENIED = ['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation'];

/** Turns an error of a library into one with a remedy; one that is not known is passed on as it is. */
export function explained(error: unknown, where: Where): unknown {
  if (error instanceof UserError) return error;
  const { name, message, code } = details(error);
  const is = (names: readonly string[]) => names.includes(name) || names.includes(code);
  const deploy =
    where.environment === 'local'
      ? 'Bring it up with `npx triage up` (or `npm start` for the demo).'
      : `Deploy it with \`npx cdk deploy --all -c env=${where.environment}\`, or look at the account and region that are set.`;
  if (is(UNREACHABLE))
    return new UserError(
      `${where.endpoint ?? 'AWS'} does not answer (${code || name}).`,
      where.endpoint
        ? 'Is it up? `npx triage up` starts the local environment; AWS_ENDPOINT_URL names another one.'
        : 'Look at the network and the proxy settings.',
    );
  if (/Deserialization error/.test(message))
    return new UserError(
      `${where.endpoint ?? 'The endpoint'} answers, but not as AWS does.`,
      'Look at AWS_ENDPOINT_URL: something else listens there, a proxy or a web server say.',
    );
  if (is(NOT_THERE))
    return new UserError(`The environment "${where.environment}" is not deployed here: ${message}`, deploy);
  if (is(NO_CREDENTIALS))
    return new UserError(
      `No valid credentials: ${message}`,
      'Sign in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  if (is(DENIED))
    return new UserError(
      `Not allowed: ${message}`,
      "Use a role that may read the environment's tables, queues and buckets.",
    );
  if (is(['ENOSPC'])) return new UserError('The disk is full.', 'Make room, then run the command again.');
  if (is(['EADDRINUSE']))
    return new UserError(`A port is taken: ${message}`, 'End what holds it, or choose another port.');
  if (is(['ENOENT', 'EACCES', 'EISDIR'])) return new UserError(message, 'Look at the path and its permissions.');
  return error;
}

function details(error: unknown): { name: string; message: string; code: string } {
  const { name, message, code, cause } = (error ?? {}) as {
    name?: string;
    message?: string;
    code?: string;
    cause?: unknown;
  };
  const inner = cause as { code?: string } | undefined;
  return { name: name ?? '', message: message ?? String(error), code: String(code ?? inner?.code ?? '') };
}
