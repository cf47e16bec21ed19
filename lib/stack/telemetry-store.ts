import { RemovalPolicy } from 'aws-cdk-lib';
import { CfnSecurityGroup, CfnSecurityGroupIngress } from 'aws-cdk-lib/aws-ec2';
import { CfnDatabase, CfnInfluxDBInstance, CfnTable } from 'aws-cdk-lib/aws-timestream';
import { Construct } from 'constructs';

import { acceptMaintenanceMode } from './accepted-findings.ts';
import type { Book } from './book.ts';
import type { Deployment } from './deployment.ts';

type Store = Deployment['telemetry'];
type Of<Kind extends Store['kind']> = Extract<Store, { kind: Kind }>;

/** Port of InfluxDB 2 (Amazon Timestream developer guide, «Connecting to Amazon Timestream for InfluxDB»). */
const INFLUX_PORT = 8086;

/** A database for telemetry beside the inbox of the book, where the operator asks for one. The book needs none. */
export class TelemetryStore extends Construct {
  constructor(scope: Construct, id: string, { book, store }: { readonly book: Book; readonly store: Store }) {
    super(scope, id);
    if (store.kind === 'timestream') timestream(this, book, store);
    if (store.kind === 'influx') influx(this, store);
  }
}

/** Late records go to the magnetic store; those that it refuses are written beside the book's quarantine. */
function timestream(scope: Construct, book: Book, store: Of<'timestream'>): void {
  const database = new CfnDatabase(scope, 'Database', { databaseName: store.database });
  const table = new CfnTable(scope, 'Table', {
    databaseName: store.database,
    tableName: store.table,
    retentionProperties: {
      MemoryStoreRetentionPeriodInHours: `${store.memory_hours}`,
      MagneticStoreRetentionPeriodInDays: `${store.magnetic_days}`,
    },
    magneticStoreWriteProperties: {
      EnableMagneticStoreWrites: true,
      MagneticStoreRejectedDataLocation: {
        S3Configuration: {
          BucketName: book.bucket.bucketName,
          ObjectKeyPrefix: 'quarantine/timestream',
          EncryptionOption: book.key ? 'SSE_KMS' : 'SSE_S3',
          ...(book.key && { KmsKeyId: book.key.keyArn }),
        },
      },
    },
  });
  table.addResourceDependency(database);
  for (const kept of [database, table]) {
    kept.applyRemovalPolicy(RemovalPolicy.RETAIN);
    acceptMaintenanceMode(kept);
  }
}

/** Its password is made and kept by the service, in Secrets Manager (`InfluxAuthParametersSecretArn`). */
function influx(scope: Construct, store: Of<'influx'>): void {
  const group = new CfnSecurityGroup(scope, 'Group', {
    groupDescription: 'Hosts that write telemetry',
    vpcId: store.vpc_id,
  });
  // The group may reach itself alone: hosts that write are put into it.
  new CfnSecurityGroupIngress(scope, 'FromItself', {
    groupId: group.attrGroupId,
    sourceSecurityGroupId: group.attrGroupId,
    ipProtocol: 'tcp',
    fromPort: INFLUX_PORT,
    toPort: INFLUX_PORT,
    description: 'Hosts of this group',
  });
  const instance = new CfnInfluxDBInstance(scope, 'Instance', {
    dbInstanceType: store.instance_type,
    allocatedStorage: store.storage_gib,
    bucket: store.bucket,
    organization: store.organisation,
    publiclyAccessible: false,
    vpcSubnetIds: store.subnet_ids,
    vpcSecurityGroupIds: [group.attrGroupId],
  });
  instance.applyRemovalPolicy(RemovalPolicy.RETAIN);
}
