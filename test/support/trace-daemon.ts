import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A segment or subsegment as it travels (AWS X-Ray Developer Guide, "Segment documents"). */
export interface Segment {
  readonly name: string;
  readonly trace_id?: string;
  readonly parent_id?: string;
  readonly id: string;
  readonly namespace?: string;
  readonly fault?: boolean;
  readonly error?: boolean;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly aws?: Readonly<Record<string, unknown>>;
  readonly http?: Readonly<Record<string, unknown>>;
  readonly cause?: { readonly exceptions: readonly { readonly message: string }[] };
  readonly subsegments?: readonly Segment[];
}

export interface TraceDaemon {
  /** `127.0.0.1:2000`, as AWS_XRAY_DAEMON_ADDRESS names it. */
  readonly address: string;
  /** All that came, those within others too, with the parent that each has. */
  segments(): Segment[];
  /** All bytes that came. */
  text(): string;
  stop(): Promise<void>;
}

/** A daemon of X-Ray on 127.0.0.1: a header line and a segment in each datagram. */
export async function startTraceDaemon(): Promise<TraceDaemon> {
  const datagrams: string[] = [];
  const socket = createSocket('udp4', (datagram) => void datagrams.push(datagram.toString()));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    segments: () => datagrams.flatMap((datagram) => withThoseWithin(JSON.parse(datagram.split('\n')[1] ?? ''))),
    text: () => datagrams.join('\n'),
    stop: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function withThoseWithin(segment: Segment): Segment[] {
  const within = (segment.subsegments ?? []).map((one) => ({ parent_id: segment.id, ...one }));
  return [segment, ...within.flatMap(withThoseWithin)];
}
