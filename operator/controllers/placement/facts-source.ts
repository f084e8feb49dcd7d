/**
 * Gathers from the caches what a plan about one VM may know. It sorts by owner, without judging.
 */
import type { XenAgent, XenDomain, XenVM } from '../../../crds/generated/types';
import { hostNamespace, hostOfNamespace } from '../../../common/names';
import { keyOf } from '../../../common/kube/types';
import { resolutionWithDisks, type FleetObjects } from '../../plan/snapshot/fleet';
import { retainedBy, withKnownDisks } from '../../plan/vm/disks';
import {
  isOwn,
  isRetired,
  type HostView,
  type MacUse,
  type Namesake,
  type PlacedOrder,
  type Rival,
  type Sighting,
  type VmFacts,
} from '../../plan/vm/facts';
import { handedOver } from '../../plan/vm/operation';
import { reportedBy, type Reported } from '../../plan/vm/reservation';
import { macsOf, resolve, uuidOf, type Catalog, type Resolution } from '../../plan/vm/resolve';
import { namesakesOf, sightingOf } from '../../plan/vm/sighting';
import { OPEN, type BrakeWord } from '../../plan/brake';
import type { HostDirectory } from '../frame/host-directory';
import type { Caches } from '../frame/caches';
import { VouchedClaims } from './vouched-claims';

/** Says whether a deleted VM is one of too many at once. */
export interface BrakeSource {
  of(vm: XenVM): BrakeWord;
}

const NO_BRAKE: BrakeSource = { of: () => OPEN };

export class VmFactsSource {
  readonly #caches: Caches;
  readonly #directory: HostDirectory;
  readonly #brake: BrakeSource;
  /** Needed at every look at a VM, so it is found once per object and state of the catalogue. */
  readonly #resolutions = new WeakMap<XenVM, { readonly state: string; readonly resolution: Resolution }>();
  readonly #catalog: Catalog;
  readonly #vouched = new VouchedClaims();
  readonly #undo: () => void;
  /** The caches in the form in which a snapshot looks things up. */
  readonly objects: FleetObjects;

