/** The wires between caches and queues: which change of which cache makes which object be looked at. */
import type { XenAgent, XenDomain, XenPool } from '../../crds/generated/types';
import { keyOf } from '../../common/kube/types';
import { hostOfNamespace } from '../../common/names';
import type { StoreChange } from '../runtime/store';
import type { WorkQueue } from '../runtime/workqueue';
import { contested, heldByOrder, type Contested } from './vm/contested';
import type { HostDirectory } from './host-directory';
import type { Ledger } from './placement/ledger';
import type { Placement } from './placement/placement';
import { watchPools } from './pool/controller';
import type { Caches } from './caches';

export interface WiresOptions {
  readonly caches: Caches;
  readonly directory: HostDirectory;
  readonly ledger: Ledger;
  readonly placement: Placement;
  readonly queues: { readonly vm: WorkQueue; readonly host: WorkQueue; readonly pool: WorkQueue };
}

/** A change of the roster reaches the agents in one go. */
const ROSTER_DELAY_MS = 2000;

export class Wires {
  readonly #options: WiresOptions;
  readonly #undo: (() => void)[] = [];
  readonly #hostStates = new Map<string, string>();

  constructor(options: WiresOptions) {
    this.#options = options;
  }

  stop(): void {
    for (const undo of this.#undo) undo();
  }

  start(): void {
    const { caches } = this.#options;
    this.#undo.push(
      ...watchPools(caches, this.#options.queues.pool),
      caches.pools.onChange((change) => this.#rulesChanged(change)),
      caches.vms.onChange((change) => {
        this.#options.queues.vm.add(change.key);
        this.#holdersChanged(contested(change));
        if (change.type !== 'added') this.#options.placement.wake();
      }),
      caches.domains.onChange((change) => {
        const order = 'object' in change ? change.object : change.old;
        this.#options.queues.vm.add(vmOf(order));
        if (change.type !== 'updated') this.#holdersChanged(heldByOrder(order));
        if (change.type === 'deleted') this.#options.placement.wake();
      }),
      caches.agents.onChange((change) => this.#agentChanged(change)),
      caches.hosts.onChange((change) => {
        this.#options.queues.host.add(change.key);
        if (change.type !== 'updated') this.allHosts(ROSTER_DELAY_MS);
        this.lookAt(change.key);
        this.#options.placement.wake();
      }),
      caches.namespaces.onChange((change) => {
        const host = hostOfNamespace(change.key);
        if (host === undefined) this.#vmsOf('namespace', change.key);
        else this.#hostChanged(host);
      }),
      caches.leases.onChange((change) => {
        const host = hostOfNamespace(change.key.split('/')[0] ?? '');
        if (host !== undefined) this.lookAt(host);
      }),
      caches.classes.onChange((change) => this.#vmsOf('class', change.key)),
      caches.storagePools.onChange((change) => {
        this.#vmsOf('storagePool', change.key);
        this.allHosts();
      }),
      caches.networks.onChange((change) => {
        this.#vmsOf('network', change.key);
        this.allHosts();
      }),
    );
  }

  /** Other rules, other answers for whoever waits; what a pool's page shows changes nothing. */
  #rulesChanged(change: StoreChange<XenPool>): void {
    if (change.type === 'updated' && change.old.metadata.generation === change.object.metadata.generation) return;
    this.#options.placement.wake();
  }

  /** What the host told before and does not tell any more counts as much as what it tells now. */
  #agentChanged(change: StoreChange<XenAgent>): void {
    const told = new Set<string>();
    for (const agent of ['old' in change && change.old, 'object' in change && change.object]) {
      if (agent === false) continue;
      this.#hostChanged(agent.metadata.name);
      for (const { uuid } of [...(agent.status?.domains ?? []), ...(agent.status?.records ?? [])]) told.add(uuid);
    }
    for (const uuid of told) this.#vmsOf('uuid', uuid);
    this.#pendingVms();
  }

  /** A conflict that begins, or is over, is looked at by all who take part in it. */
  #holdersChanged({ uuids, macs }: Contested): void {
    for (const uuid of uuids) this.#vmsOf('uuid', uuid);
    for (const mac of macs) this.#vmsOf('mac', mac);
  }

  /** Whoever waits for a report may go on now. */
  #pendingVms(): void {
    this.#vmsOf('unsettled', 'yes');
    this.#options.placement.wake();
  }

  #hostChanged(host: string): void {
    this.#options.queues.host.add(host);
    this.#options.ledger.markHost(host);
    this.lookAt(host);
  }

  /** If the host looks different from before, all that depends on it is looked at again. */
  lookAt(host: string): void {
    if (!this.#stateChanged(host)) return;
    this.#options.queues.host.add(host);
    this.#options.ledger.markHost(host);
    this.#vmsOf('host', host);
    this.#pendingVms();
  }

  /** True where the host looks different from when we last asked. */
  #stateChanged(host: string): boolean {
    const view = this.#options.directory.view(host);
    const state = JSON.stringify(view ?? null);
    if (this.#hostStates.get(host) === state) return false;
    this.#hostStates.set(host, state);
    return true;
  }

  #vmsOf(index: string, value: string): void {
    for (const vm of this.#options.caches.vms.byIndex(index, value)) this.#options.queues.vm.add(keyOf(vm.metadata));
  }

  /** Every host is looked at anew. */
  allHosts(delayMs = 0): void {
    for (const host of this.#options.caches.hosts.all())
      this.#options.queues.host.addAfter(host.metadata.name, delayMs);
  }
}

export function vmOf(order: XenDomain): string {
  return `${order.spec.vm.namespace}/${order.spec.vm.name}`;
}
