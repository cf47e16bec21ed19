import type { Place } from '../attribution/members.ts';
import { workloadsAround } from '../attribution/workload-labels.ts';
import { cgroupIn, findGroups, findHierarchy, type Group, type Hierarchy, withFile } from './cgroups.ts';

/**
 * A process in a group that is not known yet makes it known at once. The tree itself is walked for groups whose processes
 * nobody shows us (another PID namespace), the less often the larger it is: a folder costs 0.1 ms of CPU, which is then 0.02 % of one.
 */
const WALK_MS = { least: 5000, perFolder: 500, most: 60_000 };
const MOST_REMEMBERED = 20_000;
/** A cgroup namespace shows groups beside and above it as `/../…`: those that a container sees of its host. */
const OUT_OF_NAMESPACE = /^(?:\/\.\.)+/;

/** The control groups of the host that are workloads. */
export class GroupTree {
  readonly #root: string;
  #hierarchy: Hierarchy | undefined;
  #groups = new Map<string, Group>();
  #changes = 0;
  #walkAt = Number.NEGATIVE_INFINITY;
  #soonestAt = Number.NEGATIVE_INFINITY;
  #isWalking = false;
  readonly #places = new Map<string, Place>();
  readonly #gone = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** By their path, the outer before the inner. */
  get groups(): ReadonlyMap<string, Group> {
    return this.#groups;
  }

  get hierarchy(): Hierarchy | undefined {
    return this.#hierarchy;
  }

  /** Counts the changes of `groups`. */
  get changes(): number {
    return this.#changes;
  }

  /** Walks the tree where it is time. The first walk is waited for, the others go on beside the ticks. */
  async look(runningMs: number): Promise<void> {
    if (this.#isWalking || runningMs < this.#walkAt || runningMs < this.#soonestAt) return;
    const isFirst = this.#walkAt === Number.NEGATIVE_INFINITY;
    const walk = this.#walk(runningMs);
    if (isFirst) await walk;
  }

  /** Where a process lies, by the text of its `/proc/<pid>/cgroup`. */
  placeOf(cgroups: string): Place {
    const known = this.#places.get(cgroups);
    if (known) return known;
    const place = this.#findPlace(cgroups);
    if (this.#places.size >= MOST_REMEMBERED) this.#places.clear();
    this.#places.set(cgroups, place);
    return place;
  }

  /** Forgets groups whose file is gone: they have ended. */
  drop(cgroups: readonly string[]): void {
    for (const cgroup of cgroups) {
      if (!this.#groups.delete(cgroup)) continue;
      this.#gone.add(cgroup);
      this.#changes += 1;
    }
  }

  async #walk(runningMs: number): Promise<void> {
    this.#isWalking = true;
    this.#soonestAt = runningMs + WALK_MS.least;
    this.#walkAt = this.#soonestAt;
    this.#hierarchy ??= await findHierarchy(this.#root);
    const { groups, listed } = this.#hierarchy ? await findGroups(this.#hierarchy) : { groups: [], listed: 0 };
    this.#isWalking = false;
    this.#walkAt = runningMs + Math.min(Math.max(WALK_MS.perFolder * listed, WALK_MS.least), WALK_MS.most);
    this.#gone.clear();
    const isSame = groups.length === this.#groups.size && groups.every(({ cgroup }) => this.#groups.has(cgroup));
    if (isSame) return;
    this.#groups = new Map(groups.map((group) => [group.cgroup, group]));
    this.#places.clear();
    this.#changes += 1;
  }

  #findPlace(cgroups: string): Place {
    if (!this.#hierarchy) return 'outside';
    const path = cgroupIn(this.#hierarchy, cgroups);
    if (path === undefined) return 'unknown';
    const seen = path.replace(OUT_OF_NAMESPACE, '');
    const around = workloadsAround(seen);
    const innermost = around.at(-1);
    if (!innermost) return 'outside';
    if (seen !== path) return this.#endingIn(innermost.cgroup) ?? this.#missed();
    for (const group of around) this.#add(withFile(this.#hierarchy, group));
    // One that has ended and holds a process was made anew: only a walk may bring it back.
    return this.#groups.get(innermost.cgroup) ?? this.#missed();
  }

  #add(group: Group): void {
    if (this.#groups.has(group.cgroup) || this.#gone.has(group.cgroup)) return;
    this.#groups.set(group.cgroup, group);
    this.#changes += 1;
  }

  /** Ids of pods and containers are unique: the end of a path is enough. */
  #endingIn(cgroup: string): Group | undefined {
    for (const group of this.#groups.values()) if (group.cgroup.endsWith(cgroup)) return group;
    return undefined;
  }

  /** Only a walk shows where it is. */
  #missed(): 'unknown' {
    this.#walkAt = this.#soonestAt;
    return 'unknown';
  }
}
