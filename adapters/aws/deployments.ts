/** Which version of a function is live, by Lambda's API. */
import {
  GetAliasCommand,
  type LambdaClient,
  paginateListVersionsByFunction,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import type { Deployment, Deployments } from '../../core/ports';

export function createDeployments({
  lambda,
  alias,
}: {
  readonly lambda: LambdaClient;
  readonly alias: string;
}): Deployments {
  return {
    read: (functionName) => orNothing(() => read(lambda, functionName, alias)),
    move: async (functionName, version, revision) => {
      try {
        await lambda.send(
          new UpdateAliasCommand({
            FunctionName: functionName,
            Name: alias,
            FunctionVersion: version,
            // Whoever has moved it since we looked keeps what he did.
            ...(revision === undefined ? {} : { RevisionId: revision }),
          }),
        );
        return true;
      } catch (error) {
        if ((error as Error).name === 'PreconditionFailedException') return false;
        throw error;
      }
    },
  };
}

async function read(lambda: LambdaClient, FunctionName: string, Name: string): Promise<Deployment> {
  const {
    FunctionVersion = '',
    RoutingConfig,
    RevisionId,
  } = await lambda.send(new GetAliasCommand({ FunctionName, Name }));
  const versions: { version: string; publishedAtMs: number }[] = [];
  for await (const page of paginateListVersionsByFunction({ client: lambda }, { FunctionName }))
    for (const { Version, LastModified } of page.Versions ?? [])
      if (Version !== undefined)
        versions.push({ version: Version, publishedAtMs: Date.parse(LastModified ?? '') || 0 });
  return {
    live: FunctionVersion,
    weights: RoutingConfig?.AdditionalVersionWeights ?? {},
    revision: RevisionId,
    versions,
  };
}

async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
