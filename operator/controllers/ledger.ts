/** Keeps the scheduler's picture equal to the caches: what changed is marked, and brought over right before the next question. */
import type { XenDomain, XenVM } from '../../crds/generated/types';
import { hostNamespace, hostOfNamespace } from '../../common/names';
import { keyOf } from '../../common/kube/types';
import { hostState, poolTerms, vmSpec, type PoolTerms } from '../plan/ledger';
import { poolPolicy } from '../plan/pool';
import { uuidOf } from '../plan/resolve';
import { isRetired } from '../plan/world';
import { Scheduler, type VmSpec } from '../../scheduler';
import type { Fleet } from './fleet';
import type { World } from './world';

export class Ledger {
  readonly scheduler = new Scheduler({ hosts: [], vms: [] });
  readonly #world: World;
  readonly #fleet: Fleet;
  readonly #dirtyPools = new Set<string>();
  readonly #dirtyHosts = new Set<string>();
  readonly #dirtyVms = new Set<string>();
  /** UID by VM key, to forget a VM whose object is gone. */
  readonly #uids = new Map<string, string>();
  readonly #known = new Set<string>();
  /** Claims under way: assumed already, not yet in the cache. */
  readonly #assumed = new Map<string, string>();

  readonly #undo: readonly (() => void)[];

  constructor(world: World, fleet: Fleet) {
    this.#world = world;
    this.#fleet = fleet;
    const markAll = (): void => this.markAll();
    this.#undo = [
      world.vms.onChange((change) => {
        this.markVm(change.key);
        if ('object' in change) this.#markClaimed(change.object);
        this.#markKeepers('old' in change ? change.old : undefined, 'object' in change ? change.object : undefined);
      }),
      world.pools.onChange((change) => this.#dirtyPools.add(change.key)),
      world.hosts.onChange((change) => this.markHost(change.key)),
      world.agents.onChange((change) => this.markHost(hostOfNamespace(change.key.split('/')[0] ?? '') ?? '')),
      world.domains.onChange((change) => this.#markOrder('object' in change ? change.object : change.old)),
      world.classes.onChange(markAll),
      world.storagePools.onChange(markAll),
      world.networks.onChange(markAll),
    ];
    this.markAll();
  }

  stop(): void {
    for (const undo of this.#undo) undo();
  }

  markHost(name: string): void {
    if (name !== '') this.#dirtyHosts.add(name);
  }

  markVm(key: string): void {
    this.#dirtyVms.add(key);
  }

  markAll(): void {
    for (const pool of this.#world.pools.all()) this.#dirtyPools.add(pool.metadata.name);
    for (const host of this.#world.hosts.all()) this.markHost(host.metadata.name);
    for (const vm of this.#world.vms.all()) this.markVm(keyOf(vm.metadata));
  }

  /** Counts the VM on the host until `settle`: the claim is being written. */
  assume(spec: VmSpec, host: string): void {
    this.#assumed.set(spec.key, host);
    this.scheduler.assume(spec, host);
  }

  /** The write ended; from now on the cache says what counts. */
  settle(vm: XenVM): void {
    this.#assumed.delete(vm.metadata.uid ?? '');
    this.markVm(keyOf(vm.metadata));
  }

  specOf(vm: XenVM): VmSpec {
    const uuid = uuidOf(vm);
    const host = vm.status?.placement?.host;
    const order = host === undefined ? undefined : this.#world.domains.get(`${hostNamespace(host)}/${uuid}`);
    return vmSpec(vm, this.#fleet.resolutionOf(vm), order);
  }

  /** Brings over what changed. */
  flush(): void {
    for (const name of this.#dirtyPools) this.scheduler.updatePool(poolPolicy(name, this.#world.pools.get(name)));
    this.#dirtyPools.clear();
    for (const name of this.#dirtyHosts) this.#bringHost(name);
    this.#dirtyHosts.clear();
    for (const key of this.#dirtyVms) this.#bringVm(key);
    this.#dirtyVms.clear();
  }

  /** What a host calls an orphan, or an order that no claim counted, stops being one when it is claimed there. */
  #markClaimed(vm: XenVM): void {
    const host = vm.status?.placement?.host;
    if (host === undefined) return;
    const uuid = uuidOf(vm);
    const isKnown =
      this.#world.domains.get(`${hostNamespace(host)}/${uuid}`) !== undefined ||
      this.#world.agents.byIndex('uuid', uuid).some(({ metadata }) => metadata.name === host);
    if (isKnown) this.markHost(host);
  }

  /** Disks that a host keeps are its own account until their VM is placed, and again when it is gone. */
  #markKeepers(before: XenVM | undefined, after: XenVM | undefined): void {
    const vm = after ?? before;
    if (vm === undefined || before?.status?.placement?.host === after?.status?.placement?.host) return;
    for (const { metadata } of this.#world.agents.byIndex('retained', uuidOf(vm))) this.markHost(metadata.name);
  }

  /** An order that a claim counts is the VM's account; any other is the host's. */
  #markOrder(order: XenDomain): void {
    this.markVm(`${order.spec.vm.namespace}/${order.spec.vm.name}`);
    const host = hostOfNamespace(order.metadata.namespace ?? '') ?? '';
    if (!this.#isClaimed(order.metadata.name, host)) this.markHost(host);
  }

  #bringHost(name: string): void {
    const host = this.#world.hosts.get(name);
    const view = this.#fleet.view(name);
    if (host === undefined || view === undefined) {
      this.scheduler.removeHost(name);
      this.#known.delete(name);
      return;
    }
    const terms = (pool: string): PoolTerms | undefined => poolTerms(this.#world.storagePools.get(pool));
    const strayOrders = this.#world.domains
      .byIndex('namespace', hostNamespace(name))
      .filter((order) => !isRetired(order) && !this.#isClaimed(order.metadata.name, name));
    const isClaimed = (uuid: string): boolean => this.#isClaimed(uuid, name);
    const isPlaced = (uuid: string): boolean =>
      this.#world.vms.byIndex('uuid', uuid).some((vm) => vm.status?.placement !== undefined);
    const agent = this.#fleet.agent(name);
    this.scheduler.updateHost(hostState({ host, view, agent, terms, strayOrders, isClaimed, isPlaced }));
    if (this.#known.has(name)) return;
    this.#known.add(name);
    for (const vm of this.#world.vms.byIndex('host', name)) this.markVm(keyOf(vm.metadata));
  }

  #isClaimed(uuid: string, host: string): boolean {
    return this.#world.vms.byIndex('uuid', uuid).some((vm) => vm.status?.placement?.host === host);
  }

  #bringVm(key: string): void {
    const vm = this.#world.vms.get(key);
    const uid = vm?.metadata.uid;
    const before = this.#uids.get(key);
    if (before !== undefined && before !== uid) this.scheduler.forget(before);
    if (vm === undefined || uid === undefined) {
      this.#uids.delete(key);
      return;
    }
    this.#uids.set(key, uid);
    const host = vm.status?.placement?.host ?? this.#assumed.get(uid);
    if (host === undefined || !this.#known.has(host)) this.scheduler.forget(uid);
    else this.scheduler.assume(this.specOf(vm), host);
  }
}
