import type { RequestListener } from 'node:http';
import { setTimeout } from 'node:timers/promises';

import { isIncrease } from '../../agent/scrape/activity.ts';
import { openScraper, type Scraper, type ScraperSurroundings, targetName } from '../../agent/scrape/scraper.ts';
import { scrapeSettings } from '../../agent/scrape/settings.ts';
import { now } from '../../agent/ticks.ts';
import { TEXT, withServer } from '../support/page-server.ts';

describe('a scraper', () => {
  const page = (tokens: number) =>
    `vllm:generation_tokens_total{model_name="m"} ${tokens}\nvllm:num_requests_waiting{model_name="m"} 2\n`;

  /** Opens a scraper on a server with these pages, one after the other, the last one for ever. */
  async function scraping(
    pages: readonly (string | undefined)[],
    use: (scraper: Scraper, asked: () => number) => Promise<void>,
    settings: Readonly<Record<string, unknown>> = {},
    more: Partial<ScraperSurroundings> = {},
  ): Promise<void> {
    let asked = 0;
    const listener: RequestListener = (_, response) => {
      const text = pages[Math.min(asked++, pages.length - 1)];
      response.writeHead(text === undefined ? 503 : 200, TEXT).end(text);
    };
    await withServer(listener, async (origin) => {
      const targets = scrapeSettings.parse([{ url: `${origin}/metrics`, name: 'chat', interval: '1s', ...settings }]);
      const surroundings = { now, readToken: () => Promise.resolve('secret'), jitter: () => 0, ...more };
      const scraper = openScraper(targets, surroundings);
      try {
        await use(scraper, () => asked);
      } finally {
        scraper.close();
      }
    });
  }

  async function until(isSo: () => boolean): Promise<void> {
    for (let turn = 0; turn < 400 && !isSo(); turn++) await setTimeout(25);
    expect(isSo()).toBe(true);
  }

  test('tells what was done since it was last asked, and how its targets fare', async () => {
    await scraping(
      [page(100), page(130), page(142)],
      async (scraper) => {
        expect(scraper.states).toMatchObject([{ target: 'chat', isUp: undefined, scrapes: 0, frameworks: [] }]);
        await until(() => scraper.states[0]?.scrapes === 2);
        const first = scraper.activity();
        expect(
          first.filter(isIncrease).map(({ target, measure, model, micros }) => [target, measure, model, micros]),
        ).toMatchObject([
          ['chat', 'output_tokens', 'm', 30_000_000n],
          ['chat', 'queued_request_seconds', 'm', expect.anything()],
        ]);
        expect(first.slice(2)).toMatchObject([{ measure: 'queued_requests', level: { last: 2, samples: 1 } }]);
        expect(first[0]?.names).toEqual({
          project: 'code',
          model_id: null,
          workload_type: 'inference',
          workload_id: null,
        });
        expect(scraper.activity()).toEqual([]);
        await until(() => scraper.states[0]?.scrapes === 3);
        expect(scraper.activity()[0]).toMatchObject({ micros: 12_000_000n, from: first[0]?.to, labels: { pod: 'p' } });
        expect(scraper.states).toMatchObject([
          { isUp: true, error: undefined, failures: 0, series: 2, frameworks: ['vllm'] },
        ]);
        expect(scraper.states[0]?.levels).toEqual([{ level: 'queued_requests', model: 'm', value: 2 }]);
      },
      { set: { project: 'code' }, labels: { pod: 'p' } },
    );
  });

  test('tells what the training of a run showed last, and nothing from before the run', async () => {
    const allow = [
      { metric: 'loss', measure: 'loss' },
      { metric: 'acc', measure: 'accuracy' },
    ];
    await scraping(
      ['loss 2.5\nacc{split="a"} 0.5\nacc{split="b"} 0.6\n'],
      async (scraper) => {
        const begun = new Date(0);
        expect(scraper.levelsOf('run-7', begun)).toEqual(new Map());
        await until(() => scraper.states[0]?.scrapes === 1);
        expect(scraper.levelsOf('run-7', begun)).toEqual(new Map([['loss', 2.5]]));
        expect(scraper.levelsOf('run-8', begun)).toEqual(new Map());
        expect(scraper.levelsOf('run-7', new Date(Date.now() + 60_000))).toEqual(new Map());
      },
      { framework: 'training', allow, set: { workload_id: 'run-7' } },
    );
  });

  test('what a target did while it did not answer is told by its counter afterwards', async () => {
    await scraping([page(10), undefined, page(30)], async (scraper) => {
      await until(() => scraper.states[0]?.scrapes === 2);
      expect(scraper.states[0]).toMatchObject({ isUp: false, failures: 1, error: expect.stringContaining('got 503') });
      expect(scraper.activity()).toEqual([]);
      await until(() => scraper.states[0]?.scrapes === 3);
      expect(scraper.activity()[0]).toMatchObject({ micros: 20_000_000n });
    });
  });

  test('a page that none of the kinds knows is a failure that says so', async () => {
    await scraping(['up 1\n'], async (scraper) => {
      await until(() => scraper.states[0]?.scrapes === 1);
      expect(scraper.states[0]).toMatchObject({ isUp: false, failures: 1 });
      expect(scraper.states[0]?.error).toMatch(
        /^Cannot read chat: expected a page of vllm, .*, got none of their metrics$/,
      );
    });
  });

  test('a token that cannot be read is a failure, not a request without it', async () => {
    await scraping(
      [page(1)],
      async (scraper, asked) => {
        await until(() => scraper.states[0]?.scrapes === 1);
        expect(scraper.states[0]).toMatchObject({ isUp: false, error: 'Cannot read /secret' });
        expect(asked()).toBe(0);
      },
      { token_file: '/secret' },
      { readToken: (path) => Promise.reject(new Error(`Cannot read ${path}`)) },
    );
  });

  test('gauges of DCGM are found by GPU and MIG instance, while the page is fresh', async () => {
    const dcgm = (instance: number, active: number | string) =>
      `DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu="0",UUID="GPU-1",GPU_I_PROFILE="1g.10gb",GPU_I_ID="${instance}"} ${active}\n`;
    let ahead = 0;
    const clock = () => {
      const moment = now();
      return { ...moment, runningMs: moment.runningMs + ahead };
    };
    await scraping(
      [dcgm(7, 0.25) + dcgm(8, 0.5) + dcgm(9, 'NaN')],
      async (scraper) => {
        await until(() => scraper.states[0]?.scrapes === 1);
        const active = (id: string) => scraper.gauge('DCGM_FI_PROF_GR_ENGINE_ACTIVE', { UUID: 'GPU-1', GPU_I_ID: id });
        expect(['7', '8', '9', '10'].map(active)).toEqual([0.25, 0.5, undefined, undefined]);
        expect(scraper.gauge('DCGM_FI_DEV_POWER_USAGE', {})).toBeUndefined();
        ahead = 100_000;
        expect(active('7')).toBeUndefined();
      },
      {},
      { now: clock },
    );
  });

  test('a counter that stands still while its GPU is at work is a gap', async () => {
    let ahead = 0;
    const clock = () => {
      const moment = now();
      return { ...moment, runningMs: moment.runningMs + ahead };
    };
    const power = (gpu: string) => (gpu === 'GPU-1' ? { powerWatts: 300 } : undefined);
    await scraping(
      [page(100)],
      async (scraper) => {
        await until(() => scraper.states[0]?.scrapes === 1);
        ahead = 91_000;
        await until(() => scraper.states[0]?.scrapes === 2);
        expect(
          scraper
            .activity(power)
            .filter(isIncrease)
            .map(({ measure, micros, gap }) => [measure, micros, gap]),
        ).toEqual([
          ['output_tokens', undefined, 'never-moved'],
          ['input_tokens', undefined, 'metric-absent'],
          ['requests', undefined, 'metric-absent'],
        ]);
        expect(scraper.states[0]?.remarks.map(({ text }) => text)).toContain(
          'scraped, but vllm:generation_tokens_total never moved while the GPU drew 300 W',
        );
      },
      { gpu: 'GPU-1' },
      { now: clock },
    );
  });

  test('asks a slow target one thing at a time, and nobody after it is closed', async () => {
    let open = 0;
    let most = 0;
    await withServer(
      (_, response) => {
        open += 1;
        most = Math.max(most, open);
        response.on('close', () => {
          open -= 1;
        });
      },
      async (origin) => {
        const targets = scrapeSettings.parse([{ url: `${origin}/metrics`, interval: '1s' }]);
        const scraper = openScraper(targets, { now, readToken: () => Promise.resolve(''), jitter: () => 0 });
        await until(() => (scraper.states[0]?.scrapes ?? 0) >= 2).finally(() => scraper.close());
        expect(most).toBe(1);
        expect(scraper.states[0]?.error).toContain('expected a whole page within 800 ms, got none');
      },
    );
  });

  test.each([
    ['http://10.0.0.7:8000/metrics', '10.0.0.7:8000'],
    ['http://h:9/prometheus/metrics', 'h:9/prometheus/metrics'],
  ])('%s is named %s', (url, name) => {
    expect(scrapeSettings.parse([{ url }]).map(targetName)).toEqual([name]);
  });
});
