import { ArnFormat, Duration, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { ManagedPolicy, PolicyStatement, type Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

import type { NotifyChoices } from './notification-choices.ts';

const CLOUDWATCH = new ServicePrincipal('cloudwatch.amazonaws.com');

/**
 * Two topics, encrypted and closed to plain HTTP: CloudWatch's messages for machines that read them (PagerDuty, Slack), and
 * words for people, who get what CloudWatch alone can know as well.
 */
export class Notifications extends Construct {
  readonly machines: Topic;
  readonly people: Topic;
  readonly #key: Key;

  constructor(scope: Construct, id: string, { email, https, slack }: NotifyChoices) {
    super(scope, id);

    this.#key = new Key(this, 'Key', {
      description: 'Alarms of Joulebook on their way',
      enableKeyRotation: true,
      pendingWindow: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#key.addToResourcePolicy(this.#ofOurAlarms(['kms:Decrypt', 'kms:GenerateDataKey'], '*'));
    this.machines = this.#topic('Machines');
    this.people = this.#topic('People');
    email.forEach((address, index) => {
      this.#subscribe(`Email${index + 1}`, this.people, SubscriptionProtocol.EMAIL, address);
    });
    for (const { id: receiver, secret } of https)
      this.#subscribe(`Https-${receiver}`, this.machines, SubscriptionProtocol.HTTPS, urlIn(secret));
    if (slack) this.#slack(slack);
  }

  /** Lets a function tell people something. */
  open(role: Role): void {
    role.addToPolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [this.people.topicArn] }));
    role.addToPolicy(
      new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [this.#key.keyArn] }),
    );
  }

  #topic(id: string): Topic {
    const topic = new Topic(this, id, { masterKey: this.#key, enforceSSL: true });
    // A topic with a policy of its own no longer trusts the alarms of its account by itself.
    topic.addToResourcePolicy(this.#ofOurAlarms(['sns:Publish'], topic.topicArn));
    return topic;
  }

  #subscribe(id: string, topic: Topic, protocol: SubscriptionProtocol, endpoint: string): void {
    new Subscription(this, id, { topic, protocol, endpoint });
  }

  #slack({ workspace_id, channel_id, name }: NonNullable<NotifyChoices['slack']>): void {
    // Whoever writes in the channel may ask of the topic and of nothing else: the default would be an administrator.
    const guardrail = new ManagedPolicy(this, 'SlackGuardrail', {
      statements: [new PolicyStatement({ actions: ['sns:GetTopicAttributes'], resources: [this.machines.topicArn] })],
    });
    new SlackChannelConfiguration(this, 'Slack', {
      slackChannelConfigurationName: name,
      slackWorkspaceId: workspace_id,
      slackChannelId: channel_id,
      notificationTopics: [this.machines],
      guardrailPolicies: [guardrail],
    });
  }

  #ofOurAlarms(actions: string[], resource: string): PolicyStatement {
    const alarms = {
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    };
    return new PolicyStatement({
      actions,
      resources: [resource],
      principals: [CLOUDWATCH],
      conditions: {
        ArnLike: { 'aws:SourceArn': Stack.of(this).formatArn(alarms) },
        StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
      },
    });
  }
}

/** The URL is read when the stack is deployed and stands in no template (CloudFormation, dynamic references). */
function urlIn(secret: string): string {
  const [name = '', jsonField] = secret.split('#');
  return SecretValue.secretsManager(name, { ...(jsonField && { jsonField }) }).unsafeUnwrap();
}
