import { openSink } from '../../agent/sinks/catalogue.ts';
import { type SinkSetting, sinkSettings } from '../../agent/sinks/settings.ts';
import type { Sink } from '../../agent/sinks/sink.ts';
import { type AnsweringServer, type Asked, type Said, startServer } from './answering-server.ts';

/** Sinks and the servers that they deliver to, closed and stopped after each test of the file that asks for them. */
export function servedSinks(environment: Readonly<Record<string, string>> = {}) {
  const servers: AnsweringServer[] = [];
  const sinks: Sink[] = [];
  afterEach(async () => {
    for (const sink of sinks.splice(0)) sink.close();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });
  return {
    async serve(answer: (asked: Asked, before: number) => Said): Promise<AnsweringServer> {
      const server = await startServer(answer);
      servers.push(server);
      return server;
    },
    sinkOf(setting: unknown): Sink {
      const [parsed] = sinkSettings.parse([setting]);
      const sink = openSink(parsed as SinkSetting, { environment, now: () => new Date('2026-06-10T14:00:00Z') });
      sinks.push(sink);
      return sink;
    },
  };
}
