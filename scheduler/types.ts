/**
 * The scheduler's words: plain data in, plain data out. Bytes are whole numbers (exact up to 8
 * PiB), times are milliseconds. Selectors, tolerations, affinity and spread have Kubernetes' own
 * shapes.
 */

import type { HostAffinity, LabelSelector, Labels, Taint, Toleration, TopologySpread, VmAffinity } from './shapes';

export type * from './shapes';

export type GuestType = 'pv' | 'pvh' | 'hvm';

/** This topology key is every host's own name, whether or not the label is set. */
export const HOSTNAME_KEY = 'kubernetes.io/hostname';
/** The pool of a host or VM that names none. */
export const DEFAULT_POOL = 'default';

export interface VmDisk {
  readonly pool: string;
  readonly sizeBytes: number;
  /** The host that holds the disk, once it is made in a local pool: the VM stays there. */
  readonly madeOn?: string;
  /** Already made (in any pool): it asks for no more room, and stays promised. */
  readonly made?: boolean;
  /** Bytes of a made disk that exist, if it is to grow: only the rest is asked. All if absent. */
  readonly madeBytes?: number;
}

export interface VmSpec {
  /** The UID: identity in the ledger and the last word in every order. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Labels;
  readonly type: GuestType;
  readonly vcpus: number;
  /** maxmem: the larger of what is granted and what is wanted. */
  readonly memoryBytes: number;
  /** Replaces the memory model's overhead (simulations that compare with other planners give 0). */
  readonly overheadBytes?: number;
  /** Whole physical CPUs, taken out of the shared ones. */
  readonly dedicated?: boolean;
  /** Higher goes first. */
  readonly priority?: number;
  readonly createdAtMs?: number;
  /** The host of the claim; absent while the VM is pending. */
  readonly host?: string;
  /** The target of a migration under way: the VM counts there as well. */
  readonly inboundHost?: string;
  readonly pool?: string;
  /** Pools that are not for this VM, whatever it asks for; sorted. */
  readonly deniedPools?: readonly string[];
  readonly hostSelector?: LabelSelector;
  readonly hostAffinity?: HostAffinity;
  readonly tolerations?: readonly Toleration[];
  readonly affinity?: VmAffinity;
  readonly antiAffinity?: VmAffinity;
  readonly topologySpread?: readonly TopologySpread[];
  readonly disks?: readonly VmDisk[];
  readonly networks?: readonly string[];
  /** Restarted elsewhere if its host is lost (default), and counted for hostFailuresToTolerate. */
  readonly protected?: boolean;
}

export interface HostStorage {
  readonly name: string;
  /** Room for disks that are still to be made; what is there already is taken off. */
  readonly freeBytes: number;
  /** Bytes that disks of placed VMs may have in all, made or not. If absent, all the room. */
  readonly promisableBytes?: number;
  /** `local` bytes belong to one host, others to the whole fleet: as much as the least report. */
  readonly locality: 'local' | 'replicated' | 'shared';
}

export interface HostState {
  readonly name: string;
  readonly pool?: string;
  readonly labels?: Labels;
  readonly ready: boolean;
  /** Why it is not ready, for humans: NotReady, Unknown, HostNotReporting … */
  readonly notReadyReason?: string;
  readonly cordoned?: boolean;
  readonly taints?: readonly Taint[];
  /** Nothing can be sold here, e.g. Dom0MemoryNotFixed. */
  readonly notSellableReason?: string;
  readonly totalBytes: number;
  readonly dom0Bytes: number;
  /** Kept back by the administrator, on top of Dom0 and hypervisor. */
  readonly reservedBytes?: number;
  /** Replaces the model of the hypervisor's own memory. */
  readonly hypervisorBytes?: number;
  /** Domains without our mark, and marked domains without an order: maxmem + overhead. */
  readonly foreignBytes?: number;
  readonly orphanBytes?: number;
  /** vCPUs of foreign domains and orphans. */
  readonly foreignVcpus?: number;
  readonly cpus: number;
  readonly dom0Vcpus: number;
  readonly guestTypes: readonly GuestType[];
  readonly networks?: readonly string[];
  readonly storage?: readonly HostStorage[];
  /** What Xen says is free now; only the residual is computed from it, never a decision. */
  readonly reportedFreeBytes?: number;
}

export interface PoolPolicy {
  readonly name: string;
  readonly vcpuRatio?: number;
  readonly hostFailuresToTolerate?: number;
}
export const DEFAULT_VCPU_RATIO = 4;

export interface Snapshot {
  readonly hosts: readonly HostState[];
  /** The placed VMs (`host` set) and, if wanted, pending ones, which the ledger does not count. */
  readonly vms: readonly VmSpec[];
  readonly pools?: readonly PoolPolicy[];
}

