/**
 * The scheduler's words: plain data in, plain data out. Bytes are whole numbers (exact up to 8
 * PiB), times are milliseconds. Selectors, tolerations, affinity and spread have Kubernetes' own
 * shapes.
 */

import type { HostAffinity, LabelSelector, Labels, Taint, Toleration, TopologySpread, VmAffinity } from './shapes';

export type * from './accounts';
export type * from './answers';
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
  /** A device model in Dom0 is kept for it, also while it is to become a guest without one. */
  readonly hvm?: boolean;
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
  /** HVM guests that Dom0 carries, if it is not to follow from its memory. */
  readonly mostHvmGuests?: number;
  /** HVM guests among foreign domains and orphans. */
  readonly foreignHvmGuests?: number;
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
