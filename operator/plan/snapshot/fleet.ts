/**
 * From the objects of a fleet to the scheduler's snapshot. All go this one way: the operator with
 * its caches, the command line with manifests or a live cluster. Pure.
 */
import type { XenAgent, XenDomain, XenHost, XenStoragePool, XenVM } from '../../../crds/generated/types';
import type { HostState, VmSpec } from '../../../scheduler';
import { retainedBy, withKnownDisks } from '../vm/disks';
import { isOwn, isRetired, type HostView, type PlacedOrder } from '../vm/facts';
import { reportedBy } from '../vm/reservation';
import { uuidOf, type Resolution } from '../vm/resolve';
import { hostState, poolTerms } from './host';
import { vmSpec, type Floors } from './vm';

/** Where the objects are looked up. */
export interface FleetObjects {
  readonly agent: (host: string) => XenAgent | undefined;
  readonly storagePool: (name: string) => XenStoragePool | undefined;
  /** Orders in the namespace of a host. */
  readonly ordersOn: (host: string) => readonly XenDomain[];
  /** Orders of a UUID, on whatever host, sorted by host. */
  readonly ordersOf: (uuid: string) => readonly PlacedOrder[];
  readonly vmsOf: (uuid: string) => readonly XenVM[];
  /** Reports of hosts that keep disks of this UUID. */
  readonly keepersOf: (uuid: string) => readonly XenAgent[];
}

export function hostSnapshot(objects: FleetObjects, host: XenHost, view: HostView): HostState {
  const { name } = host.metadata;
  const hostsOf = (uuid: string): (string | undefined)[] =>
    objects.vmsOf(uuid).map(({ status }) => status?.placement?.host);
  const isClaimed = (uuid: string): boolean => hostsOf(uuid).includes(name);
  return hostState({
    host,
    view,
    agent: objects.agent(name),
    terms: (pool) => poolTerms(objects.storagePool(pool)),
    strayOrders: objects.ordersOn(name).filter((order) => !isRetired(order) && !isClaimed(order.metadata.name)),
    isClaimed,
    isPlaced: (uuid) => hostsOf(uuid).some((at) => at !== undefined),
  });
}

/** Turns `resolution` (what the names in the spec mean) into one with disks where they exist. */
export function resolutionWithDisks(objects: FleetObjects, vm: XenVM, resolution: Resolution): Resolution {
  const uuid = uuidOf(vm);
  const orders = objects.ordersOf(uuid).filter(({ order }) => isOwn(vm, order.spec.vm));
  const retained = objects.keepersOf(uuid).flatMap((agent) => retainedBy(agent, uuid));
  return withKnownDisks(resolution, { vm, orders, retained });
}

/** The order of the host that a VM is claimed on. */
export function claimedOrder(objects: FleetObjects, vm: XenVM): XenDomain | undefined {
  const host = vm.status?.placement?.host;
  return objects.ordersOf(uuidOf(vm)).find((placed) => placed.host === host)?.order;
}

/** `assumed`: what is being reserved for the VM while the claim is written. */
export function vmSnapshot(
  objects: FleetObjects,
  vm: XenVM,
  resolution: Resolution,
  assumed?: Floors['assumed'],
): VmSpec {
  const host = vm.status?.placement?.host;
  const reported = host === undefined ? undefined : reportedBy(objects.agent(host), uuidOf(vm));
  return vmSpec(vm, resolution, claimedOrder(objects, vm), { reported, assumed });
}
