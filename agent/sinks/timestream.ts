import type { RejectedRecord, TimestreamWriteClient } from '@aws-sdk/client-timestream-write';

import { ALL_WRITTEN, type LinePoint, type Written, writePoints } from './lines.ts';
import type { TimestreamSetting } from './settings.ts';
import type { Sink } from './sink.ts';
import { recordsOf } from './timestream-records.ts';
import { codeOf, messageOf } from './words.ts';

/** Records of one WriteRecords (https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html). */
const CHUNK = 100;
const CONNECT_MS = 5000;
const ANSWER_MS = 30_000;

type Client = Pick<TimestreamWriteClient, 'destroy' | 'send'>;

/** A table of Timestream for LiveAnalytics. Region and credentials are those of the SDK's own chain. */
export function timestreamSink(setting: TimestreamSetting, id: string): Sink {
  let opened: Promise<Client> | undefined;
  const client = () => {
    opened ??= openClient(setting);
    return opened;
  };
  const table = new Table(setting, client);
  return {
    id,
    deliver: (batch) =>
      writePoints(batch, setting.workload_tags, { chunk: CHUNK, write: (points) => table.write(points) }),
    check: () => table.faults(),
    close: () => void opened?.then((each) => each.destroy()).catch(() => undefined),
  };
}

/** The client is loaded when it is first asked: it takes a quarter of the agent's memory. */
async function openClient({ region, endpoint }: TimestreamSetting): Promise<Client> {
  const { TimestreamWriteClient } = await import('@aws-sdk/client-timestream-write');
  return new TimestreamWriteClient({
    ...(region && { region }),
    ...(endpoint && { endpoint }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
  });
}

class Table {
  readonly #names: { readonly DatabaseName: string; readonly TableName: string };
  readonly #client: () => Promise<Client>;

  constructor({ database, table }: TimestreamSetting, client: () => Promise<Client>) {
    this.#names = { DatabaseName: database, TableName: table };
    this.#client = client;
  }

  async faults(): Promise<string[]> {
    const { DatabaseName, TableName } = this.#names;
    const takesOld = await this.#takesOldRecords().catch((error: unknown) => messageOf(error));
    if (takesOld === true) return [];
    if (takesOld !== false) return [`the table ${DatabaseName}.${TableName} cannot be described: ${takesOld}`];
    return [
      `the table ${DatabaseName}.${TableName} takes no records that are older than its memory store: turn ` +
        'EnableMagneticStoreWrites on, or what comes after an outage waits in the spool',
    ];
  }

  async write(points: readonly LinePoint[]): Promise<Written> {
    const { WriteRecordsCommand } = await import('@aws-sdk/client-timestream-write');
    try {
      const client = await this.#client();
      await client.send(new WriteRecordsCommand({ ...this.#names, ...recordsOf(points) }));
      return ALL_WRITTEN;
    } catch (error) {
      return this.#writtenOf(error, points);
    }
  }

  async #writtenOf(error: unknown, points: readonly LinePoint[]): Promise<Written> {
    const said = `Timestream says ${codeOf(error)}: ${messageOf(error)}`;
    const rejected = rejectedIn(error);
    if (rejected) return this.#sorted(rejected, points);
    // Everything else is the place: throttled, away, not allowed yet, not there yet.
    return codeOf(error) === 'ValidationException' ? { oneRefused: said } : { retry: said };
  }

  /** The other records of the request are written. Those too old come again until the table takes old ones; the rest is refused. */
  async #sorted(rejected: readonly RejectedRecord[], points: readonly LinePoint[]): Promise<Written> {
    const isOld = rejected.some((each) => each.ExistingVersion === undefined && OUT_OF_WINDOW.test(each.Reason ?? ''));
    if (isOld && (await this.#takesOldRecords().catch(() => true)) === false) {
      return { retry: 'records are older than the memory store of the table, and EnableMagneticStoreWrites is off' };
    }
    const refused = rejected.flatMap(({ RecordIndex, Reason, ExistingVersion }): [number, string][] => {
      const line = points[RecordIndex ?? -1]?.line;
      const stands = ExistingVersion === undefined ? '' : ` (version ${ExistingVersion} stands)`;
      return line === undefined ? [] : [[line, `Timestream rejects the record: ${Reason}${stands}`]];
    });
    return { refused: new Map(refused) };
  }

  async #takesOldRecords(): Promise<boolean> {
    const { DescribeTableCommand } = await import('@aws-sdk/client-timestream-write');
    const { Table } = await (await this.#client()).send(new DescribeTableCommand(this.#names));
    return Table?.MagneticStoreWriteProperties?.EnableMagneticStoreWrites === true;
  }
}

/** «Records with timestamps that lie outside the retention duration of the memory store», in the words of the API reference. */
const OUT_OF_WINDOW = /outside|retention|memory store/i;

function rejectedIn(error: unknown): readonly RejectedRecord[] | undefined {
  if (codeOf(error) !== 'RejectedRecordsException') return undefined;
  const { RejectedRecords: rejected } = error as { readonly RejectedRecords?: readonly RejectedRecord[] };
  return rejected && rejected.length > 0 ? rejected : undefined;
}
