/** What the ledger says of a host and of a pool: what is sold, free, and lost with a host. */

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
  /** HVM guests, foreign ones among them, and how many Dom0 carries. */
  readonly hvmGuests: number;
  readonly mostHvmGuests: number;
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
  /** HVM guests, foreign ones among them, and how many the Dom0s carry. */
  readonly hvmGuests: number;
  readonly mostHvmGuests: number;
  /** On hosts that take VMs: ready and not cordoned. */
  readonly freeVcpus: number;
  readonly freeBytes: number;
  readonly freeHvmGuests: number;
  readonly tolerates: 'yes' | 'no' | 'unjudged';
  /** The loss of as many hosts as are to be tolerated, at least one. Absent without hosts. */
  readonly worstLoss?: HostLoss;
  /** Why it is not judged, and what to do about it. */
  readonly unjudged?: string;
}
