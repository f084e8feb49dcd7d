/**
 * The objects as etcd has them: one revision for all, a history, and old revisions that are
 * forgotten.
 */
import type { KubeObject, ResourceType } from '../../../common/kube/types';
import { keyOf } from '../../../common/kube/types';
import type { Clock } from '../../../common/ports';
import type { Commit, Lookup, User } from './ports';

type Objects = Map<string, KubeObject>;

export interface Backup {
  readonly revision: number;
  readonly kinds: ReadonlyMap<string, ReadonlyMap<string, KubeObject>>;
}

export interface Change {
  readonly user: User;
  readonly verb: string;
  readonly resource: ResourceType;
  /** The object to be; undefined removes it. */
  readonly object: KubeObject | undefined;
  readonly before: KubeObject | undefined;
}

const kindKey = ({ group, plural }: ResourceType): string => `${group}/${plural}`;

export class ObjectStore implements Lookup {
  revision = 1;
  /** What is older cannot be watched from any more. */
  compacted = 0;
  /** Every write that took effect, those that a restore took back included. */
  readonly history: Commit[] = [];
  /** Where in the history the commits begin that are of this life of the store. */
  #lifeBegins = 0;
  #kinds = new Map<string, Objects>();

  constructor(
    private readonly clock: Clock,
    private readonly onCommit: (commit: Commit) => void,
  ) {}

  get(resource: ResourceType, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#kinds.get(kindKey(resource))?.get(namespace === undefined ? name : `${namespace}/${name}`);
  }

  /** In the order of their keys, as etcd has them. */
  list(resource: ResourceType, namespace?: string): KubeObject[] {
    const all = [...(this.#kinds.get(kindKey(resource)) ?? [])];
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    const within = prefix === '' ? all : all.filter(([key]) => key.startsWith(prefix));
    return within.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  commit({ user, verb, resource, object, before }: Change): KubeObject {
    this.revision += 1;
    const last = (object ?? before)!;
    const stored = { ...last, metadata: { ...last.metadata, resourceVersion: String(this.revision) } };
    const kind = kindKey(resource);
    const objects = this.#kinds.get(kind) ?? new Map<string, KubeObject>();
    this.#kinds.set(kind, objects);
    if (object === undefined) objects.delete(keyOf(stored.metadata));
    else objects.set(keyOf(stored.metadata), stored);
    const type = object === undefined ? 'DELETED' : before === undefined ? 'ADDED' : 'MODIFIED';
    const commit: Commit = {
      revision: this.revision,
      wallMs: this.clock.wallMs(),
      user: user.name,
      verb,
      resource,
      type,
      object: stored,
      ...(before !== undefined && { before }),
    };
    this.history.push(commit);
    this.onCommit(commit);
    return stored;
  }

  /** Commits after that revision, oldest first. */
  since(revision: number): Commit[] {
    let at = this.history.length;
    while (at > this.#lifeBegins && (this.history[at - 1] as Commit).revision > revision) at -= 1;
    return this.history.slice(at);
  }

  compact(revision: number): void {
    this.compacted = Math.max(this.compacted, Math.min(revision, this.revision));
  }

  backup(): Backup {
    return { revision: this.revision, kinds: new Map([...this.#kinds].map(([kind, all]) => [kind, new Map(all)])) };
  }

  /** The servers begin anew, so nothing older can be watched. */
  restore({ revision, kinds }: Backup, bumpRevisionBy = 0): void {
    this.revision = revision + bumpRevisionBy;
    this.compacted = this.revision;
    this.#lifeBegins = this.history.length;
    this.#kinds = new Map([...kinds].map(([kind, all]) => [kind, new Map(all)]));
  }
}
