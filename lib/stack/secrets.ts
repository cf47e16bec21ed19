import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

import { acceptSecret } from './accepted-findings.ts';
import { isArn, type SecretChoice } from './secret-choices.ts';

/**
 * Lets a function read one secret, and use the key that it is encrypted with. A secret of another account needs that key,
 * and its own policy and the key's must name the function's role (Secrets Manager user guide, «Access from a different
 * account»).
 */
export function openSecret(role: Role, { id, key }: SecretChoice): void {
  const resources = [isArn(id) ? id : ownArn(role, id)];
  role.addToPolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources }));
  if (key) role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt'], resources: [key] }));
}

/** Secrets Manager ends a secret's ARN in six characters of its own (user guide, «What's in a Secrets Manager secret»). */
function ownArn(role: Role, name: string): string {
  const { partition, region, account } = Stack.of(role);
  acceptSecret(role, `arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${name}-??????`);
  return `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}-??????`;
}

/** Has secrets turned by the functions that the operator names. The first turn comes when its time is, not at deployment. */
export function turnSecrets(scope: Construct, secrets: readonly SecretChoice[]): void {
  for (const { id, rotation } of secrets) {
    if (!rotation) continue;
    new CfnRotationSchedule(scope, `Rotation-${id}`, {
      secretId: id,
      rotationLambdaArn: rotation.function,
      rotationRules: { automaticallyAfterDays: rotation.every_days },
      rotateImmediatelyOnUpdate: false,
    });
  }
}