export type FilterName =
  | 'HostReady'
  | 'HostCordoned'
  | 'Taints'
  | 'HostSelector'
  | 'Pool'
  | 'GuestType'
  | 'Network'
  | 'DiskLocality'
  | 'Memory'
  | 'VCPU'
  | 'Storage'
  | 'Affinity'
  | 'AntiAffinity'
  | 'TopologySpread'
  | 'HostFailures';

export interface Shortfall {
  readonly resource: string;
  readonly unit: 'MiB' | 'vCPU' | 'pCPU' | 'VM';
  readonly amount: number;
}

/** What one filter says of one host. `unresolvable`: even without any other VM it would refuse. */
export type Verdict =
  | { readonly kind: 'ok' }
  | { readonly kind: 'unschedulable'; readonly reason: string; readonly shortfall?: Shortfall }
  | { readonly kind: 'unresolvable'; readonly reason: string; readonly shortfall?: Shortfall };
export type Refusal = Exclude<Verdict, { kind: 'ok' }>;

/** One filter's answer over all hosts. */
export interface FilterReport {
  readonly filter: FilterName;
  readonly hosts: number;
  /** Of these, hosts where nothing but a change of the host or the VM would help. */
  readonly unresolvable: number;
  /** The commonest reason (then the first by name). */
  readonly reason: string;
  /** The host that misses least, and by how much; absent where the filter has no amount. */
  readonly nearest?: { readonly host: string; readonly shortfall: Shortfall };
}

/** A loss of hosts that could not be absorbed, and the VMs (namespace.name) that would be left. */
export interface Unabsorbed {
  readonly lost: readonly string[];
  readonly left: readonly string[];
  /** Why failures of the pool are not judged, and what helps; the fields above are empty then. */
  readonly unjudged?: string;
}

export interface Explanation {
  readonly hosts: number;
  /** Hosts that no filter refuses (0 when the VM is pending for want of one). */
  readonly fitting: number;
  readonly filters: readonly FilterReport[];
  /** Hosts that a single filter alone keeps away: the cheapest things to change. */
  readonly onlyRefusedBy?: Readonly<Partial<Record<FilterName, readonly string[]>>>;
  /** The first loss that is not absorbed, if hostFailuresToTolerate alone keeps the VM out. */
  readonly unabsorbed?: Unabsorbed;
}

export type Placement = { readonly host: string } | { readonly unschedulable: Explanation };

/** The ledger's account of one host. */
export interface HostAccount {
  readonly host: string;
  readonly pool: string;
  readonly vms: number;
  readonly totalBytes: number;
  readonly dom0Bytes: number;
  readonly hypervisorBytes: number;
  readonly reservedBytes: number;
  readonly foreignBytes: number;
  readonly orphanBytes: number;
  /** maxmem + overhead of the claimed VMs, inbound ones included. */
  readonly guestBytes: number;
  readonly inboundBytes: number;
  readonly freeBytes: number;
  /** Computed minus reported free memory; positive: Xen has less than the ledger thinks. */
  readonly residualBytes?: number;
  readonly sharedVcpus: number;
  readonly dedicatedVcpus: number;
  /** Shared vCPUs that may still be placed. */
  readonly freeVcpus: number;
}

/** What the loss of some hosts of a pool would do. */
export interface HostLoss {
  readonly hosts: readonly string[];
  /** VMs to be restarted elsewhere, and what they take. */
  readonly vms: number;
  readonly bytes: number;
  /** VMs that their disks hold there: they wait for their host. */
  readonly held: number;
  /** Names (namespace.name) of the VMs that could not be restarted, and what they take. */
  readonly left: readonly string[];
  readonly leftBytes: number;
  /** Memory left on the pool's other hosts, less what is to be restarted. */
  readonly headroomBytes: number;
}

/** The ledger's account of a pool: the rules in force, and the sums over its hosts. */
export interface PoolAccount {
  readonly pool: string;
  readonly vcpuRatio: number;
  readonly hostFailuresToTolerate: number;
  readonly hosts: number;
  readonly readyHosts: number;
  readonly cpus: number;
  readonly totalBytes: number;
  readonly vms: number;
  readonly committedVcpus: number;
  readonly committedBytes: number;
  /** On hosts that take VMs: ready and not cordoned. */
  readonly freeVcpus: number;
  readonly freeBytes: number;
  readonly tolerates: 'yes' | 'no' | 'unjudged';
  /** The loss of as many hosts as are to be tolerated, at least one. Absent without hosts. */
  readonly worstLoss?: HostLoss;
  /** Why it is not judged, and what to do about it. */
  readonly unjudged?: string;
}
