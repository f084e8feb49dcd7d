/** What goes into a decision about one domain, and what comes out. */
import type { XenDomainSpec } from '../../crds/generated/types';
import type { DomainReason } from '../../common/reasons';
import type { DomainRow } from '../xl/list';
import type { Mark } from '../xl/mark';
import type { RunOrder } from '../xl/order';
import type { DiskFile } from './disks';
import type { DomainRecord } from './record';

export type OrderView =
  /** The API holds an order. `confirmed`: the orders were heard whole during this boot of the Dom0. */
  | {
      readonly kind: 'given';
      readonly spec: XenDomainSpec;
      readonly confirmed: boolean;
      readonly invalid?: string;
      /** Disks of this very order that its status calls made. */
      readonly madeDisks?: readonly string[];
    }
  /** The API was asked for all orders, and this one was not among them. */
  | { readonly kind: 'vanished' }
  /** The API cannot be asked, or is not ours any more: what is on disk goes on. */
  | { readonly kind: 'unheard' };

export type Seen =
  | { readonly kind: 'rows'; readonly rows: readonly DomainRow[] }
  /** Our create has just succeeded, and nothing was listed since: its domid is not known yet. */
  | { readonly kind: 'created' }
  | { readonly kind: 'unknown'; readonly reason: DomainReason; readonly message: string };

/** A domain of the UUID that is there; only of a listed one more is known than its state. */
export type Present = DomainRow | { readonly state: 'running' };

export interface HostState {
  /** The fleet that the Dom0 belongs to; undefined before first contact. */
  readonly fleetID?: string;
  readonly bootID: string;
  /** The boot that the XenAgent names, as last heard; undefined if it names none or is not there. */
  readonly confirmedBootID?: string;
  /** The policy file allows starts that the API has not confirmed in this boot. */
  readonly startUnconfirmed: boolean;
}

export interface StepInput {
  readonly uuid: string;
  readonly order: OrderView;
  readonly record?: DomainRecord;
  readonly seen: Seen;
  /** What xenstore says of the owner; only looked up if a row has to be proved, see owner.ts. */
  readonly mark?: Mark;
  readonly host: HostState;
  /** The files of the UUID's disks, as last observed; none where they could not be told. */
  readonly files?: readonly DiskFile[];
  /** Wall clock: it must mean something after a restart of the agent. */
  readonly nowMs: number;
  /** For so many milliseconds this agent has seen the domain as it is, by a clock that nobody sets. */
  readonly rowForMs: number;
  /** So many milliseconds ago the guest was last asked to shut down, by that clock; 0 if it was not asked. */
  readonly askedForMs: number;
}

export interface Report {
  readonly phase: 'Starting' | 'Running' | 'Stopping' | 'Stopped' | 'Failed' | 'Unknown' | 'Absent';
  /** Is what the order wants true? */
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly reason: DomainReason;
  readonly message: string;
  /** Likely over within a second: worth a write only where it lasts. */
  readonly transient?: boolean;
}

export type DeletedDisk = NonNullable<XenDomainSpec['deleteDisks']>[number];

export type Act =
  /** Nothing to do and nobody to tell. */
  | { readonly do: 'idle' }
  /** Nothing to do; say so, and look again at `wakeAtMs` at the latest. */
  | { readonly do: 'report'; readonly report: Report; readonly wakeAtMs?: number }
  | { readonly do: 'create'; readonly order: RunOrder; readonly epoch: number }
  /** Asks the guest, and waits for its answer no longer than this. */
  | { readonly do: 'shutdown'; readonly seconds: number }
  /** Ends what runs: the order says so, and the guest had its time. */
  | { readonly do: 'destroy' }
  /** Clears away what ended by itself (`shutdown`), or a building that was broken off (`paused`): only while it is still in that state. */
  | { readonly do: 'reap'; readonly domid: number; readonly state: 'shutdown' | 'paused' }
  | { readonly do: 'retire'; readonly epoch: number }
  | { readonly do: 'deleteDisks'; readonly disks: readonly DeletedDisk[] };

export interface Step {
  /** To be durable on the Dom0 before `act` begins; undefined where what is there still holds. */
  readonly record?: DomainRecord;
  readonly act: Act;
}
