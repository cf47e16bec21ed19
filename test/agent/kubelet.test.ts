import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { parsePods, podLabels } from '../../agent/attribution/pods.ts';
import { type Kubelet, kubeletSchema, openKubelet } from '../../agent/readers/kubelet.ts';
import { openWorkloads } from '../../agent/readers/workloads.ts';
import { hostTree } from '../support/host-tree.ts';
import { baseUrlOf, listen, stop } from '../support/local-server.ts';
import { groupFiles } from '../support/made-up-processes.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { selfSigned } from '../support/self-signed.ts';
import { tempFolder } from '../support/temp-folder.ts';

const home = tempFolder();
const UID = '0d2f1c3e-5b7a-4c1d-9e8f-a1b2c3d4e5f6';
const HASH = '0123456789abcdef0123456789abcdef';
const ID = 'a'.repeat(64);

const POD = {
  metadata: {
    name: 'chat-0',
    namespace: 'prod',
    uid: UID,
    labels: {
      'joulebook.io/project': 'chat',
      team: 'nlp',
      secret: 'hidden',
      'app.kubernetes.io/name': 'vllm',
      empty: '',
    },
    annotations: { 'kubernetes.io/config.hash': HASH },
  },
  spec: { containers: [{ name: 'serve', env: [{ name: 'TOKEN', value: 'hidden' }] }] },
  status: { containerStatuses: [{ name: 'serve', containerID: `containerd://${ID}` }, { name: 'waiting' }] },
};
const ANSWER = JSON.stringify({ kind: 'PodList', items: [POD, { metadata: { uid: 'x' } }, null] });

describe('the pods of a kubelet', () => {
  test('are known by their uid and, where they are static, by their hash; nothing else of them is kept', () => {
    const pods = parsePods(ANSWER, ['team', 'app.kubernetes.io/name', 'empty', 'absent']);
    expect([...pods.keys()]).toEqual([UID, HASH]);
    const pod = pods.get(HASH);
    expect(pod?.names).toEqual({ project: 'chat' });
    expect(pod && podLabels(pod, ID)).toEqual({
      pod: 'chat-0',
      namespace: 'prod',
      container: 'serve',
      pod_label_team: 'nlp',
      pod_label_app_kubernetes_io_name: 'vllm',
    });
    expect(pod && podLabels(pod, 'pause')).not.toHaveProperty('container');
  });

  test.each(['', '{}', '[]', '{"items":{}}', 'null'])('are none in "%s"', (text) => {
    expect(() => parsePods(text, [])).toThrow();
  });
});

test.each([
  [{ url: 'ftp://x' }],
  [{ insecure_tls: true, ca_file: '/ca' }],
  [{ interval_s: 1 }],
  [{ token: 'in the open' }],
])('the settings %j are refused', (settings) => {
  expect(kubeletSchema.safeParse(settings).success).toBe(false);
});

/** Waits for the next answer, or for what stands for it. */
async function answered(kubelet: Kubelet): Promise<Kubelet> {
  const before = kubelet.changes;
  for (let turn = 0; turn < 600 && kubelet.changes === before; turn += 1) await setTimeout(10);
  return kubelet;
}

/** Asks a kubelet that answers so, once. */
async function ask(listener: RequestListener, settings: object = {}): Promise<Kubelet> {
  const server = createServer(listener);
  await listen(server);
  const kubelet = openKubelet(kubeletSchema.parse({ url: baseUrlOf(server), ...settings }));
  kubelet.askIfDue(0, false);
  await answered(kubelet);
  kubelet.close();
  await stop(server);
  return kubelet;
}

