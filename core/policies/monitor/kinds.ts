/** Which kind of fault an error's name stands for. One table: what is not in it is not known, and said to be a guess. */
import { LOGGED_KINDS, type LoggedKind } from '../../contracts/incident';

/** Names as the SDK, Node.js, Lambda and Triage's own code give them. A name stands in one row only. */
export const NAMES: Readonly<Record<LoggedKind, readonly string[]>> = {
  permission: [
    'AccessDenied',
    'AccessDeniedException',
    'AccessDeniedFault',
    'AuthorizationError',
    'AuthorizationErrorException',
    'CredentialsProviderError',
    'EACCES',
    'EPERM',
    'ExpiredToken',
    'ExpiredTokenException',
    'Forbidden',
    'IncompleteSignature',
    'InvalidAccessKeyId',
    'InvalidClientTokenId',
    'InvalidSignatureException',
    'KMSAccessDeniedException',
    'KmsAccessDenied',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    'NotAuthorized',
    'NotAuthorizedException',
    'OptInRequired',
    'SignatureDoesNotMatch',
    'UnauthorizedException',
    'UnauthorizedOperation',
    'UnrecognizedClientException',
  ],
  'missing-resource': [
    'AWS.SimpleQueueService.NonExistentQueue',
    'BackupNotFoundException',
    'FunctionNotFound',
    'IndexNotFoundException',
    'InvalidBucketName',
    'KMSNotFoundException',
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchUpload',
    'NoSuchVersion',
    'NotFound',
    'NotFoundException',
    'ParameterNotFound',
    'QueueDoesNotExist',
    'QueueDeletedRecently',
    'ResourceNotFound',
    'ResourceNotFoundException',
    'StateMachineDoesNotExist',
    'ExecutionDoesNotExist',
    'TableNotFoundException',
    'TopicNotFound',
  ],
  code: [
    'AssertionError',
    'EvalError',
    'ReferenceError',
    'RangeError',
    'Runtime.UnhandledPromiseRejection',
    'Runtime.InvalidStreamingOperation',
    'SyntaxError',
    'TypeError',
    'ERR_ASSERTION',
    'ERR_INVALID_ARG_TYPE',
  ],
  'time-out': ['Sandbox.Timedout', 'Sandbox.Timeout', 'States.Timeout'],
  'out-of-memory': ['ERR_WORKER_OUT_OF_MEMORY', 'ENOMEM', 'Runtime.OutOfMemory'],
  init: [
    'Extension.InitError',
    'Extension.LaunchError',
    'Extension.TooManyExtensions',
    'Runtime.HandlerNotFound',
    'Runtime.ImportModuleError',
    'Runtime.InvalidEntrypoint',
    'Runtime.MalformedHandlerName',
    'Runtime.MalformedStreamingHandler',
    'Runtime.UserCodeLoadError',
    'Runtime.UserCodeSyntaxError',
  ],
  throttling: [
    'BandwidthLimitExceeded',
    'EC2ThrottledException',
    'LimitExceededException',
    'OverLimit',
    'PriorRequestNotComplete',
    'ProvisionedThroughputExceeded',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'SlowDown',
    'Throttling',
    'ThrottledException',
    'ThrottlingException',
    'TooManyRequests',
    'TooManyRequestsException',
    'TransactionConflictException',
    'TransactionInProgressException',
    'KMSThrottlingException',
    'KmsThrottled',
  ],
  dependency: [
    'EAI_AGAIN',
    'ECONNABORTED',
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EPIPE',
    'ETIMEDOUT',
    'EPROTO',
    'AbortError',
    'CERT_HAS_EXPIRED',
    'InternalError',
    'InternalFailure',
    'InternalServerError',
    'InternalServerErrorException',
    'InternalServiceError',
    'LostWriteError',
    'NetworkingError',
    'RequestTimeout',
    'RequestTimeoutException',
    'ServiceException',
    'ServiceUnavailable',
    'ServiceUnavailableException',
    'TimeoutError',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_SOCKET',
    'UnmendedError',
    'UnpublishedError',
  ],
  data: [
    'BatchRequestTooLong',
    'ConditionalCheckFailedException',
    'EntityTooLarge',
    'Function.ResponseSizeTooLarge',
    'InvalidMessageContents',
    'InvalidParameterException',
    'InvalidParameterValueException',
    'InvalidValueError',
    'ItemCollectionSizeLimitExceededException',
    'MalformedJSON',
    'MessageTooLong',
    'RequestEntityTooLargeException',
    'SerializationException',
    'TerminalError',
    'TransactionCanceledException',
    'ValidationError',
    'ValidationException',
  ],
  invocation: [
    'Extension.Crash',
    'Extension.ExitError',
    'Function.Unknown',
    'Lambda.Unknown',
    'Runtime.ExitError',
    'Runtime.TruncatedResponse',
    'Runtime.Unknown',
  ],
};

const KIND_OF: ReadonlyMap<string, LoggedKind> = new Map(
  LOGGED_KINDS.flatMap((kind) => NAMES[kind].map((name) => [name, kind] as const)),
);

/** `undefined`: the name says nothing. */
export function kindOf(name: string | undefined): LoggedKind | undefined {
  return name === undefined ? undefined : KIND_OF.get(name);
}

export interface ErrorNames {
  readonly name: string;
  /** Node.js's own errors are all called `Error`; their code tells them apart. */
  readonly code?: string;
  readonly causeCode?: string;
  /** Looked at only where Node.js itself writes a fixed text and no code. */
  readonly message?: string;
}

export interface Classified {
  readonly kind: LoggedKind;
  /** The name that decided. */
  readonly name: string;
  /** Whether the table knows it, or the kind is what is left. */
  readonly known: boolean;
}

/** The more particular name first: a code beats `Error`, the cause beats fetch's `TypeError`. */
export function classifyError(error: ErrorNames): Classified {
  const wrapsNetwork = error.message === 'fetch failed' || error.message === 'terminated';
  const hungUp = error.message === 'socket hang up';
  const names = [
    wrapsNetwork ? (error.causeCode ?? 'NetworkingError') : undefined,
    hungUp ? 'ECONNRESET' : undefined,
    error.name === 'Error' || error.name === 'AggregateError' ? (error.code ?? error.causeCode) : undefined,
    error.name,
    error.code,
  ];
  for (const name of names) {
    const kind = kindOf(name);
    if (kind !== undefined && name !== undefined) return { kind, name, known: true };
  }
  return { kind: guess(error.name), name: error.name, known: false };
}

/** Lambda's own names have a dot; all others are thrown by code. */
function guess(name: string): LoggedKind {
  if (name.startsWith('Extension.')) return 'init';
  return /^(Runtime|Sandbox|Lambda|Function)\./.test(name) ? 'invocation' : 'code';
}
