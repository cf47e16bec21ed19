import fc from 'fast-check';

import { isLike, namesOf, rulesOfCommand, workloadRulesSchema } from '../../agent/attribution/match-rules.ts';
import { saidIn, variablesIn, voiceOf } from '../../agent/attribution/said.ts';
import { maybeWorkloadLabels, workloadsAround } from '../../agent/attribution/workload-labels.ts';

const POD = '0d2f1c3e-5b7a-4c1d-9e8f-a1b2c3d4e5f6';
const POD_ = POD.replaceAll('-', '_');
const STATIC = '0123456789abcdef0123456789abcdef';
const A = 'a'.repeat(64);
const B = `${'b'.repeat(63)}1`;

describe('the control group', () => {
  test.each<[string, Record<string, string> | undefined]>([
    [`/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${POD_}.slice`, { pod_uid: POD }],
    [`/kubepods.slice/kubepods-pod${POD_}.slice/cri-containerd-${A}.scope`, { pod_uid: POD, container_id: A }],
    [`/kubepods.slice/kubepods-pod${POD_}.slice/crio-${A}.scope/container`, { pod_uid: POD, container_id: A }],
    [`/kubepods.slice/kubepods-pod${POD_}.slice/crio-conmon-${A}.scope`, { pod_uid: POD }],
    [`/kubepods/besteffort/pod${POD}/${A}`, { pod_uid: POD, container_id: A }],
    [`/kubepods/burstable/pod${STATIC}/${A}`, { pod_uid: STATIC, container_id: A }],
    [
      `/system.slice/containerd.service/kubepods-burstable-pod${POD_}.slice:cri-containerd:${A}`,
      { pod_uid: POD, container_id: A },
    ],
    [`/docker/${A}/kubelet/kubepods/burstable/pod${POD}/${B}`, { pod_uid: POD, container_id: B }],
    [
      `/system.slice/docker-${A}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${POD_}.slice`,
      { pod_uid: POD },
    ],
    [`/docker/${A}/docker/${B}`, { container_id: A }],
    [`/docker/${A}/system.slice/sshd.service`, { container_id: A }],
    [`/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${A}.scope/container`, { container_id: A }],
    [`/machine.slice/libpod-conmon-${A}.scope`, undefined],
    ['/slurm/uid_1000/job_117/step_0/task_3', { job: '117', step: '0', uid: '1000' }],
    ['/slurm_node7/uid_0/job_9', { job: '9', uid: '0' }],
    ['/system.slice/slurmstepd.scope/job_117/step_batch/user/task_0', { job: '117', step: 'batch' }],
    ['/system.slice/node7_slurmstepd.scope/job_117', { job: '117' }],
    ['/somewhere/job_117', undefined],
    [`/ecs/${STATIC}/${A}`, { task: STATIC, container_id: A }],
    [`/ecs/cluster/${STATIC}`, { task: STATIC }],
    [`/ecstasks.slice/ecstasks-${STATIC}.slice/docker-${A}.scope`, { task: STATIC, container_id: A }],
    ['/system.slice/vllm.service/worker.service', { unit: 'vllm.service' }],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/jupyter.service', { unit: 'jupyter.service' }],
    ['/user.slice/user-1000.slice/user@1000.service/tmux-spawn-1.scope', undefined],
    ['/init.scope', undefined],
    ['/', undefined],
  ])('%s is %j', (cgroup, labels) => {
    expect(maybeWorkloadLabels(cgroup)).toEqual(labels);
  });

  test('names every workload that it lies in, each within the one before', () => {
    const around = workloadsAround(`/docker/${A}/kubelet/kubepods/pod${POD}/${B}/deeper`);
    expect(around.map(({ cgroup, outer }) => [cgroup, outer])).toEqual([
      [`/docker/${A}`, undefined],
      [`/docker/${A}/kubelet/kubepods/pod${POD}`, `/docker/${A}`],
      [`/docker/${A}/kubelet/kubepods/pod${POD}/${B}`, `/docker/${A}/kubelet/kubepods/pod${POD}`],
    ]);
  });

  test('may say anything: labels are texts and never empty', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('docker', 'slurm', 'job_1', 'step_', `pod${POD}`, A, 'a.service', '..', 'ecs', STATIC),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const labels = Object.values(maybeWorkloadLabels(`/${parts.join('/')}`) ?? { some: 'text' });
        expect(labels.length).toBeGreaterThan(0);
        expect(labels.every((label) => label !== '')).toBe(true);
      }),
    );
  });
});

