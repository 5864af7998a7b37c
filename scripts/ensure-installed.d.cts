export function checkNode(version?: string): void;
export function packagesAreCurrent(root?: string): boolean;
export function ensureInstalled(options?: { withEmulator?: boolean }): void;
