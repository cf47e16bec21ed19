import type { Owners } from '../look.ts';
import { type Assigned, isDevice } from './assigned-devices.ts';
import { type Member, type Members, membersOf, type Parties, type Place, voiceAt } from './members.ts';
import { type Naming, workloadOf } from './naming.ts';
import type { Said } from './said.ts';
import type { Workload } from './workload.ts';
import type { Labels } from './workload-labels.ts';

/** What a roster is made of. */
export interface Enrolled<Process extends Member> extends Naming {
  readonly processes: ReadonlyMap<number, Process>;
  readonly placeOf: (process: Process) => Place;
  readonly groups: { values(): Iterable<{ readonly cgroup: string; readonly labels: Labels }> };
  readonly assigned: readonly Assigned[];
  /** The device with a number on this host; `undefined` where nobody says. */
  readonly deviceOfIndex: (index: number) => string | undefined;
}

const NOBODY: ReadonlyMap<string, never> = new Map<string, never>();

/** Who is who on the host at one time: workloads of groups, processes and devices. */
export class Roster<Process extends Member> implements Owners {
  readonly members: Members<Process>;
  readonly #enrolled: Enrolled<Process>;
  readonly #workloads = new Map<string, Map<string, Workload>>();
  readonly #devices = new Map<string, readonly Workload[]>();
  readonly #byPid = new Map<number, Workload | undefined>();
  readonly #choosers: readonly Process[];

  constructor(enrolled: Enrolled<Process>) {
    this.#enrolled = enrolled;
    this.#choosers = [...enrolled.processes.values()].filter(({ said }) => said && isChoice(said));
    this.members = membersOf(enrolled.processes.values(), enrolled.placeOf);
  }

  partiesOf(cgroup: string): Parties<Process> {
    return this.members.inGroups.get(cgroup) ?? NOBODY;
  }

  /** The workload of those who say the same in a group, or outside all groups. */
  workloadOf(group: { readonly cgroup: string; readonly labels: Labels } | undefined, voice: string): Workload {
    const inGroup = this.#workloads.get(group?.cgroup ?? '') ?? new Map<string, Workload>();
    const known = inGroup.get(voice);
    if (known) return known;
    const parties = group ? this.partiesOf(group.cgroup) : this.members.outside;
    const job = group?.labels['job'] === undefined ? {} : jobOf(parties);
    const workload = workloadOf({ group, voice, said: parties.get(voice)?.said, job }, this.#enrolled);
    this.#workloads.set(group?.cgroup ?? '', inGroup.set(voice, workload));
    return workload;
  }

  ofProcess(pid: number): Workload | undefined {
    const known = this.#byPid.get(pid);
    if (known || this.#byPid.has(pid)) return known;
    const process = this.#enrolled.processes.get(pid);
    const workload = process && this.#workloadAt(this.#enrolled.placeOf(process), process);
    this.#byPid.set(pid, workload);
    return workload;
  }

  ofDevice(domain: string): readonly Workload[] {
    const known = this.#devices.get(domain);
    if (known) return known;
    const given = this.#givenByKubelet(domain);
    const workloads = given.length > 0 ? given : this.#namedByProcesses(domain);
    const different = [...new Map(workloads.map((workload) => [workload.key, workload])).values()];
    this.#devices.set(domain, different);
    return different;
  }

  #workloadAt(place: Place, process: Process): Workload | undefined {
    if (place === 'unknown') return undefined;
    const voice = process.said && voiceAt(place, process.said);
    if (place === 'outside') return voice ? this.workloadOf(undefined, voice) : undefined;
    return this.workloadOf(place, voice ?? onlyVoice(this.partiesOf(place.cgroup)));
  }

  /** Containers where they are known by their names, else the pods around them. */
  #givenByKubelet(domain: string): Workload[] {
    const { assigned, groups, pods } = this.#enrolled;
    const owners = assigned.filter(({ devices }) => devices.some((name) => isDevice(name, domain)));
    if (owners.length === 0) return [];
    const all = [...groups.values()];
    return owners.flatMap(({ podUid, container }) => {
      const inPod = all.filter(({ labels }) => labels['pod_uid'] === podUid);
      const names = pods.get(podUid)?.containers;
      const named = inPod.filter(({ labels }) => names?.get(labels['container_id'] ?? '') === container);
      const found = named.length > 0 ? named : inPod.filter(({ labels }) => labels['container_id'] === undefined);
      return found.map((group) => this.workloadOf(group, onlyVoice(this.partiesOf(group.cgroup))));
    });
  }

  #namedByProcesses(domain: string): Workload[] {
    return this.#choosers.flatMap((process) => {
      const place = this.#enrolled.placeOf(process);
      const names = this.#devicesOf(process, place);
      const workload = names.some((name) => isDevice(name, domain)) ? this.#workloadAt(place, process) : undefined;
      return workload ? [workload] : [];
    });
  }

  /** Numbers count the devices of the host only outside of containers, or as Slurm gives them. */
  #devicesOf({ said }: Process, place: Place): readonly string[] {
    const { ids = [], indices = [] } = said?.devices ?? {};
    const isContainer = typeof place === 'object' && place.labels['container_id'] !== undefined;
    if (isContainer || indices.length === 0) return ids;
    return [...ids, ...indices.flatMap((index) => this.#enrolled.deviceOfIndex(index) ?? [])];
  }
}

function isChoice({ devices }: Said): boolean {
  return devices.ids.length > 0 || devices.indices.length > 0;
}

/** What all say; '' where they differ. */
function onlyVoice(parties: Parties<Member>): string {
  const [voice = ''] = parties.size === 1 ? parties.keys() : [];
  return voice;
}

/** What the processes of a job say of it, put together; where they contradict each other, the first of them is right. */
function jobOf(parties: Parties<Member>): Labels {
  const members = [...parties.values()].flatMap(({ processes }) => processes);
  const spoken = members.filter(({ said }) => said && Object.keys(said.job).length > 0);
  return Object.assign({}, ...spoken.sort((a, b) => b.pid - a.pid).map(({ said }) => said?.job));
}