describe('workload rules', () => {
  const rules = workloadRulesSchema.parse([
    { match: { label: { unit: 'vllm*' } }, set: { project: 'chat', workload_type: 'inference' } },
    { match: { command: '*train.py*' }, set: { workload_type: 'training' } },
    { match: { namespace: 'research', label: { team: '*' } }, set: { project: 'tag:team' } },
    { match: {}, set: { project: 'rest', model_id: 'tag:none' } },
  ]);
  const named = (labels: Record<string, string>, own = {}, commandRules: number[] = []) =>
    namesOf(rules, { labels, own, commandRules });

  test('give each name by the first rule that matches and names it, else as the workload says', () => {
    expect(named({ unit: 'vllm-a.service' }, { project: 'own', model_id: 'llama' }, [1])).toEqual({
      project: 'chat',
      model_id: 'llama',
      workload_type: 'inference',
      workload_id: null,
    });
    expect(named({ unit: 'a.service' }, { workload_type: 'dreaming' })).toMatchObject({
      project: 'rest',
      workload_type: 'other',
    });
    expect(named({ namespace: 'research', team: 'nlp' }, {}, [1])).toMatchObject({
      project: 'nlp',
      workload_type: 'training',
    });
    expect(named({ namespace: 'research' })).toMatchObject({ project: 'rest', model_id: null });
  });

  test('know a command line by its pattern', () => {
    expect(rulesOfCommand(rules, 'python train.py --lr 1')).toEqual([1]);
    expect(rulesOfCommand(rules, 'bash')).toEqual([]);
  });

  test.each([
    [[{ match: { unit: 'a' }, set: {} }]],
    [[{ match: { label: { a: 1 } }, set: {} }]],
    [[{ match: {}, set: { workload_type: 'dreaming' } }]],
    [[{ match: {}, set: { cost: '1' } }]],
  ])('refuse %j', (wrong) => {
    expect(workloadRulesSchema.safeParse(wrong).success).toBe(false);
  });

  test('a pattern fits as a regular expression would, and never takes long', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 12 });
    const pattern = fc.array(letters, { maxLength: 5 }).map((parts) => parts.join('*'));
    const expression = (glob: string) =>
      new RegExp(
        `^${glob
          .split('*')
          .map((part) => part.replaceAll('.', '\\.'))
          .join('.*')}$`,
        's',
      );
    fc.assert(
      fc.property(letters, pattern, (text, glob) => expect(isLike(text, glob)).toBe(expression(glob).test(text))),
    );
    expect(isLike('a'.repeat(50_000), `${'*a'.repeat(500)}*b`)).toBe(false);
  });
});

describe('an environment', () => {
  const heard = (...variables: string[]) => variablesIn(Buffer.from(variables.join('\0')));

  test('is heard only where it speaks of the work: secrets are never kept', () => {
    const variables = heard('JOULEBOOK_PROJECT=chat', 'AWS_SECRET_ACCESS_KEY=x', 'JOULEBOOK_TOKEN=y', 'SLURM_JOB_ID=7');
    expect([...variables]).toEqual([
      ['JOULEBOOK_PROJECT', 'chat'],
      ['SLURM_JOB_ID', '7'],
    ]);
  });

  test('may hold anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.string(), (bytes, value) => {
        const text = Buffer.from(`\0JOULEBOOK_RUN_ID=${value}\0`);
        const said = saidIn(variablesIn(Buffer.concat([bytes, text])));
        const values = [...Object.values(said.names), ...Object.values(said.labels), ...Object.values(said.job)];
        expect(values.every((each) => each !== '' && !/\p{Cc}/u.test(each ?? ''))).toBe(true);
      }),
    );
  });

  test('gives names, labels of the run and labels of the job', () => {
    const said = saidIn(
      heard('JOULEBOOK_PROJECT=chat', 'JOULEBOOK_RUN_ID=r 1&2', 'SLURM_JOB_NAME=fine-tune', 'JOULEBOOK_MODEL_ID= '),
    );
    expect(said).toMatchObject({
      names: { project: 'chat' },
      labels: { run_id: 'r 1&2' },
      job: { job_name: 'fine-tune' },
    });
    expect(voiceOf(said)).toBe('project=chat&run_id=r+1%262');
    expect(voiceOf(saidIn(heard('PATH=/bin')))).toBe('');
  });

  test.each([
    [
      'GPU-8932f937-d72c-4106-c12f-20bd9faed9f6,MIG-1/2/3',
      ['GPU-8932f937-d72c-4106-c12f-20bd9faed9f6', 'MIG-1/2/3'],
      [],
    ],
    ['0000:03:00.0', ['0000:03:00.0'], []],
    ['1,3', [], [1, 3]],
    ['all', [], []],
    ['void', [], []],
    ['-1', [], []],
    ['', [], []],
  ])('with NVIDIA_VISIBLE_DEVICES=%s names %j and %j', (value, ids, indices) => {
    expect(saidIn(heard(`NVIDIA_VISIBLE_DEVICES=${value}`)).devices).toEqual({ ids, indices });
  });

  test('names the devices of its job by their numbers on the host before those that it sees', () => {
    const said = saidIn(heard('CUDA_VISIBLE_DEVICES=0,1', 'SLURM_JOB_GPUS=4,5', 'NVIDIA_VISIBLE_DEVICES=all'));
    expect(said.devices).toEqual({ ids: [], indices: [4, 5] });
  });
});
