/**
 * From what a tenant names (class, pools, networks) to what is granted, or to the reason why it is
 * not. Pure.
 */
import type { XenNetwork, XenPool, XenStoragePool, XenVM, XenVMClass } from '../../../crds/generated/types';
import { defined } from '../../../common/defined';
import { MIB } from '../../../common/memory';
import { derivedMac } from '../../../common/names';
import { parseBytes, QuantityError, type QuantityBounds } from '../../../common/quantity';
import { Gate } from './gate';
import type { Problem } from './problem';

/** What names mean, looked up in the caches. */
export interface Catalog {
  readonly vmClass: (name: string) => XenVMClass | undefined;
  readonly hostPools: () => readonly XenPool[];
  readonly network: (name: string) => XenNetwork | undefined;
  readonly storagePool: (name: string) => XenStoragePool | undefined;
  /** Labels of a namespace. Undefined if it is not known. */
  readonly namespaceLabels: (name: string) => Readonly<Record<string, string>> | undefined;
}

export interface WantedDisk {
  readonly name: string;
  readonly device: string;
  readonly sizeBytes: number;
  readonly pool: string;
  readonly path: string;
  readonly driver: 'file';
  readonly locality: 'local' | 'replicated' | 'shared';
  readonly image?: string;
  readonly readOnly: boolean;
  /** The disk exists, so nobody makes it again. */
  readonly made?: boolean;
  /** The host that holds it, if its pool is local. */
  readonly madeOn?: string;
  /** All hosts that claim to hold it. If there are more than one, nobody may choose. */
  readonly hosts?: readonly string[];
  /** Where the pool is now, if the disk is in another folder: it stays where it was made. */
  readonly poolPath?: string;
}

export interface WantedNetwork {
  readonly name: string;
  readonly network: string;
  readonly bridge: string;
  readonly mac: string;
}

export interface Wanted {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly dedicated: boolean;
  /** The guest has a device model, a QEMU process in Dom0. */
  readonly hvm: boolean;
  readonly priority: number;
  readonly cpuWeight?: number;
  readonly cpuCapPercent?: number;
  readonly classUID?: string;
  readonly disks: readonly WantedDisk[];
  readonly networks: readonly WantedNetwork[];
  /** Host pools that the VM's namespace may not use. */
  readonly deniedPools?: readonly string[];
}

export type Resolution = { readonly wanted: Wanted } | { readonly problem: Problem };

const isProblem = (value: object | number): value is Problem => typeof value === 'object' && 'reason' in value;
const toMiB = (bytes: number): number => Math.ceil(bytes / MIB);

const MISSING = 'create it, or name one that exists';

/** The bounds of the schema once more, since an object may be older than they are. */
const MEMORY: QuantityBounds = { min: '8Mi', max: '8Ti' };
const DISK: QuantityBounds = { min: '1Mi', max: '64Ti' };

/** A quantity that cannot be used is a problem of the VM that names it. */
function readBytes(field: string, quantity: string | number, bounds: QuantityBounds): number | Problem {
  try {
    return parseBytes(quantity, bounds);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return { reason: 'InvalidSpec', message: `${field}: ${error.message}`, stalled: true };
  }
}

type Size = Omit<Wanted, 'hvm' | 'disks' | 'networks' | 'deniedPools'>;

function sizeOf(vm: XenVM, catalog: Catalog, gate: Gate): Size | Problem {
  const { className, resources } = vm.spec;
  if (resources !== undefined) {
    const memory = readBytes('spec.resources.memory', resources.memory, MEMORY);
    if (isProblem(memory)) return memory;
    return { vcpus: resources.vcpus, memoryMiB: toMiB(memory), dedicated: false, priority: 0 };
  }
  const vmClass = catalog.vmClass(className ?? '');
  if (vmClass === undefined) {
    return { reason: 'ClassNotFound', message: `spec.className: there is no XenVMClass "${className}"; ${MISSING}` };
  }
  const { allowedNamespaces } = vmClass.spec;
  const refused = gate.refuse(allowedNamespaces, 'ClassNotAllowed', 'spec.className', `XenVMClass "${className}"`);
  if (refused !== undefined) return refused;
  const memory = readBytes(`spec.className: spec.memory of XenVMClass "${className}"`, vmClass.spec.memory, MEMORY);
  if (isProblem(memory)) return memory;
  const { vcpus, dedicated = false, priority = 0, cpuWeight, cpuCapPercent } = vmClass.spec;
  const classUID = vmClass.metadata.uid;
  return defined({ vcpus, memoryMiB: toMiB(memory), dedicated, priority, cpuWeight, cpuCapPercent, classUID });
}

