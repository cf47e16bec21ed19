import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse, parseAllDocuments } from 'yaml';

import { hostTree } from '../support/host-tree.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { HERE, PROJECT, tarballOf, unpack } from './packages.ts';

const CHART = join(PROJECT, 'agent/packaging/helm/joulebook-agent');
const HELM = join(PROJECT, '.venv-agent/bin/helm');
const CHECKER = join(PROJECT, '.venv-agent/bin/kubernetes-validate');
/** The oldest Kubernetes that the chart's own defaults hold for, and the newest that the checker knows. */
const VERSIONS = ['1.33', '1.37'];
const home = tempFolder();

interface Manifest {
  readonly kind: string;
  readonly rules?: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}
interface PodSpec {
  readonly hostPID: boolean;
  readonly hostNetwork: boolean;
  readonly runtimeClassName?: string;
  readonly automountServiceAccountToken: boolean;
  readonly initContainers: readonly Container[];
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[];
}
interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

/** Values as operators would set them. */
const CASES = {
  'as it comes': {},
  'with everything': {
    config: { interval: '1s' },
    existingSecret: 'energy',
    rights: { readEnvironments: true },
    nvidia: { enabled: true },
    metrics: { port: 9710, scrapeAnnotations: true },
    networkPolicy: { enabled: true, scrapeFrom: [{ podSelector: {} }] },
    supplementalGroups: [999],
    priorityClassName: 'system-node-critical',
    imagePullSecrets: [{ name: 'registry' }],
    serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/energy' } },
    podAnnotations: { one: 'other' },
    podLabels: { team: 'energy' },
    affinity: { nodeAffinity: {} },
    env: [{ name: 'AWS_REGION', value: 'eu-west-1' }],
  },
  'with nothing beside': { kubelet: { enabled: false }, tolerations: [], nodeSelector: {} },
  'on the host’s network': { hostNetwork: true },
  'as another user': { runAsUser: 65532, supplementalGroups: [999] },
  'on an old cluster': { kubelet: { grantNodesProxy: true, insecureTls: true } },
};

function helm(verb: string, values: object) {
  const file = join(home, 'values.json');
  writeFileSync(file, JSON.stringify(values));
  const named = verb === 'template' ? ['joule', CHART, '--namespace', 'energy'] : [CHART, '--strict'];
  return spawnSync(HELM, [verb, ...named, '--kube-version', '1.33.0', '--values', file], { encoding: 'utf8' });
}

