/** Which function, version and environment a stream belongs to, told by the names that Lambda gives it. */

export interface Place {
  readonly functionName: string;
  readonly version: string;
}

const GROUP = /^\/aws\/lambda\/([A-Za-z0-9_-]{1,140})$/;
/** The second form is Lambda's for a log group that was made for the function, as the stacks do. */
const STREAM =
  /^\d{4}\/\d{2}\/\d{2}\/(?:([A-Za-z0-9_-]{1,140})\[(\$LATEST|\d{1,19})\]\[|\[(\$LATEST|\d{1,19})\])[0-9a-f-]{1,64}\]?$/;

/** `undefined`: no function's log. */
export function placeOf(logGroup: string, logStream: string): Place | undefined {
  const functionName = GROUP.exec(logGroup)?.[1];
  const [, named, ofNamed, ofPlain] = STREAM.exec(logStream) ?? [];
  const version = ofNamed ?? ofPlain;
  if (functionName === undefined || version === undefined) return undefined;
  return named === undefined || named === functionName ? { functionName, version } : undefined;
}