describe('a kubelet', () => {
  test('is asked with the token of the file, for its pods', async () => {
    const token = join(home, 'token');
    writeFileSync(token, 'abc\n');
    const asked: unknown[] = [];
    const kubelet = await ask(
      ({ url, headers }, answer) => {
        asked.push([url, headers.authorization]);
        answer.end(ANSWER);
      },
      { token_file: token },
    );
    expect(asked).toEqual([['/pods', 'Bearer abc']]);
    expect([kubelet.pods.get(UID)?.pod, kubelet.problem]).toEqual(['chat-0', undefined]);
  });

  test.each<[string, RequestListener, RegExp]>([
    ['refuses', (_, answer) => answer.writeHead(401).end('no'), /: expected status 200, got 401$/],
    ['says something else', (_, answer) => answer.end('{}'), /: expected a list of pods, got \{\}$/],
    ['never ends', (_, answer) => flood(answer), /: expected at most 16777216 bytes, got more$/],
    ['hangs up', ({ socket }) => socket.destroy(), /: socket hang up$/],
  ])('that %s is told as a problem', async (_, listener, problem) => {
    const kubelet = await ask(listener);
    expect(kubelet.problem).toMatch(
      /^Cannot read the pods of the kubelet http:\/\/127\.0\.0\.1:\d+: expected|: socket/,
    );
    expect(kubelet.problem).toMatch(problem);
    expect(kubelet.pods.size).toBe(0);
  });

  test('whose token cannot be read is told as a problem, and the token is not', async () => {
    const kubelet = await ask((_, answer) => answer.end(ANSWER), { token_file: join(home, 'none') });
    expect(kubelet.problem).toMatch(/ENOENT/);
  });

  test('is asked again when it is time, sooner where a pod is missing, and not while it answers', async () => {
    const server = createServer((_, answer) => answer.end(ANSWER));
    await listen(server);
    const kubelet = openKubelet(kubeletSchema.parse({ url: baseUrlOf(server) }));
    expect([kubelet.askIfDue(0, false), kubelet.askIfDue(90_000, true)]).toEqual([true, false]);
    await answered(kubelet);
    expect([kubelet.askIfDue(4_999, true), kubelet.askIfDue(5_000, false)]).toEqual([false, false]);
    expect(kubelet.askIfDue(5_000, true)).toBe(true);
    await answered(kubelet);
    expect(kubelet.askIfDue(35_000, false)).toBe(true);
    await answered(kubelet);
    kubelet.close();
    expect(kubelet.askIfDue(90_000, true)).toBe(false);
    await stop(server);
  });

  test('with a certificate of its own is believed where the settings say so', async () => {
    const server = createTlsServer(selfSigned('localhost'), (_, answer) => answer.end(ANSWER));
    await listen(server);
    const url = baseUrlOf(server).replace('http:', 'https:');
    const [strict, trusting] = [{ url }, { url, insecure_tls: true }].map((each) =>
      openKubelet(kubeletSchema.parse(each)),
    );
    for (const kubelet of [strict, trusting]) {
      kubelet?.askIfDue(0, false);
      if (kubelet) await answered(kubelet);
    }
    expect(strict?.problem).toMatch(/self-signed certificate/);
    expect(trusting?.pods.size).toBe(2);
    await stop(server);
  });
});

test('workloads get the names of their pods as soon as the kubelet has told them', async () => {
  const server = createServer((_, answer) => answer.end(ANSWER));
  await listen(server);
  const container = `/kubepods/burstable/pod${UID}/${ID}`;
  const root = hostTree(join(home, 'host'), {
    ...groupFiles(`/kubepods/burstable/pod${UID}`, 9),
    ...groupFiles(container, 7),
  });
  const kubelet = kubeletSchema.parse({ url: baseUrlOf(server) });
  const workloads = openWorkloads({ root, kubelet, deadlineMs: PATIENT_MS });
  const look = async (second: number) =>
    (await workloads.look({ readAt: new Date(0), runningMs: second * 1000, sinceBootMs: second * 1000 })).workloadTimes;
  let [, found] = await look(1);
  expect(found?.workload.labels).toEqual({ pod_uid: UID, container_id: ID });
  for (let turn = 2; turn < 600 && !found?.workload.labels['pod']; turn += 1) {
    await setTimeout(10);
    [, found] = await look(turn);
  }
  expect(found?.workload).toMatchObject({
    key: container,
    labels: { pod: 'chat-0', namespace: 'prod', container: 'serve' },
    names: { project: 'chat' },
  });
  expect(workloads.problems()).toEqual([]);
  workloads.close();
  await stop(server);
});

function flood(answer: Parameters<RequestListener>[1]): void {
  const chunk = Buffer.alloc(1024 * 1024, ' ');
  const more = () => {
    while (!answer.destroyed && answer.write(chunk));
    answer.once('drain', more);
  };
  more();
}
