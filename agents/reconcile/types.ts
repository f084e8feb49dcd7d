/** What goes into a decision about one domain, and what comes out. */
import type { XenDomainSpec, XenDomainStatus } from '../../crds/generated/types';
import type { DomainReason } from '../../common/reasons';
import type { DomainRow } from '../xl/list';
import type { Mark } from '../xl/mark';
import type { RunOrder } from '../xl/order';
import type { DiskFile } from './disks';
import type { DomainRecord } from './record';

export type OrderView =
  /** The API holds an order. `confirmed`: all orders were heard during this boot of the Dom0. */
  | {
      readonly kind: 'given';
      readonly spec: XenDomainSpec;
      readonly confirmed: boolean;
      readonly invalid?: string;
      /** Disks that the status of this very order names as made. */
      readonly madeDisks?: readonly string[];
      /** Operations that the status of this very order tells of. */
      readonly operations?: XenDomainStatus['operations'];
    }
  /** The API was asked for all orders, and this one was not among them. */
  | { readonly kind: 'vanished' }
  /** The orders are not listed yet, or our XenAgent is gone: what is on disk goes on. */
  | { readonly kind: 'unheard' };

export type Seen =
  | { readonly kind: 'rows'; readonly rows: readonly DomainRow[] }
  /** Our create has just succeeded. Nothing was listed since, so its domid is not known yet. */
  | { readonly kind: 'created' }
  | { readonly kind: 'unknown'; readonly reason: DomainReason; readonly message: string };

/** A domain of the UUID that is there. Only of a listed one more than its state is known. */
export type Present = DomainRow | { readonly state: 'running' };

export interface HostState {
  /** The fleet that the Dom0 belongs to. Undefined before first contact. */
  readonly fleetID?: string;
  readonly bootID: string;
  /** The boot that the XenAgent names. Undefined if it names none, or there is no XenAgent. */
  readonly confirmedBootID?: string;
  /** The policy file allows starts that the API has not confirmed in this boot. */
  readonly startUnconfirmed: boolean;
}

export interface StepInput {
  readonly uuid: string;
  readonly order: OrderView;
  readonly record?: DomainRecord;
  readonly seen: Seen;
  /** What xenstore says of the owner. Only read if a row must be proved, see owner.ts. */
  readonly mark?: Mark;
  readonly host: HostState;
  /** The files of the UUID's disks, as last observed. None if they are not known. */
  readonly files?: readonly DiskFile[];
  /** Wall clock, since the time must mean something after a restart of the agent. */
  readonly nowMs: number;
  /** How many milliseconds this agent has seen the domain unchanged, by the monotonic clock. */
  readonly rowForMs: number;
  /**
   * How many milliseconds ago the guest was last asked to shut down, by the monotonic clock. 0 if
   * it was not asked.
   */
  readonly askedForMs: number;
}

export interface Report {
  readonly phase: 'Starting' | 'Running' | 'Stopping' | 'Stopped' | 'Failed' | 'Unknown' | 'Absent';
  /** Whether what the order wants is true. */
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly reason: DomainReason;
  readonly message: string;
  /** Likely over within a second, so it is written only if it lasts. */
  readonly transient?: boolean;
}

export type DeletedDisk = NonNullable<XenDomainSpec['deleteDisks']>[number];

export type Act =
  /** There is nothing to do and nothing to say. */
  | { readonly do: 'idle' }
  /** There is nothing to do but to say so, and to look again at `wakeAtMs` at the latest. */
  | { readonly do: 'report'; readonly report: Report; readonly wakeAtMs?: number }
  | { readonly do: 'create'; readonly order: RunOrder; readonly epoch: number }
  /** Asks the guest, and waits for its answer for at most this time. */
  | { readonly do: 'shutdown'; readonly seconds: number }
  /** Ends what runs: the order says so, and the guest has had its time. */
  | { readonly do: 'destroy' }
  /**
   * Clears away what ended by itself (`shutdown`) or was left by a broken create (`paused`), and
   * only while it is in that state.
   */
  | { readonly do: 'reap'; readonly domid: number; readonly state: 'shutdown' | 'paused' }
  | { readonly do: 'retire'; readonly epoch: number }
  | { readonly do: 'deleteDisks'; readonly disks: readonly DeletedDisk[] };

export interface Step {
  /** Must be durable on the Dom0 before `act` begins. Undefined if the record there still holds. */
  readonly record?: DomainRecord;
  readonly act: Act;
}
