/**
 * The claim protocol for one VM: from what is known to the one next act. Pure.
 *
 *     no claim ──place──▶ claim{host, epoch} ──▶ order (Running | Stopped) ──▶ … ──▶ order Absent
 *                           │ order there already, or a domain reported   ▲          │
 *                           └── take over where it runs, epoch raised ────┘          │
 *                                                   next claim, or gone ◀──receipt───┘
 *
 * Four rules make two copies impossible and keep tenants strangers:
 * - A claim leaves a host only by that host's receipt, or by proof that the host is dead.
 * - Hosts come first: while one that could hold the VM has not reported, nothing is claimed, moved
 *   or let go.
 * - A claim counts on one boot of its host; after another boot it is made anew, with a higher
 *   epoch.
 * - Only what is the VM's own is ever ended, edited or taken over on its behalf (facts.ts), and the
 *   copy that the claim names is never ended by a word about another one (whereabouts.ts).
 *
 * Read with: deletion.ts, unclaimed.ts, claimed.ts, order-step.ts, strays.ts, conflict.ts.
 */
import { FINALIZER } from '../../../common/names';
import type { Action } from './action';
import { planClaimed } from './claimed';
import { planDeletion } from './deletion';
import { claimOf, type VmFacts } from './facts';
import { planUnclaimed } from './unclaimed';

export type { Action, Hold } from './action';

/** The one next act for this VM. */
export function planVm(f: VmFacts): Action {
  if (f.vm.metadata.deletionTimestamp !== undefined) return planDeletion(f);
  if (!(f.vm.metadata.finalizers ?? []).includes(FINALIZER)) return { do: 'addFinalizer' };
  const claim = claimOf(f);
  return claim === undefined ? planUnclaimed(f) : planClaimed(f, claim);
}