  constructor(caches: Caches, directory: HostDirectory, brake: BrakeSource = NO_BRAKE) {
    this.#caches = caches;
    this.#directory = directory;
    this.#brake = brake;
    this.#catalog = {
      vmClass: (name) => caches.vmClasses.get(name),
      hostPools: () => caches.pools.all(),
      network: (name) => caches.networks.get(name),
      storagePool: (name) => caches.storagePools.get(name),
      // A namespace that nobody knows yet is not one without labels.
      namespaceLabels: (name) => {
        const known = caches.namespaces.get(name);
        return known && (known.metadata.labels ?? {});
      },
    };
    this.#undo = caches.vms.onChange((change) => {
      if (change.type === 'deleted') this.#vouched.forget(change.old.metadata.uid ?? '');
    });
    this.objects = {
      agent: (host) => directory.agent(host),
      storagePool: (name) => caches.storagePools.get(name),
      ordersOn: (host) => caches.domains.byIndex('namespace', hostNamespace(host)),
      ordersOf: (uuid) => this.#ordersOf(uuid),
      vmsOf: (uuid) => caches.vms.byIndex('uuid', uuid),
      keepersOf: (uuid) => this.#keepersOf(uuid),
    };
  }

  stop(): void {
    this.#undo();
  }

  /** Everything known that bears on one VM. */
  of(vm: XenVM, unplaced: VmFacts['unplaced']): VmFacts {
    const facts = this.#gather(vm, unplaced);
    return { ...facts, vouched: this.#vouched.isVouched(facts) };
  }

  /** To be called when this claim was written in this term. */
  vouchFor(vm: XenVM): void {
    this.#vouched.note(vm);
  }

  /** To be called when the cached claims may not be the newest. */
  forgetVouched(): void {
    this.#vouched.clear();
  }

  #gather(vm: XenVM, unplaced: VmFacts['unplaced']): Omit<VmFacts, 'vouched'> {
    const uuid = uuidOf(vm);
    const [orders, foreignOrders] = partition(this.#ordersOf(uuid), ({ order }) => isOwn(vm, order.spec.vm));
    const [sightings, foreignSightings] = partition(this.#sightingsOf(uuid), (seen) => isOwn(vm, seen));
    const retained = this.#keepersOf(uuid)
      .flatMap((agent) => retainedBy(agent, uuid))
      .sort(byHost);
    const resolution = withKnownDisks(this.#catalogued(vm), { vm, orders, retained });
    const named = [...orders, ...foreignOrders, ...sightings].map(({ host }) => host);
    const kept = 'wanted' in resolution ? resolution.wanted.disks.map(({ madeOn }) => madeOn) : [];
    return {
      vm,
      uuid,
      fleetID: this.#directory.fleetID,
      resolution,
      orders,
      foreignOrders,
      hosts: this.#viewsOf([vm.status?.placement?.host, ...named, ...kept]),
      unreported: this.#directory.unreported(),
      sightings,
      foreignSightings,
      retained,
      rivals: this.#rivalsOf(vm, uuid),
      namesakes: this.#namesakesOf(vm, uuid),
      macUses: this.#macUsesOf(vm, uuid),
      fresh: this.#caches.isFresh(vm),
      reported: this.#reportedOf(vm, uuid),
      operation: handedOver(vm, this.#caches.vmOperations.byIndex('vm', keyOf(vm.metadata)), orders),
      brake: vm.metadata.deletionTimestamp === undefined ? OPEN : this.#brake.of(vm),
      unplaced,
    };
  }

  /** What the names in a VM's spec mean now, and which of its disks exist. */
  resolutionOf(vm: XenVM): Resolution {
    return resolutionWithDisks(this.objects, vm, this.#catalogued(vm));
  }

  #catalogued(vm: XenVM): Resolution {
    const { vmClasses, pools, networks, storagePools, namespaces } = this.#caches;
    const state = [vmClasses, pools, networks, storagePools, namespaces].map((store) => store.generation).join('/');
    const known = this.#resolutions.get(vm);
    if (known?.state === state) return known.resolution;
    const resolution = resolve(vm, uuidOf(vm), this.#catalog);
    this.#resolutions.set(vm, { state, resolution });
    return resolution;
  }

  /** The status of an order is dropped if its host is quarantined. */
  #ordersOf(uuid: string): PlacedOrder[] {
    const placed = this.#caches.domains.byIndex('uuid', uuid).flatMap((order): PlacedOrder[] => {
      const host = hostOfNamespace(order.metadata.namespace ?? '');
      if (host === undefined) return [];
      const isBelieved = this.#caches.hosts.get(host)?.spec.quarantined !== true;
      return [{ host, order: isBelieved ? order : withoutStatus(order) }];
    });
    return placed.sort(byHost);
  }

  /** Agents of hosts that keep disks of the UUID. A disk outlives a report, so old ones count. */
  #keepersOf(uuid: string): XenAgent[] {
    const isBelieved = ({ metadata }: XenAgent): boolean =>
      this.#caches.hosts.get(metadata.name)?.spec.quarantined !== true;
    return this.#caches.agents.byIndex('retained', uuid).filter(isBelieved);
  }

  #sightingsOf(uuid: string): Sighting[] {
    const heard = this.#caches.agents.byIndex('uuid', uuid).filter((agent) => this.#directory.isHeard(agent));
    return heard.map((agent) => sightingOf(agent, uuid)).sort(byHost);
  }

  /** What a host reports that the domain of this UUID may use there. */
  reportedAt(host: string, uuid: string): Reported | undefined {
    return reportedBy(this.#directory.agent(host), uuid);
  }

  #reportedOf(vm: XenVM, uuid: string): Reported | undefined {
    const host = vm.status?.placement?.host;
    return host === undefined ? undefined : this.reportedAt(host, uuid);
  }

  #viewsOf(names: readonly (string | undefined)[]): Record<string, HostView> {
    const views: Record<string, HostView> = {};
    for (const name of names) {
      const view = name === undefined || name in views ? undefined : this.#directory.view(name);
      if (view !== undefined) views[view.name] = view;
    }
    return views;
  }

  #rivalsOf(vm: XenVM, uuid: string): Rival[] {
    const others = this.#caches.vms.byIndex('uuid', uuid).filter((other) => other.metadata.uid !== vm.metadata.uid);
    return others.map(rivalOf);
  }

  #namesakesOf(vm: XenVM, uuid: string): Namesake[] {
    const { namespace = '', name } = vm.metadata;
    const heard = this.#caches.agents
      .byIndex('vm', keyOf(vm.metadata))
      .filter((agent) => this.#directory.isHeard(agent));
    return heard.flatMap((agent) => namesakesOf(agent, { namespace, name }, uuid)).sort(byHost);
  }

  #macUsesOf(vm: XenVM, uuid: string): MacUse[] {
    return macsOf(vm, uuid).flatMap(({ network, mac }) => {
      const rivals = this.#caches.vms.byIndex('mac', mac).filter((other) => other.metadata.uid !== vm.metadata.uid);
      const orders = this.#caches.domains
        .byIndex('mac', mac)
        .filter((order) => !isOwn(vm, order.spec.vm) && !isRetired(order));
      const asked = rivals.map((other): MacUse => {
        const granted = (other.status?.networks ?? []).some((item) => item.mac === mac);
        return { mac, network, rival: rivalOf(other), granted };
      });
      const held = orders.map(({ spec }): MacUse => {
        const isOrdered = spec.networks?.some((item) => item.mac === mac) === true;
        // What only an agent says takes the address from nobody.
        return { mac, network, rival: undefined, granted: true, ...(!isOrdered && { remembered: true }) };
      });
      return [...asked, ...held, ...this.#rememberedUses(vm, mac, network)];
    });
  }

  /** By domains that have no order, such as those that a restored backup does not know. */
  #rememberedUses(vm: XenVM, mac: string, network: string): MacUse[] {
    const heard = this.#caches.agents.byIndex('mac', mac).filter((agent) => this.#directory.isHeard(agent));
    const records = heard.flatMap(({ status }) => status?.records ?? []);
    const others = records.filter((record) => record.macs?.includes(mac) === true && !isOwn(vm, record));
    return others.map(() => ({ mac, network, rival: undefined, granted: true, remembered: true }));
  }
}

function rivalOf({ metadata, status }: XenVM): Rival {
  const { namespace = '', name, uid = '', creationTimestamp: createdAt = '' } = metadata;
  return { namespace, name, uid, createdAt, placed: status?.placement !== undefined };
}

function withoutStatus({ status: _status, ...order }: XenDomain): XenDomain {
  return order;
}

const byHost = (a: { host: string }, b: { host: string }): number => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0);

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
