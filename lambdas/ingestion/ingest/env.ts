import { ingestEnvironment } from '../../../core/contracts/environments/ingest';
import { resourceNames } from '../../../core/contracts/names';
import { readEnvironment } from '../../runtime/environment';
import type { IngestSettings } from './settings';

/** What the ingest function reads from its environment. */
export function readIngestEnvironment(variables: Readonly<Record<string, string | undefined>>) {
  return readEnvironment('ingest', ingestEnvironment, variables);
}

export function toSettings(environment: ReturnType<typeof readIngestEnvironment>): IngestSettings {
  return {
    ...environment.CLASSIFICATION,
    lanes: environment.LANES,
    shedAboveShareOfObjective: environment.SHED_ABOVE_SHARE_OF_OBJECTIVE,
    handOffBoundMs: environment.HAND_OFF_BOUND_SECONDS * 1_000,
    streamOf: resourceNames(environment.ENVIRONMENT).stream,
  };
}
