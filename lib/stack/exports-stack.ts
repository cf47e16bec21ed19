import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnExport } from 'aws-cdk-lib/aws-bcmdataexports';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

import { acceptNoAccessLog } from './accepted-findings.ts';
import { type Deployment, EXPORTS_PREFIX } from './deployment.ts';
import { EXPORTS } from './exported-tables.ts';

interface ExportsProps extends StackProps {
  readonly exports: NonNullable<Deployment['exports']>;
}

/**
 * What AWS exports of its bills and emissions. The service makes exports in us-east-1 alone; the pipeline reads the bucket
 * from any region, by its name. Delivered are `exports/<name>/data/…` and `exports/<name>/metadata/…`.
 */
export class ExportsStack extends Stack {
  constructor(scope: Construct, id: string, { exports, ...props }: ExportsProps) {
    super(scope, id, props);

    const bucket = new Bucket(this, 'Bucket', {
      bucketName: exports.bucket,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acceptNoAccessLog(bucket);
    bucket.addToResourcePolicy(this.#delivery(bucket));
    for (const table of EXPORTS.filter(({ isOptional }) => !isOptional || exports.focus)) {
      const made = new CfnExport(this, table.name, {
        export: { ...table.query, ...delivery(table.name, exports.bucket) },
      });
      // The service looks at the bucket's policy when an export is made.
      if (bucket.policy) made.node.addDependency(bucket.policy);
    }
  }

  /** AWS Data Exports user guide, «Setting up an Amazon S3 bucket for data exports». */
  #delivery(bucket: Bucket): PolicyStatement {
    return new PolicyStatement({
      sid: 'DataExportsMayDeliver',
      principals: [
        new ServicePrincipal('bcm-data-exports.amazonaws.com'),
        new ServicePrincipal('billingreports.amazonaws.com'),
      ],
      actions: ['s3:PutObject', 's3:GetBucketPolicy'],
      resources: [bucket.bucketArn, bucket.arnForObjects('*')],
      conditions: {
        StringEquals: { 'aws:SourceAccount': this.account },
        ArnLike: {
          'aws:SourceArn': [
            `arn:${this.partition}:bcm-data-exports:us-east-1:${this.account}:export/*`,
            `arn:${this.partition}:cur:us-east-1:${this.account}:definition/*`,
          ],
        },
      },
    });
  }
}

function delivery(name: string, s3Bucket: string) {
  return {
    name: `joulebook-${name}`,
    refreshCadence: { frequency: 'SYNCHRONOUS' },
    destinationConfigurations: {
      s3Destination: {
        s3Bucket,
        s3Prefix: EXPORTS_PREFIX,
        s3Region: 'us-east-1',
        s3OutputConfigurations: {
          format: 'PARQUET',
          compression: 'PARQUET',
          outputType: 'CUSTOM',
          overwrite: 'OVERWRITE_REPORT',
        },
      },
    },
  };
}
