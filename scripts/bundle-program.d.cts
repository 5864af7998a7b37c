export function bundleProgram(program: {
  readonly root: string;
  readonly entry: string;
  readonly folder: string;
  readonly directories?: readonly string[];
}): Promise<string>;
