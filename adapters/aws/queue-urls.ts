/** Queue URLs by name, each looked up once. A lookup that fails is forgotten, so that the next call tries again. */
import { GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';

export function createQueueUrls(sqs: SQSClient): (name: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (name) => {
    const found = known.get(name) ?? lookUp(sqs, name);
    known.set(name, found);
    found.catch(() => known.delete(name));
    return found;
  };
}

async function lookUp(sqs: SQSClient, name: string): Promise<string> {
  const answer = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  if (answer.QueueUrl === undefined) throw new Error(`queue ${name} has no URL`);
  return answer.QueueUrl;
}
