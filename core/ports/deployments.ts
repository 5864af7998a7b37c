export interface Deployment {
  /** Version behind the alias `live`. */
  readonly live: string;
  /** Shares of other versions: not empty while a deploy warms one. */
  readonly weights: Readonly<Record<string, number>>;
  /** Of the alias: a move is refused where somebody has moved it since. */
  readonly revision: string | undefined;
  /** All published ones, with when they were. */
  readonly versions: readonly { readonly version: string; readonly publishedAtMs: number }[];
}

/** Which version of a function is live. */
export interface Deployments {
  /** `undefined`: there is no such function, or nothing of it is live. */
  read(functionName: string): Promise<Deployment | undefined>;
  /** Points the alias at a version. `false`: somebody has moved it since `revision`. */
  move(functionName: string, version: string, revision: string | undefined): Promise<boolean>;
}
