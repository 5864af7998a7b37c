/** The environments that exist, by name. A new one is a file beside this one and a word here. */
import { type Configuration, parseConfiguration } from '../core/contracts/configuration';
import { dev } from './dev';
import { local } from './local';
import { prod } from './prod';

const ENVIRONMENTS: Readonly<Record<string, Configuration>> = { local, dev, prod };

export const ENVIRONMENT_NAMES: readonly string[] = Object.keys(ENVIRONMENTS);

/** The validated configuration of one environment. Throws with the names that exist, or with every fault of its values. */
export function loadConfiguration(name: string): Configuration {
  const found = Object.hasOwn(ENVIRONMENTS, name) ? ENVIRONMENTS[name] : undefined;
  if (found === undefined)
    throw new Error(`There is no environment "${name}". These exist: ${ENVIRONMENT_NAMES.join(', ')}.`);
  return parseConfiguration(found);
}
