import { type IRole, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnAssociation, CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';

import { acceptFolders, acceptTimestream } from './accepted-findings.ts';
import { type AgentPackages, agentInstallation } from './agent-installation.ts';
import type { Book } from './book.ts';
import { tableArn } from './unload-rights.ts';

/** Which hosts the agent is put on, and what it is told. */
export interface AgentHostsProps {
  readonly book: Book;
  readonly packages: AgentPackages;
  /** The agent's settings beside the sink that leads to the book (docs/agent). */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The key with which the book's bucket encrypts, where it has one of its own. */
  readonly bookKey?: IKey;
  /** Where hosts write to Timestream as well; its names are those of the agent's settings. */
  readonly timestream?: { readonly database: string; readonly table: string };
  /** Instances that bear this tag get the agent by themselves; else the document is run, or the user data used, by hand. */
  readonly tag?: { readonly key: string; readonly value: string };
}

/** Folders of the book that are the agents' inbox (docs/adr/0009). */
const INBOX = ['agent', 'runs'];

/** Puts the agent on EC2 instances: what it may do, and how it gets there. Hosts can neither read nor list the book. */
export class AgentHosts extends Construct {
  /** Belongs to the role of each instance. */
  readonly policy: ManagedPolicy;
  /** Installs or upgrades the agent: AWS Systems Manager, Run Command. */
  readonly document: CfnDocument;
  /** The same as lines of user data. The instance needs the AWS command line, as Amazon Linux and the deep learning images have it. */
  readonly userData: readonly string[];

  constructor(scope: Construct, id: string, props: AgentHostsProps) {
    super(scope, id);
    const { book, packages, settings = {}, tag } = props;

    this.policy = new ManagedPolicy(this, 'Policy', {
      description: 'What a host with the Joulebook agent may do',
      statements: this.#rights(props),
    });
    acceptFolders(this.policy, book.bucket, INBOX);
    if (props.timestream) acceptTimestream(this.policy);
    this.userData = agentInstallation(packages, { sinks: [{ kind: 's3', path: book.address }], ...settings });
    this.document = installDocument(this, this.userData);
    if (tag) installOnTagged(this, this.document, tag);
  }

  /** Lets instances of a role run the agent. */
  open(role: IRole): void {
    role.addManagedPolicy(this.policy);
  }

  #rights({ book, packages, bookKey, timestream }: AgentHostsProps): PolicyStatement[] {
    const inbox = INBOX.map((folder) => book.bucket.arnForObjects(`${folder}/*`));
    const fetched = Object.values(packages).map(({ bucket, key }) => bucket.arnForObjects(key));
    return [
      new PolicyStatement({ actions: ['s3:PutObject'], resources: inbox }),
      new PolicyStatement({ actions: ['s3:GetObject'], resources: fetched }),
      ...(bookKey ? [new PolicyStatement({ actions: ['kms:GenerateDataKey'], resources: [bookKey.keyArn] })] : []),
      ...(timestream ? timestreamRights(this, timestream) : []),
    ];
  }
}

/** The client asks for its endpoint first, a right that knows no table: Timestream developer guide, «endpoint discovery». */
function timestreamRights(scope: Construct, table: { database: string; table: string }): PolicyStatement[] {
  const arn = tableArn(scope, table);
  return [
    new PolicyStatement({ actions: ['timestream:WriteRecords', 'timestream:DescribeTable'], resources: [arn] }),
    new PolicyStatement({ actions: ['timestream:DescribeEndpoints'], resources: ['*'] }),
  ];
}

function installDocument(scope: Construct, lines: readonly string[]): CfnDocument {
  return new CfnDocument(scope, 'Install', {
    documentType: 'Command',
    documentFormat: 'JSON',
    targetType: '/AWS::EC2::Instance',
    // Instances are told the document's name once; what it says follows the stack.
    updateMethod: 'NewVersion',
    content: {
      schemaVersion: '2.2',
      description: 'Installs or upgrades the Joulebook agent',
      mainSteps: [
        {
          action: 'aws:runShellScript',
          name: 'installAgent',
          precondition: { StringEquals: ['platformType', 'Linux'] },
          inputs: { timeoutSeconds: '900', runCommand: lines },
        },
      ],
    },
  });
}

function installOnTagged(
  scope: Construct,
  document: CfnDocument,
  { key, value }: { key: string; value: string },
): void {
  new CfnAssociation(scope, 'InstallOnTagged', {
    name: document.ref,
    associationName: 'joulebook-agent',
    documentVersion: '$LATEST',
    targets: [{ key: `tag:${key}`, values: [value] }],
    maxConcurrency: '10%',
    maxErrors: '10%',
  });
}
