/** What the scheduler says of one VM: a host, or per filter why not and what is short. */

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
  | 'HVMGuests'
  | 'Storage'
  | 'Affinity'
  | 'AntiAffinity'
  | 'TopologySpread'
  | 'HostFailures';

export interface Shortfall {
  readonly resource: string;
  readonly unit: 'MiB' | 'vCPU' | 'pCPU' | 'VM';
  readonly amount: number;
  /** How many of them there may be at most; absent where no number is set. */
  readonly limit?: number;
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
