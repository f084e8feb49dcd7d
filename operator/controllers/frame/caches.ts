/** One cache per kind, kept by watches, with indexes for plans. Runs without leadership, too. */
import type { XenAgent, XenDomain, XenVM } from '../../../crds/generated/types';
import type { KubeClient } from '../../../common/kube/client';
import { LEASES } from '../../../common/kube/lease';
import {
  NAMESPACES,
  OURS,
  XENAGENTS,
  XENDOMAINS,
  XENHOSTS,
  XENVMOPERATIONS,
  XENVMS,
} from '../../../common/kube/resources';
import { keyOf, type KubeObject, type ListScope, type ResourceType } from '../../../common/kube/types';
import { dropAnnotations, dropUnread, keepAnnotation } from '../../../common/kube/watch-line';
import { Watcher, type RelistCause, type WatchEvent } from '../../../common/kube/watcher';
import { BRAKE_LIFTED_UNTIL, HOST_LABEL } from '../../../common/names';
import type { Clock, Random } from '../../../common/ports';
import { survive, type OnFault } from '../../../common/survive';
import type { Metrics } from '../../adapters/types';
import { poolOf } from '../../plan/pool/pool';
import { macsOf, uuidOf } from '../../plan/vm/resolve';
import { Store, type IndexFunctions } from '../../runtime/store';

export interface CachesOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  /** The cache may not show what the API holds now: decisions must wait for fresh reports. */
  readonly onDoubt: (resource: string, cause: RelistCause) => void;
  /** Hears of exceptions in what runs inside a watch; the watch goes on. */
  readonly onFault: OnFault;
}

/** Relists after which writes that hosts have reported against may be missing from the cache. */
const DOUBTFUL: ReadonlySet<RelistCause> = new Set(['expired', 'wentBack', 'unreadable']);

/** Written back whole. Others lose unread annotations: tenants may write 256 KiB per object. */
const PUT_WHOLE: ReadonlySet<string> = new Set([XENAGENTS.plural, XENDOMAINS.plural]);

function trimOf<T extends KubeObject>(type: ResourceType<T>): (object: T) => T {
  if (PUT_WHOLE.has(type.plural)) return dropUnread;
  return type.plural === NAMESPACES.plural ? keepAnnotation(BRAKE_LIFTED_UNTIL) : dropAnnotations;
}

/** It has run, or its owner wants it off: its next run does not count as the start of a new VM. */
const isPastFirstStart = ({ spec, status }: XenVM): boolean =>
  status?.phase === 'Running' || spec.runPolicy === 'Halted' || spec.runPolicy === 'Manual';

const macsIn = (...lists: readonly (readonly { readonly mac: string }[] | undefined)[]): string[] => [
  ...new Set(lists.flatMap((list = []) => list.map(({ mac }) => mac))),
];

const vmKey = (namespace: string, name: string): string => `${namespace}/${name}`;

const VM_INDEXES: IndexFunctions<XenVM> = {
  uuid: (vm) => [uuidOf(vm)],
  host: (vm) => (vm.status?.placement === undefined ? [] : [vm.status.placement.host]),
  /** MAC addresses that the VM asks for or was granted, written in its spec or derived. */
  mac: (vm) => macsIn(macsOf(vm, uuidOf(vm)), vm.status?.networks),
  class: (vm) => (vm.spec.className === undefined ? [] : [vm.spec.className]),
  storagePool: (vm) => (vm.spec.disks ?? []).map((d) => d.pool),
  network: (vm) => (vm.spec.networks ?? []).map((n) => n.network),
  namespace: (vm) => [vm.metadata.namespace ?? ''],
};
const DOMAIN_INDEXES: IndexFunctions<XenDomain> = {
  uuid: (domain) => [domain.metadata.name],
  namespace: (domain) => [domain.metadata.namespace ?? ''],
  vm: (domain) => [vmKey(domain.spec.vm.namespace, domain.spec.vm.name)],
  /** MAC addresses that are ordered, or that the running domain has. */
  mac: ({ spec, status }) => macsIn(spec.networks, status?.granted?.networks),
};
const AGENT_INDEXES: IndexFunctions<XenAgent> = {
  mac: ({ status }) => [...new Set((status?.records ?? []).flatMap(({ macs = [] }) => macs))],
  retained: ({ status }) => [...new Set((status?.retainedDisks ?? []).map((disk) => disk.uuid))],
  uuid: ({ status }) => [...new Set([...(status?.domains ?? []), ...(status?.records ?? [])].map((d) => d.uuid))],
  vm: ({ status }) => [
    ...new Set([
      ...(status?.domains ?? []).flatMap((d) => (d.vmName === undefined ? [] : [vmKey(d.namespace ?? '', d.vmName)])),
      ...(status?.records ?? []).map((r) => vmKey(r.namespace, r.name)),
    ]),
  ],
};

interface CacheOf<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly indexes: IndexFunctions<T>;
  readonly scope?: ListScope;
}

const cacheOf = <T extends KubeObject>(
  type: ResourceType<T>,
  indexes: IndexFunctions<T> = {},
  scope?: ListScope,
): CacheOf<T> => ({
  type,
  indexes,
  ...(scope && { scope }),
});

type CachesOf<Types> = { readonly [K in keyof Types]: Types[K] extends ResourceType<infer T> ? CacheOf<T> : never };

const byNameOnly = Object.fromEntries(
  Object.entries(OURS).map(([name, type]) => [name, cacheOf<KubeObject>(type)]),
) as unknown as CachesOf<typeof OURS>;

/**
 * What the operator lists and watches: every kind of crds/, here if plans look it up otherwise than
 * by name, and two of Kubernetes' own. Each is a cache, a right in the chart, and a name in "not
 * ready".
 */
