/** Marks the objects whose account may have changed since the ledger was brought up to date. */
import type { XenAgent, XenDomain, XenVM } from '../../../crds/generated/types';
import { keyOf } from '../../../common/kube/types';
import { hostNamespace, hostOfNamespace } from '../../../common/names';
import { uuidOf } from '../../plan/vm/resolve';
import { sameSpec } from '../../plan/same';
import type { Caches } from '../frame/caches';
import { whoMayChanged } from '../frame/rules';
import { sides } from '../frame/watch';

export type MarkedKind = 'XenPool' | 'XenHost' | 'XenVM';

/** Whether a claim on this host counts the UUID. */
function isClaimedOn(caches: Caches, uuid: string, host: string): boolean {
  return caches.vms.byIndex('uuid', uuid).some((vm) => vm.status?.placement?.host === host);
}

const claimOf = (vm: XenVM): object => ({ uuid: uuidOf(vm), host: vm.status?.placement?.host });

export class LedgerMarks {
  readonly #caches: Caches;
  readonly #marked = { XenPool: new Set<string>(), XenHost: new Set<string>(), XenVM: new Set<string>() };
  readonly #undo: readonly (() => void)[];

  constructor(caches: Caches) {
    this.#caches = caches;
    const all = (): void => this.all();
    this.#undo = [
      caches.vms.onChange((change) => {
        this.vm(change.key);
        if (change.type === 'updated' && sameSpec(claimOf(change.old), claimOf(change.object))) return;
        for (const vm of ['old' in change && change.old, 'object' in change && change.object]) {
          if (vm === false) continue;
          this.#claimed(vm);
          this.#keepers(vm);
        }
      }),
      caches.pools.onChange((change) => {
        this.#marked.XenPool.add(change.key);
        if (whoMayChanged(change)) all();
      }),
      caches.namespaces.onChange((change) => {
        const [labels, others] = sides(change).map(({ metadata }) => metadata.labels);
        if (sameSpec(labels, others)) return;
        for (const vm of caches.vms.byIndex('namespace', change.key)) this.vm(keyOf(vm.metadata));
      }),
      caches.hosts.onChange((change) => this.host(change.key)),
      caches.agents.onChange((change) => {
        this.host(hostOfNamespace(change.key.split('/')[0] ?? '') ?? '');
        this.#reported('old' in change ? change.old : undefined, 'object' in change ? change.object : undefined);
      }),
      caches.domains.onChange((change) => this.#order('object' in change ? change.object : change.old)),
      caches.vmClasses.onChange(all),
      caches.storagePools.onChange(all),
      caches.networks.onChange(all),
    ];
    this.all();
  }

  stop(): void {
    for (const undo of this.#undo) undo();
  }

  host(name: string): void {
    if (name !== '') this.#marked.XenHost.add(name);
  }

  vm(key: string): void {
    this.#marked.XenVM.add(key);
  }

  all(): void {
    for (const pool of this.#caches.pools.all()) this.#marked.XenPool.add(pool.metadata.name);
    for (const host of this.#caches.hosts.all()) this.host(host.metadata.name);
    for (const vm of this.#caches.vms.all()) this.vm(keyOf(vm.metadata));
  }

  /** Returns the marked keys and removes their marks. */
  take(kind: MarkedKind): string[] {
    const keys = [...this.#marked[kind]];
    this.#marked[kind].clear();
    return keys;
  }

  /**
   * A claim makes the host count an orphan or a stray order there no more, and the end of a claim
   * makes it count again.
   */
  #claimed(vm: XenVM): void {
    const host = vm.status?.placement?.host;
    if (host === undefined) return;
    const uuid = uuidOf(vm);
    const isKnown =
      this.#caches.domains.get(`${hostNamespace(host)}/${uuid}`) !== undefined ||
      this.#caches.agents.byIndex('uuid', uuid).some(({ metadata }) => metadata.name === host);
    if (isKnown) this.host(host);
  }

  /** A host counts the disks that it keeps, except while their VM is placed. */
  #keepers(vm: XenVM): void {
    for (const { metadata } of this.#caches.agents.byIndex('retained', uuidOf(vm))) this.host(metadata.name);
  }

  /** A VM is counted with at least what its host reports of its domain. */
  #reported(before: XenAgent | undefined, after: XenAgent | undefined): void {
    const [old, now] = [sizesIn(before), sizesIn(after)];
    for (const uuid of new Set([...old.keys(), ...now.keys()])) {
      if (old.get(uuid) === now.get(uuid)) continue;
      for (const vm of this.#caches.vms.byIndex('uuid', uuid)) this.vm(keyOf(vm.metadata));
    }
  }

  /** An order that a claim counts is in the account of the VM, any other in that of the host. */
  #order(order: XenDomain): void {
    this.vm(`${order.spec.vm.namespace}/${order.spec.vm.name}`);
    const host = hostOfNamespace(order.metadata.namespace ?? '') ?? '';
    if (!isClaimedOn(this.#caches, order.metadata.name, host)) this.host(host);
  }
}

function sizesIn(agent: XenAgent | undefined): Map<string, string> {
  return new Map((agent?.status?.domains ?? []).map(({ uuid, vcpus, memoryMiB }) => [uuid, `${vcpus}/${memoryMiB}`]));
}
