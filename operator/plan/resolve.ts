/** From what a tenant names (class, pools, networks) to what is granted, or to the reason why not. Pure. */
import type { XenNetwork, XenStoragePool, XenVM, XenVMClass } from '../../crds/generated/types';
import { defined } from '../../common/defined';
import { MIB } from '../../common/memory';
import { derivedMac } from '../../common/names';
import { parseBytes } from '../../common/quantity';
import type { VMReason } from '../../common/reasons';
import { matchesSelector, type LabelSelector } from '../../scheduler';

/** What names mean; looked up in the caches. */
export interface Catalog {
  readonly vmClass: (name: string) => XenVMClass | undefined;
  readonly network: (name: string) => XenNetwork | undefined;
  readonly storagePool: (name: string) => XenStoragePool | undefined;
  /** Labels of a namespace; undefined where it is not known. */
  readonly namespaceLabels: (name: string) => Readonly<Record<string, string>> | undefined;
}

export interface WantedDisk {
  readonly name: string;
  readonly device: string;
  readonly sizeBytes: number;
  readonly pool: string;
  readonly path: string;
  readonly locality: 'local' | 'replicated' | 'shared';
  readonly image?: string;
  readonly readOnly: boolean;
  /** It exists: nobody makes it again. */
  readonly made?: boolean;
  /** The host that holds it, if its pool is local. */
  readonly madeOn?: string;
  /** All hosts that say so; more than one is nobody's to choose from. */
  readonly hosts?: readonly string[];
  /** Where the pool is now, if the disk is in another folder: a disk stays where it was made. */
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
  readonly priority: number;
  readonly cpuWeight?: number;
  readonly cpuCapPercent?: number;
  readonly classUID?: string;
  readonly disks: readonly WantedDisk[];
  readonly networks: readonly WantedNetwork[];
}

export interface Problem {
  readonly reason: VMReason;
  readonly message: string;
}

export type Resolution = { readonly wanted: Wanted } | { readonly problem: Problem };

const MISSING = 'create it, or name one that exists';

function allowed(
  rule: { from: 'All' | 'Selector'; selector?: LabelSelector },
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  if (rule.from === 'All') return true;
  return rule.selector !== undefined && labels !== undefined && matchesSelector(rule.selector, labels);
}

const toMiB = (quantity: string | number): number => Math.ceil(parseBytes(quantity) / MIB);

type Size = Omit<Wanted, 'disks' | 'networks'>;

function sizeOf(vm: XenVM, catalog: Catalog): Size | Problem {
  const { className, resources } = vm.spec;
  if (resources !== undefined) {
    return { vcpus: resources.vcpus, memoryMiB: toMiB(resources.memory), dedicated: false, priority: 0 };
  }
  const vmClass = catalog.vmClass(className ?? '');
  if (vmClass === undefined) {
    return { reason: 'ClassNotFound', message: `spec.className: there is no XenVMClass "${className}"; ${MISSING}` };
  }
  const { vcpus, memory, dedicated = false, priority = 0, cpuWeight, cpuCapPercent } = vmClass.spec;
  const classUID = vmClass.metadata.uid;
  return defined({ vcpus, memoryMiB: toMiB(memory), dedicated, priority, cpuWeight, cpuCapPercent, classUID });
}

function disksOf(vm: XenVM, catalog: Catalog): WantedDisk[] | Problem {
  const labels = catalog.namespaceLabels(vm.metadata.namespace ?? '');
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
    if (!allowed(pool.spec.allowedNamespaces, labels)) {
      return {
        reason: 'StoragePoolNotAllowed',
        message: `${field}: XenStoragePool "${disk.pool}" does not allow namespace "${vm.metadata.namespace}"; ask its administrator, or name another`,
      };
    }
    const { name, device, image, readOnly = false } = disk;
    const { path, locality } = pool.spec;
    disks.push(
      defined({ name, device, sizeBytes: parseBytes(disk.size), pool: disk.pool, path, locality, readOnly, image }),
    );
  }
  return disks;
}

function networksOf(vm: XenVM, uuid: string, catalog: Catalog): WantedNetwork[] | Problem {
  const labels = catalog.namespaceLabels(vm.metadata.namespace ?? '');
  const networks: WantedNetwork[] = [];
  for (const item of vm.spec.networks ?? []) {
    const field = `spec.networks[${item.name}].network`;
    const network = catalog.network(item.network);
    if (network === undefined) {
      return { reason: 'NetworkNotFound', message: `${field}: there is no XenNetwork "${item.network}"; ${MISSING}` };
    }
    if (!allowed(network.spec.allowedNamespaces, labels)) {
      return {
        reason: 'NetworkNotAllowed',
        message: `${field}: XenNetwork "${item.network}" does not allow namespace "${vm.metadata.namespace}"; ask its administrator, or name another`,
      };
    }
    const mac = item.mac ?? derivedMac(uuid, item.name);
    networks.push({ name: item.name, network: item.network, bridge: network.spec.bridge, mac });
  }
  return networks;
}

const isProblem = (value: object): value is Problem => 'reason' in value;

/** The first thing that is wrong, in the order of the fields; everything granted otherwise. */
export function resolve(vm: XenVM, uuid: string, catalog: Catalog): Resolution {
  const size = sizeOf(vm, catalog);
  if (isProblem(size)) return { problem: size };
  const disks = disksOf(vm, catalog);
  if (isProblem(disks)) return { problem: disks };
  const networks = networksOf(vm, uuid, catalog);
  if (isProblem(networks)) return { problem: networks };
  return { wanted: { ...size, disks, networks } };
}

/** Who the domain is, for good: the status once it is written, else what the user gave, else the object itself. */
export function uuidOf(vm: XenVM): string {
  return vm.status?.domainUUID ?? vm.spec.identity?.uuid ?? vm.metadata.uid ?? '';
}
