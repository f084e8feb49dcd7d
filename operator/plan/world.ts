/** What a decision about one VM may know. Plain data, gathered by the controllers from their stores. */
import type { XenDomain, XenVM } from '../../crds/generated/types';
import type { Resolution } from './resolve';

export interface HostView {
  readonly name: string;
  /** Ready: reports and can take VMs. NotReady: reports, cannot. Unknown: silent. Pending: never reported. */
  readonly state: 'Ready' | 'NotReady' | 'Unknown' | 'Pending';
  /** Why it is not Ready, for humans. */
  readonly message: string;
  /** It has reported since this leader began ("hosts first"). */
  readonly answered: boolean;
  /** An administrator declared the last known boot of it over: proof that nothing runs there. */
  readonly dead: boolean;
  /** Its namespace exists and is not being deleted. */
  readonly namespaceReady: boolean;
}

/** What one host's report says of one UUID. */
export interface Sighting {
  readonly host: string;
  readonly namespace: string;
  readonly name: string;
  /** A domain of this UUID is there. */
  readonly present: boolean;
  /** There without an order: an orphan, or a frozen record. */
  readonly orphan: boolean;
  /** Highest epoch that the Dom0 has seen; 0 where it remembers none. */
  readonly epoch: number;
  readonly retiredEpoch: number;
  /** The Dom0 refuses epochs up to this; no receipt. */
  readonly refusedEpoch?: number;
}

export interface PlacedOrder {
  readonly host: string;
  readonly order: XenDomain;
}

export interface VmWorld {
  readonly vm: XenVM;
  readonly uuid: string;
  readonly fleetID: string;
  readonly resolution: Resolution;
  /** Every XenDomain of this UUID, on whatever host, sorted by host. */
  readonly orders: readonly PlacedOrder[];
  readonly host: (name: string) => HostView | undefined;
  /** Hosts that could hold a VM and have not answered; sorted. */
  readonly unreported: readonly string[];
  /** What the reports say of this UUID, sorted by host. */
  readonly sightings: readonly Sighting[];
  /** Another identity that claims to be this namespace/name, in words; undefined where there is none. */
  readonly conflict: { readonly reason: 'IdentityConflict' | 'MacConflict'; readonly message: string } | undefined;
  /** Seen being created by this leader after its list, and without an identity of its own: it can be nowhere yet. */
  readonly fresh: boolean;
  /** What the placement loop said last, where it found no host. */
  readonly unplaced: { readonly message: string } | undefined;
}

/** Epochs up to this are refused by the Dom0 for good. That is no receipt: the domain may be there still. */
export const refusedEpochOf = ({ status }: XenDomain): number =>
  Math.max(status?.refusedEpoch ?? 0, status?.retiredEpoch ?? 0);

/** The receipt: the Dom0 refuses this incarnation for good, looked for it after that, and it is gone. */
export const isRetired = ({ spec, status }: XenDomain): boolean =>
  spec.desired === 'Absent' &&
  status?.phase === 'Absent' &&
  status.epoch === spec.epoch &&
  (status.retiredEpoch ?? 0) >= spec.epoch;