export const CACHES = {
  ...byNameOnly,
  vms: cacheOf(XENVMS, VM_INDEXES),
  hosts: cacheOf(XENHOSTS, {
    pool: (host) => [poolOf(host)],
    declaredDead: (host) => (host.spec.declaredDead === undefined ? [] : ['yes']),
  }),
  agents: cacheOf(XENAGENTS, AGENT_INDEXES),
  domains: cacheOf(XENDOMAINS, DOMAIN_INDEXES),
  vmOperations: cacheOf(XENVMOPERATIONS, {
    vm: ({ metadata, spec }) => [vmKey(metadata.namespace ?? '', spec.vmName)],
  }),
  namespaces: cacheOf(NAMESPACES),
  leases: cacheOf(LEASES, {}, { labelSelector: HOST_LABEL }),
};

export type CacheName = keyof typeof CACHES;
export type Cached<K extends CacheName> = (typeof CACHES)[K] extends CacheOf<infer T> ? T : never;
export type Stores = { readonly [K in CacheName]: Store<Cached<K>> };

interface Source {
  readonly name: string;
  readonly store: Store<KubeObject>;
  readonly watcher: { run(): Promise<void>; relist(): Promise<void>; stop(): Promise<void> };
}

/** The caches by name, and what they have in common. */
export type Caches = Stores & CacheSet;

export function openCaches(options: CachesOptions): Caches {
  const set = new CacheSet(options);
  return Object.assign(set, set.open());
}

class CacheSet {
  /**
   * When (monotonic ms) a watch told of the creation of a VM that has not run yet, by UID. VMs that
   * a list found are not in it.
   */
  readonly createdAt = new Map<string, number>();
  /** UIDs of VMs whose creation was told after this leader's own list. */
  readonly #fresh = new Set<string>();

  readonly #options: CachesOptions;
  readonly #sources = new Map<string, Source>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: CachesOptions) {
    this.#options = options;
  }

  open(): Stores {
    const open = <T extends KubeObject>(name: string, cache: CacheOf<T>): Store<T> => this.#open(name, cache);
    const entries = Object.entries(CACHES).map(([name, cache]) => [name, open(name, cache as CacheOf<KubeObject>)]);
    const stores = Object.fromEntries(entries) as Stores;
    stores.vms.onChange((change) => {
      if (change.type === 'deleted') this.#forget(change.old.metadata.uid ?? '');
      else if (isPastFirstStart(change.object)) this.createdAt.delete(change.object.metadata.uid ?? '');
    });
    return stores;
  }

  /** The cache of a kind; undefined if it is not watched. */
  of<T extends KubeObject>(type: ResourceType<T>): Store<T> | undefined {
    return this.#sources.get(type.plural)?.store as unknown as Store<T> | undefined;
  }

  start(): void {
    this.#running = Promise.all(this.#all().map((source) => source.watcher.run()));
  }

  get synced(): Promise<unknown> {
    return Promise.all(this.#all().map((source) => source.store.synced));
  }

  /** A leader begins: decisions need lists begun after that, as a standby's watches may lag. */
  async renew(): Promise<void> {
    const wasSynced = this.unsynced().length === 0;
    this.#fresh.clear();
    if (wasSynced) await Promise.all(this.#all().map((source) => source.watcher.relist()));
    else await this.synced;
  }

  /** Kinds whose first list is not in yet. */
  unsynced(): string[] {
    return this.#all().flatMap(({ name, store }) => (store.isSynced ? [] : [name]));
  }

  #all(): Source[] {
    return [...this.#sources.values()];
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map((source) => source.watcher.stop()));
    await this.#running;
  }

  /** A watch has just told of its creation: no host can hold it, unless it has an identity. */
  isFresh(vm: XenVM): boolean {
    return vm.spec.identity === undefined && this.#fresh.has(vm.metadata.uid ?? '');
  }

  /** Sees every event before the cache does. */
  noteCreation(event: WatchEvent<XenVM>): void {
    if (event.type === 'initDone' && DOUBTFUL.has(event.cause)) this.#fresh.clear();
    if (event.type !== 'apply') return;
    const { uid = '' } = event.object.metadata;
    const known = this.of(XENVMS)?.get(keyOf(event.object.metadata));
    if (known?.metadata.uid === uid || event.object.status?.placement !== undefined) return;
    this.createdAt.set(uid, this.#options.clock.monotonicMs());
    this.#fresh.add(uid);
  }

  #forget(uid: string): void {
    this.createdAt.delete(uid);
    this.#fresh.delete(uid);
  }

  #open<T extends KubeObject>(name: string, { type, indexes, scope }: CacheOf<T>): Store<T> {
    const { client, clock, random, metrics, onDoubt, onFault } = this.#options;
    const onMissedEvents = (count: number): void => metrics.missedEvents(type.plural, count);
    const store = new Store<T>({ indexes, onMissedEvents, onFault });
    const onEvent = (event: WatchEvent<T>): void => {
      if (type.plural === XENVMS.plural)
        survive('watch', onFault, () => this.noteCreation(event as unknown as WatchEvent<XenVM>));
      store.apply(event);
      if (event.type !== 'initDone') return;
      metrics.watchRelisted(type.plural, event.cause);
      if (DOUBTFUL.has(event.cause)) survive('watch', onFault, () => onDoubt(type.plural, event.cause));
    };
    const onState = (state: Watcher<T>['state']): void => metrics.watchState(type.plural, state);
    const options = { client, type, clock, random, trim: trimOf(type), onEvent, onState, onFault };
    const watcher = new Watcher<T>({ ...options, ...(scope && { scope }) });
    this.#sources.set(type.plural, { name, store: store as unknown as Store<KubeObject>, watcher });
    return store;
  }
}
