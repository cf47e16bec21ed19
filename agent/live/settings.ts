import * as z from 'zod';

import { IDLE_POLICIES } from './idle-policy.ts';

/** Default place of the live output. Prometheus' list of exporter ports (9100 to 9999) is given away whole; change it where it clashes. */
const DEFAULT_LISTEN = '127.0.0.1:9710';

const path = z.string().min(1);

const address = z
  .string()
  .regex(
    /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+):\d{1,5}$/,
    `expected none or an address and a port, such as ${DEFAULT_LISTEN} or [::1]:9710`,
  )
  .refine((text) => portIn(text) <= 65_535, 'expected a port of at most 65535');

/** Settings `idle` of the agent: whose name idle energy bears in the series of workloads. */
export const idleSettings = z.enum(IDLE_POLICIES).default('node');

/** Settings `live` of the agent: `/metrics`, `/healthz` and who may ask for them. */
export const liveSettings = z
  .strictObject({
    listen: z.union([z.literal('none'), address]).default(DEFAULT_LISTEN),
    /** File whose text is the bearer token. */
    token_file: path.optional(),
    /** PEM files: together they turn TLS on. */
    cert_file: path.optional(),
    key_file: path.optional(),
    max_series: z.int().min(10).max(100_000).default(2000),
    /** Over which energy is set against requests and tokens. */
    window_seconds: z.int().min(30).max(3600).default(300),
    carbon_intensity_gco2e_per_kwh: z.number().min(0).max(5000).optional(),
    /** Without a tick for longer, `/healthz` says so. */
    stale_after_seconds: z.number().min(2).default(30),
  })
  .refine(({ cert_file, key_file }) => (cert_file === undefined) === (key_file === undefined), {
    message: 'expected cert_file and key_file together, got one of the two',
  });

export type LiveSettings = z.infer<typeof liveSettings>;

/** Settings `otlp` of the agent: an OTLP/HTTP collector to which device energy and power go. */
export const otlpSettings = z
  .strictObject({
    /** Base address or the whole one: `/v1/metrics` is added where it is not there. */
    endpoint: z.url({ protocol: /^https?$/ }),
    /** File of headers, one `name: value` a line: keys do not belong into the settings. */
    headers_file: path.optional(),
    interval_seconds: z.int().min(1).max(3600).default(60),
    temporality: z.enum(['cumulative', 'delta']).default('cumulative'),
  })
  .refine(({ endpoint, headers_file }) => headers_file === undefined || isPrivate(endpoint), {
    message: 'expected an https endpoint beside headers_file, since headers hold keys',
  });

export type OtlpSettings = z.infer<typeof otlpSettings>;

/** `127.0.0.1:9710` or `[::1]:9710` in its parts. */
export function parseAddress(listen: string): { readonly host: string; readonly port: number } {
  const host = listen.slice(0, listen.lastIndexOf(':'));
  return { host: host.replaceAll(/[[\]]/g, ''), port: portIn(listen) };
}

/** Whether only this host can connect to an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function portIn(listen: string): number {
  return Number(listen.slice(listen.lastIndexOf(':') + 1));
}

function isPrivate(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint);
  return protocol === 'https:' || isLoopback(hostname.replaceAll(/[[\]]/g, ''));
}