function render(values: object): Manifest[] {
  const { stdout, stderr, status } = helm('template', values);
  if (status !== 0) throw new Error(`Cannot render the chart: ${stderr}`);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

const podOf = (manifests: readonly Manifest[]): PodSpec => {
  const daemonSet = manifests.find(({ kind }) => kind === 'DaemonSet');
  if (!daemonSet) throw new Error('Cannot find the DaemonSet: expected one in the rendered chart, got none');
  return daemonSet.spec.template.spec;
};

/** What the checker says against a manifest; strict, so that a misspelt key is a fault. */
function faultsOf(text: string, version: string): string {
  const file = join(home, 'manifests.yaml');
  writeFileSync(file, text);
  const { status, stdout, stderr } = spawnSync(CHECKER, ['--strict', '--kubernetes-version', version, file], {
    encoding: 'utf8',
  });
  return status === 0 && !/WARN/.test(stdout + stderr) ? '' : stdout + stderr;
}

const maybe = existsSync(HELM) && existsSync(CHECKER) ? describe : describe.skip;

maybe('the Helm chart (needs helm: node tools/test-agent-packages.ts)', () => {
  test.each(Object.entries(CASES))('%s passes helm lint and the schemas of Kubernetes', (_, values) => {
    const lint = helm('lint', values);
    expect([lint.status, lint.stdout + lint.stderr]).toEqual([0, expect.stringContaining('0 chart(s) failed')]);
    for (const version of VERSIONS) expect(faultsOf(helm('template', values).stdout, version)).toBe('');
  });

  test('would not pass the schemas with a key that Kubernetes does not know', () => {
    const wrong = helm('template', {}).stdout.replace('hostPID: true', 'hostPid: true');
    expect(faultsOf(wrong, '1.33')).toContain('hostPid');
  });

  test('makes a PodMonitor only when asked', () => {
    const monitored = { metrics: { port: 9710, podMonitor: { enabled: true, endpoint: { scheme: 'https' } } } };
    const kinds = (values: object) => render(values).map(({ kind }) => kind);
    expect(kinds({})).not.toContain('PodMonitor');
    expect(kinds(monitored)).toContain('PodMonitor');
  });

  test.each([
    [{ hostNetwork: true, networkPolicy: { enabled: true } }, 'Cannot limit the network of the agent'],
    [{ runAsUser: 1000, rights: { readAnyFile: true } }, 'Cannot grant rights to the agent'],
    [{ metrics: { podMonitor: { enabled: true } } }, 'Cannot make a PodMonitor'],
    [{ privileged: true }, 'privileged'],
    [{ metrics: { port: '9710' } }, 'port'],
  ])('refuses the values %j', (values, reason) => {
    const { status, stderr } = helm('template', values);
    expect(status).not.toBe(0);
    expect(stderr).toContain(reason);
  });

  test.each([
    [{}, undefined],
    [{ readAnyFile: true }, ['DAC_READ_SEARCH']],
    [{ readEnvironments: true }, ['DAC_READ_SEARCH', 'SYS_PTRACE']],
  ])('drops every capability, and with rights %j adds %j', (rights, add) => {
    const { initContainers, containers } = podOf(render({ rights }));
    const least = {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      seccompProfile: { type: 'RuntimeDefault' },
    };
    expect(containers[0].securityContext).toMatchObject({
      ...least,
      capabilities: { drop: ['ALL'], ...(add && { add }) },
    });
    for (const { securityContext } of [...initContainers, ...containers]) {
      expect(securityContext).toMatchObject({ ...least, capabilities: { drop: ['ALL'] } });
      expect(securityContext).not.toHaveProperty('privileged');
    }
    expect(initContainers[0]?.securityContext).not.toHaveProperty('capabilities.add');
  });

  test('mounts the host for reading, but for its own state', () => {
    const { containers, volumes, hostPID } = podOf(render({}));
    const ofHost = new Map(volumes.flatMap(({ name, hostPath }) => (hostPath ? [[name, hostPath.path]] : [])));
    const mounts = containers[0].volumeMounts.filter(({ name }) => ofHost.has(name));
    expect(mounts.map(({ name, mountPath, readOnly = false }) => [ofHost.get(name), mountPath, readOnly])).toEqual([
      ['/var/lib/joulebook-agent', '/var/lib/joulebook-agent', false],
      ['/proc', '/host/proc', true],
      ['/sys', '/host/sys', true],
      ['/var/lib/kubelet/device-plugins', '/host/var/lib/kubelet/device-plugins', true],
    ]);
    expect(hostPID).toBe(true);
    expect(containers[0].args).toEqual(['--config', '/etc/joulebook-agent/config.yaml', '--root', '/host']);
  });

  test('never mounts one place inside another that is read only', () => {
    const paths = podOf(render(CASES['with everything'])).containers[0].volumeMounts.map(
      ({ mountPath }) => `${mountPath}/`,
    );
    expect(paths.filter((path) => paths.some((other) => other !== path && path.startsWith(other)))).toEqual([]);
  });

  test('may ask the kubelet for its pods, and nobody for anything else', () => {
    const rulesOf = (values: object) => render(values).flatMap(({ rules = [] }) => rules);
    expect(rulesOf({})).toEqual([{ apiGroups: [''], resources: ['nodes/pods'], verbs: ['get'] }]);
    expect(rulesOf(CASES['on an old cluster'])).toMatchObject([{ resources: ['nodes/proxy'], verbs: ['get'] }]);
    expect(rulesOf({ kubelet: { enabled: false } })).toEqual([]);
    expect(podOf(render({})).automountServiceAccountToken).toBe(false);
  });

  test('takes all GPUs and no more of the driver than NVML where NVIDIA is asked for', () => {
    const { containers, runtimeClassName } = podOf(render({ nvidia: { enabled: true } }));
    expect(runtimeClassName).toBe('nvidia');
    expect(containers[0].env).toEqual(
      expect.arrayContaining([
        { name: 'NVIDIA_VISIBLE_DEVICES', value: 'all' },
        { name: 'NVIDIA_DRIVER_CAPABILITIES', value: 'utility' },
      ]),
    );
    expect(podOf(render({ nvidia: { enabled: true, runtimeClassName: '' } }))).not.toHaveProperty('runtimeClassName');
    expect(JSON.stringify(podOf(render({})))).not.toContain('NVIDIA');
  });
});

maybe('the settings of a node', () => {
  const node = join(unpack(tarballOf(HERE), join(home, 'program')), 'node');

  /** Runs what the chart runs before the agent starts, on a made-up node. */
  function settingsOn(values: object, host: Readonly<Record<string, string>>) {
    const manifests = render(values);
    const [chart, settings] = [join(home, 'chart.yaml'), join(home, 'settings.yaml')];
    writeFileSync(chart, manifests.find(({ kind }) => kind === 'ConfigMap')?.data?.['config.yaml'] ?? '');
    const [script = ''] = podOf(manifests).initContainers[0]?.args ?? [];
    const root = hostTree(join(home, 'node'), host);
    execFileSync(node, ['--input-type=module', '--eval', script, chart, settings, root], {
      env: { NODE_NAME: 'node-7', NODE_IP: 'fd00::7' },
    });
    return parse(readFileSync(settings, 'utf8'));
  }

  const asset = 'sys/class/dmi/id/board_asset_tag';
  test.each([
    ['are named after the node', {}, {}, { host_id: 'node-7', kubelet: { url: 'https://[fd00::7]:10250' } }],
    ['are there where the chart says nothing', { kubelet: { enabled: false } }, {}, { host_id: 'node-7' }],
    ['may name the node themselves', { config: { host_id: 'rack-@NODE_NAME@' } }, {}, { host_id: 'rack-node-7' }],
  ])('%s', (_, values, host, expected) => {
    expect(settingsOn(values, host)).toMatchObject(expected);
  });

  test('leave the name to EC2 where the board bears an instance id', () => {
    expect(settingsOn({}, { [asset]: 'i-0123456789abcdef0' })).not.toHaveProperty('host_id');
    expect(settingsOn({}, { [asset]: 'Not Specified' })).toHaveProperty('host_id', 'node-7');
  });
});
