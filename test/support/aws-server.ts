import { type AnsweringServer, type Asked, type Said, startServer } from './answering-server.ts';

/** Credentials that are planted: nothing that is written may hold them. */
export const KEY = 'AKIAPLANTEDEXAMPLE00';
export const TOKEN = 'planted-session-token-77';

/** Puts the planted credentials where the SDK looks for them. */
export function plantCredentials(): void {
  const planted = { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: 'planted', AWS_SESSION_TOKEN: TOKEN };
  // biome-ignore lint/style/noProcessEnv: the SDK reads its credentials there
  Object.assign(process.env, planted);
}

export type Answering = (asked: Asked, before: number) => Said;

/** An answer of an AWS service in JSON. */
export const json = (body: unknown): Said => ({
  status: 200,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/x-amz-json-1.1' },
});

/** What a client asked for. */
export const inputOf = ({ body }: Asked): Record<string, unknown> => JSON.parse(body.toString());

/** Serves while it is used. */
export async function withServer<Result>(
  answer: Answering,
  use: (server: AnsweringServer) => Promise<Result>,
): Promise<Result> {
  const server = await startServer(answer);
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}
