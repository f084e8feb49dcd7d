/** The next acts about one VM, as data. Pure. */
import type { XenDomain, XenDomainSpec } from '../../../crds/generated/types';
import type { VMReason } from '../../../common/reasons';
import type { Reservation } from './reservation';

export type Action =
  | { readonly do: 'addFinalizer' }
  /** No host is chosen yet: the placement loop finds one and claims it with at least this epoch. */
  | { readonly do: 'place'; readonly epoch: number }
  /** `bootID`: the boot of the host's Dom0 that the claim counts on. */
  | { readonly do: 'claim'; readonly host: string; readonly epoch: number; readonly bootID: string | undefined }
  /** More is wanted than is reserved: the placement loop looks for room on the claimed host. */
  | { readonly do: 'grow'; readonly host: string; readonly epoch: number }
  /** Less is enough from now on: the claim gives the rest back. */
  | { readonly do: 'shrink'; readonly host: string; readonly epoch: number; readonly reserved: Reservation }
  | { readonly do: 'createOrder'; readonly host: string; readonly order: XenDomain }
  | { readonly do: 'updateOrder'; readonly host: string; readonly order: XenDomain; readonly spec: XenDomainSpec }
  /** Clears our finalizer and deletes, both at the order's resourceVersion. */
  | { readonly do: 'deleteOrder'; readonly host: string; readonly order: XenDomain }
  | { readonly do: 'clearFinalizer' }
  /** Nothing to do until something changes. `because` is set if the VM is held up. */
  | { readonly do: 'wait'; readonly because?: Hold };

export interface Hold {
  readonly reason: VMReason;
  readonly message: string;
  /** Only somebody's act helps. */
  readonly stalled?: boolean;
  /** It waits for reports of hosts that are none of its own (controllers/vm/report-waiters.ts). */
  readonly awaitsReports?: boolean;
}

export const wait = (because?: Hold): Action => ({ do: 'wait', ...(because && { because }) });

export const hold = (reason: VMReason, message: string, stalled = false): Action => wait({ reason, message, stalled });
