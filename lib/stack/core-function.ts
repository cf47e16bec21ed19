import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

import { acceptTelemetry } from './accepted-findings.ts';

interface CoreFunctionProps<Name extends string> {
  /** The folder under `lambdas/` that holds `handler.ts`; also the name under which the function logs. */
  readonly lambda: string;
  /** One value for each name that the handler asks for. */
  readonly environment: Readonly<Record<Name, string>>;
  readonly memoryMib: number;
  /** Disk for the files that a stage opens. */
  readonly diskGib: number;
  /** Set where a package of the function exists for one processor only; else the context `architecture` decides. */
  readonly architecture?: Architecture;
  /** False for a function that opens no warehouse. */
  readonly warehouse?: boolean;
  /** Where calls that nobody waits for go when they fail. */
  readonly deadLetterQueue?: IQueue;
  /** Packages that are installed beside the bundle, because they hold machine code or files. */
  readonly packages?: readonly string[];
}

const WAREHOUSE = '@duckdb/node-api';
/** Packages in CommonJS ask for names that an ES module does not have. Globals, since some modules declare their own. */
const COMMON_JS_NAMES = [
  "import{createRequire as requireFrom}from'node:module';",
  'globalThis.require=requireFrom(import.meta.url);',
  'globalThis.__filename=import.meta.filename;globalThis.__dirname=import.meta.dirname;',
].join('');
/** Lambda lets no function run longer. */
const LONGEST = Duration.minutes(15);

/** The one way this stack makes a function, so that all of them run, log and trace alike. */
export class CoreFunction<Name extends string> extends NodejsFunction {
  /** What the function may do: nothing but log and trace until a stage opens something to it. */
  readonly ownRole: Role;

  constructor(scope: Construct, id: string, props: CoreFunctionProps<Name>) {
    const ownRole = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const architecture = props.architecture ?? architectureOf(scope);
    super(scope, id, {
      entry: `lambdas/${props.lambda}/handler.ts`,
      handler: 'handler',
      runtime: Runtime.NODEJS_24_X,
      architecture,
      timeout: LONGEST,
      memorySize: props.memoryMib,
      ephemeralStorageSize: Size.gibibytes(props.diskGib),
      environment: { ...props.environment, POWERTOOLS_SERVICE_NAME: props.lambda },
      tracing: Tracing.ACTIVE,
      role: ownRole,
      logGroup: new LogGroup(scope, `${id}Log`, {
        retention: RetentionDays.ONE_YEAR,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      ...(props.deadLetterQueue && { deadLetterQueue: props.deadLetterQueue }),
      bundling: bundlingFor(architecture, [
        ...(props.warehouse === false ? [] : [WAREHOUSE]),
        ...(props.packages ?? []),
      ]),
    });
    this.ownRole = ownRole;
    this.logGroup.grantWrite(this);
    acceptTelemetry(ownRole);
  }
}

/** `-c architecture=x86_64` serves an emulator on such a machine; arm64 costs less in the cloud. */
function architectureOf(scope: Construct): Architecture {
  const name: unknown = scope.node.tryGetContext('architecture') ?? 'arm64';
  if (name === 'arm64') return Architecture.ARM_64;
  if (name === 'x86_64') return Architecture.X86_64;
  throw new Error(`Cannot choose an architecture: expected arm64 or x86_64, got ${JSON.stringify(name)}`);
}

function bundlingFor(architecture: Architecture, packages: readonly string[]) {
  const isArm = architecture === Architecture.ARM_64;
  return {
    format: OutputFormat.ESM,
    mainFields: ['module', 'main'],
    banner: COMMON_JS_NAMES,
    loader: { '.sql': 'text', '.csv': 'text', '.typ': 'text', '.css': 'text', '.txt': 'text' },
    // The pinned SDK, not the one that the runtime happens to carry.
    bundleAwsSDK: true,
    nodeModules: [...packages],
    depsLockFilePath: 'package-lock.json',
    // The machine that builds is not the machine that runs: npm must fetch the latter's binaries.
    environment: { npm_config_cpu: isArm ? 'arm64' : 'x64', npm_config_os: 'linux', npm_config_libc: 'glibc' },
  };
}