function disksOf(vm: XenVM, catalog: Catalog, gate: Gate): WantedDisk[] | Problem {
  const disks: WantedDisk[] = [];
  for (const disk of vm.spec.disks ?? []) {
    const field = `spec.disks[${disk.name}].pool`;
    const pool = catalog.storagePool(disk.pool);
    if (pool === undefined) {
      return {
        reason: 'StoragePoolNotFound',
        message: `${field}: there is no XenStoragePool "${disk.pool}"; ${MISSING}`,
      };
    }
    const what = `XenStoragePool "${disk.pool}"`;
    const refused = gate.refuse(pool.spec.allowedNamespaces, 'StoragePoolNotAllowed', field, what);
    if (refused !== undefined) return refused;
    const sizeBytes = readBytes(`spec.disks[${disk.name}].size`, disk.size, DISK);
    if (isProblem(sizeBytes)) return sizeBytes;
    const { name, device, image, readOnly = false } = disk;
    const { path, driver, locality } = pool.spec;
    disks.push(defined({ name, device, sizeBytes, pool: disk.pool, path, driver, locality, readOnly, image }));
  }
  return disks;
}

function networksOf(vm: XenVM, uuid: string, catalog: Catalog, gate: Gate): WantedNetwork[] | Problem {
  const networks: WantedNetwork[] = [];
  for (const item of vm.spec.networks ?? []) {
    const field = `spec.networks[${item.name}].network`;
    const network = catalog.network(item.network);
    if (network === undefined) {
      return { reason: 'NetworkNotFound', message: `${field}: there is no XenNetwork "${item.network}"; ${MISSING}` };
    }
    const what = `XenNetwork "${item.network}"`;
    const refused = gate.refuse(network.spec.allowedNamespaces, 'NetworkNotAllowed', field, what);
    if (refused !== undefined) return refused;
    const mac = macOf(item, uuid);
    networks.push({ name: item.name, network: item.network, bridge: network.spec.bridge, mac });
  }
  return networks;
}

type Network = NonNullable<XenVM['spec']['networks']>[number];

const macOf = (item: Network, uuid: string): string => item.mac ?? derivedMac(uuid, item.name);

/** The MAC addresses that a VM asks for, given or derived: both are used on its networks. */
export function macsOf(vm: XenVM, uuid: string): { readonly network: string; readonly mac: string }[] {
  return (vm.spec.networks ?? []).map((item) => ({ network: item.name, mac: macOf(item, uuid) }));
}

/** The first thing that is wrong or, if nothing is, everything that is granted. */
export function resolve(vm: XenVM, uuid: string, catalog: Catalog): Resolution {
  const { namespace = '' } = vm.metadata;
  const gate = new Gate(namespace, catalog.namespaceLabels(namespace));
  const size = sizeOf(vm, catalog, gate);
  if (isProblem(size)) return { problem: size };
  const deniedPools = gate.deniedPools(catalog.hostPools());
  const refused = gate.refuseImages(vm) ?? gate.refusePool(vm, deniedPools);
  if (refused !== undefined) return { problem: refused };
  const disks = disksOf(vm, catalog, gate);
  if (isProblem(disks)) return { problem: disks };
  const networks = networksOf(vm, uuid, catalog, gate);
  if (isProblem(networks)) return { problem: networks };
  const hvm = vm.spec.type === 'hvm';
  return { wanted: { ...size, hvm, disks, networks, ...(deniedPools.length > 0 && { deniedPools }) } };
}

/**
 * The UUID of the domain, for good: from the status once it is written, else from spec.identity,
 * else the UID of the object.
 */
export function uuidOf(vm: XenVM): string {
  return vm.status?.domainUUID ?? vm.spec.identity?.uuid ?? vm.metadata.uid ?? '';
}
