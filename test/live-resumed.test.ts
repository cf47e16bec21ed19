import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

import type { Caller } from '../lib/landing/live-origin.ts';
import { SourceUnavailable } from '../lib/landing/origin.ts';
import type { Call } from '../lib/sources/live.ts';
import { openaiUsage } from '../lib/sources/managed-usage/live/openai-usage.ts';
import { collectLive, factsOf, type LiveMonth } from './support/live-collect.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
/** Of May all but its first week is answered by empty buckets. */
const FIRST_WEEK = 'completions?start_time=1777593600';
const [JULY, LATER] = ['2026-07-22T06:00:00Z', '2026-07-23T06:00:00Z'];

/** A service whose tokens are good for as long as `session` stays, and that fails behind the first page while `fails`. */
class Service implements Caller {
  session = 'one';
  fails = true;
  readonly asked: string[] = [];

  async call(call: Call) {
    if (call.transport !== 'http') throw new TypeError('expected a call by http');
    const { pathname, searchParams } = new URL(call.url);
    const name = `${pathname.split('/').at(-1)}?start_time=${searchParams.get('start_time')}`;
    const page = searchParams.get('page');
    if (name !== FIRST_WEEK) return bucket(0, {});
    this.asked.push(page ?? 'first');
    if (page === null) return bucket(1, { has_more: true, next_page: this.session });
    if (this.fails || page !== this.session) throw new SourceUnavailable('Cannot ask live: got status 400');
    return bucket(2, {});
  }
}

function bucket(requests: number, more: object) {
  const start = 1_777_593_600 + 3600 * requests;
  const results =
    requests > 0
      ? [{ project_id: 'p', model: 'm', num_model_requests: requests, input_tokens: 1, output_tokens: 1 }]
      : [];
  const text = JSON.stringify({
    data: [{ start_time: start, end_time: start + 3600, results }],
    has_more: false,
    ...more,
  });
  return { status: 200, text };
}

function month(caller: Caller): LiveMonth {
  return { folder: mkdtempSync(join(folder, 'book-')), provider: openaiUsage, month: '2026-05', options: {}, caller };
}

const requestsOf = (live: LiveMonth) =>
  factsOf(live, 'fct_activity', "SELECT sum(quantity)::INT AS requests FROM facts WHERE measure = 'requests'");

test('a list whose token has expired since it was left is asked for from its beginning, also where its first page is final', async () => {
  const service = new Service();
  const live = month(service);
  await expect(collectLive(live, JULY)).rejects.toThrow('status 400');
  service.fails = false;
  service.session = 'two';
  await collectLive(live, LATER);
  expect(service.asked).toEqual(['first', 'one', 'one', 'first', 'two']);
  expect(await requestsOf(live)).toEqual([{ requests: 3 }]);
});

test('what has landed stays where the beginning does not lead to the end either', async () => {
  const service = new Service();
  const live = month(service);
  await expect(collectLive(live, JULY)).rejects.toThrow('status 400');
  service.session = 'two';
  await expect(collectLive(live, LATER)).rejects.toThrow('status 400');
  expect(await requestsOf(live)).toEqual([{ requests: 1 }]);
});
