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
  readonly conflict:
    | {
        readonly reason: 'IdentityConflict' | 'MacConflict' | 'DiskMissing' | 'HostNotReporting';
        readonly message: string;
        /** Only somebody's act helps; so it is if absent. */
        readonly stalled?: boolean;
      }
    | undefined;
  /** Seen being created by this leader after its list, and without an identity of its own: it can be nowhere yet. */
  readonly fresh: boolean;
  /** What the placement loop said last, where it found no host. */
  readonly unplaced: { readonly message: string } | undefined;
}

export const retiredEpochOf = (order: XenDomain): number => order.status?.retiredEpoch ?? 0;

/** The receipt: the Dom0 ended this incarnation and refuses it for good. */
export const isRetired = (order: XenDomain): boolean =>
  order.spec.desired === 'Absent' && retiredEpochOf(order) >= order.spec.epoch;
