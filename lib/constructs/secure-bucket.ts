/** A private bucket: encrypted, TLS only, access logged, emptied by age. */
import { Duration } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { PlatformStack } from '../platform-stack';

export interface SecureBucketProps {
  readonly stack: PlatformStack;
  readonly bucketName: string;
  /** Age at which objects are removed. */
  readonly expireDays: number;
  /** Default: this bucket is itself where the others log to. */
  readonly accessLogs?: Bucket;
}

export function secureBucket(scope: Construct, id: string, props: SecureBucketProps): Bucket {
  return new Bucket(scope, id, {
    bucketName: props.bucketName,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules: [
      { expiration: Duration.days(props.expireDays), abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    ...(props.accessLogs === undefined
      ? {}
      : { serverAccessLogsBucket: props.accessLogs as IBucket, serverAccessLogsPrefix: `${id.toLowerCase()}/` }),
    removalPolicy: props.stack.removalPolicy,
  });
}
