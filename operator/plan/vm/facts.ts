/**
 * What a decision about one VM may know. It is plain data, gathered by the controllers from their
 * caches, with no callback and no clock, so that the facts of a decision can be printed and
 * replayed.
 *
 * **Ownership.** Orders and sightings are sorted by owner before a plan sees them. Those that carry
 * the VM's own namespace and name are its own. All others of the same UUID belong to a stranger,
 * and no plan ever acts on them.
 */
import type { XenDomain, XenVM, XenVMOperation } from '../../../crds/generated/types';
import type { BrakeWord } from '../brake';
import type { Reported } from './reservation';
import type { Resolution } from './resolve';

export interface HostView {
  readonly name: string;
  /** Ready: takes VMs. NotReady: reports, takes none. Unknown: silent. Pending: never reported. */
  readonly state: 'Ready' | 'NotReady' | 'Unknown' | 'Pending';
  /** Why it is not Ready, for humans. */
  readonly message: string;
  /** It has reported since this leader began ("hosts first"). */
  readonly answered: boolean;
  /** The boot of its Dom0 that last reported. */
  readonly bootID: string | undefined;
  /**
   * An administrator declared that boot over, and nothing is heard of it: this proves that nothing
   * runs there.
   */
  readonly dead: boolean;
  /** An administrator has quarantined it, so nothing that it reports is believed. */
  readonly quarantined: boolean;
  /** Its namespace exists and is not being deleted. */
  readonly namespaceReady: boolean;
}

/** What one host's report says of one UUID. */
export interface Sighting {
  readonly host: string;
  /** The owner by what the Dom0 itself keeps (a record or a mark). Empty if it keeps neither. */
  readonly namespace: string;
  readonly name: string;
  /** A domain of this UUID is there. */
  readonly present: boolean;
  /** It is there without an order: an orphan, or a frozen record. */
  readonly orphan: boolean;
  /** The highest epoch that the Dom0 has seen; 0 if it remembers none. */
  readonly epoch: number;
  /** Every epoch up to this one is retired there. */
  readonly retiredEpoch: number;
  /** Every epoch up to this one is refused there. */
  readonly refusedEpoch: number;
}

export interface PlacedOrder {
  readonly host: string;
  readonly order: XenDomain;
}

/** Another XenVM that wants something of which there is only one. */
export interface Rival {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly createdAt: string;
  readonly placed: boolean;
}

/** Somebody else's use of a MAC address that this VM asks for. */
export interface MacUse {
  readonly mac: string;
  /** Name of the interface of this VM that asks for it. */
  readonly network: string;
  /** The other VM; undefined if only an order still holds the address. */
  readonly rival: Rival | undefined;
  /** An order or a status says that the other VM has it. */
  readonly granted: boolean;
  /** Only a host says so, of a domain without an order. It takes the address from nobody. */
  readonly remembered?: boolean;
}

/** A disk that a host keeps although no live record there speaks of it. */
export interface RetainedDisk {
  readonly host: string;
  readonly disk: string;
  /** Folder of its pool on the host. */
  readonly path: string;
  /** The VM that the disk belongs to. Undefined if nobody knows. */
  readonly owner: { readonly namespace: string; readonly name: string } | undefined;
}

/** A domain of this namespace and name that a host knows under another UUID. */
export interface Namesake {
  readonly host: string;
  readonly uuid: string;
}

export interface VmFacts {
  readonly vm: XenVM;
  readonly uuid: string;
  readonly fleetID: string;
  readonly resolution: Resolution;
  /** The VM's own orders on all hosts, sorted by host. */
  readonly orders: readonly PlacedOrder[];
  /** Orders of this UUID that belong to another namespace or name. */
  readonly foreignOrders: readonly PlacedOrder[];
  /** The hosts that the claim, the orders, the sightings and the disks name. */
  readonly hosts: Readonly<Record<string, HostView>>;
  /** Hosts that could hold a VM and have not answered, sorted. */
  readonly unreported: readonly string[];
  /** What believed reports say of this UUID under the VM's namespace and name, sorted by host. */
  readonly sightings: readonly Sighting[];
  /** What believed reports say of this UUID under another owner, or under none. */
  readonly foreignSightings: readonly Sighting[];
  /** Disks of this UUID that hosts keep, whoever owns them. */
  readonly retained: readonly RetainedDisk[];
  /** Other XenVMs with this UUID. */
  readonly rivals: readonly Rival[];
  readonly namesakes: readonly Namesake[];
  readonly macUses: readonly MacUse[];
  /** This leader saw its creation after its list, and it names no UUID: it can be nowhere yet. */
  readonly fresh: boolean;
  /** The claim is known to be the newest, so the VM can be nowhere else: see vouch.ts. */
  readonly vouched: boolean;
  /** What its domain may use by the report of the claimed host; undefined without such a domain. */
  readonly reported: Reported | undefined;
  /** The operation that was handed to the host of the claim and is not over. */
  readonly operation: XenVMOperation | undefined;
  /** What the brake says if the VM is being deleted. For any other it is open. */
  readonly brake: BrakeWord;
  /** What the placement loop said last, if it found no host or, for a VM that grows, no room. */
  readonly unplaced: { readonly message: string; readonly kind: 'place' | 'grow' } | undefined;
}

/** The epoch up to which the host of this order refuses all, by the order's own status. */
export const refusedEpochOf = ({ status }: Pick<XenDomain, 'status'>): number =>
  Math.max(status?.refusedEpoch ?? 0, status?.retiredEpoch ?? 0);

/**
 * The receipt: the domain was looked for and is gone, and this epoch is refused for good. A refusal
 * alone is no receipt, and neither is a report of another epoch: the domain may still be dying.
 */
export const isRetired = ({ spec, status }: XenDomain): boolean =>
  spec.desired === 'Absent' &&
  status?.phase === 'Absent' &&
  status.epoch === spec.epoch &&
  (status.retiredEpoch ?? 0) >= spec.epoch;

/** Whether an order, record or mark of this owner is the VM's own. */
export const isOwn = (vm: XenVM, owner: { readonly namespace: string; readonly name: string }): boolean =>
  owner.namespace === vm.metadata.namespace && owner.name === vm.metadata.name;

export const claimOf = ({ vm }: Pick<VmFacts, 'vm'>): NonNullable<XenVM['status']>['placement'] => vm.status?.placement;
