import { gzipSync } from 'node:zlib';

import type { SealedBatch } from '../../agent/spool/batch.ts';

/** A telemetry record in the agent's envelope, whole; the fields that a test is about are given. */
export function telemetry(fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    schema: 'joulebook.telemetry/1',
    host_id: 'host-1',
    resource_id: 'i-1',
    boot_id: 'boot-1',
    seq: 7,
    period_start: '2026-06-10T14:00:00.000Z',
    period_end: '2026-06-10T14:00:10.000Z',
    component: 'gpu',
    domain: 'GPU-1',
    method: 'nvml-counter',
    basis: 'measured',
    energy_joules: '3000.5',
    gap_reason: null,
    u95_ratio: 0.05,
    quality: [],
    shares: [],
    idle_joules: '0',
    unattributed_joules: '3000.5',
    ...fields,
  };
}

/** A batch of these records, as the spool would give it. */
export function batchOf(records: readonly unknown[], kind: SealedBatch['kind'] = 'telemetry'): SealedBatch {
  const lines = records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record)));
  return {
    id: 1,
    kind,
    name: `agent/${kind}/host=host-1/boot=boot-1/1-${records.length}.jsonl.gz`,
    firstSeq: 1,
    lastSeq: records.length,
    records: records.length,
    sealedAt: new Date('2026-06-10T14:15:00Z'),
    bytes: gzipSync(lines.map((line) => `${line}\n`).join('')),
  };
}
