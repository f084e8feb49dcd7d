/** How orders and memories of a VM end on hosts that its claim does not name. Pure. */
import type { XenDomainSpec } from '../../../crds/generated/types';
import { hold, type Action } from './action';
import { lastEpoch } from './epoch';
import { isRetired, type PlacedOrder, type Sighting, type VmFacts } from './facts';
import { doomedDisks, isTold, owedDisks } from './doomed-disks';
import { newOrder, tombstoneSpec } from './order';

const isDeleting = ({ vm }: VmFacts): boolean => vm.metadata.deletionTimestamp !== undefined;

/** A domain or the memory of one that no order speaks of any more, and that is not retired. */
export const isLive = (s: Sighting): boolean => s.orphan && s.retiredEpoch < Math.max(s.epoch, 1);

/**
 * Makes the VM's order on `host` Absent and waits for the receipt. Undefined if there is nothing of
 * the VM left to wait for. A dead host gives no receipt: a VM that moves away needs none, and one
 * that is deleted leaves an Absent order there that waits for the host.
 */
export function leave(f: VmFacts, host: string, epoch: number): Action | undefined {
  const view = f.hosts[host];
  if (view?.dead === true && !isDeleting(f)) return undefined;
  // An order is named by its UUID, so this host has another identity's order and none of ours.
  if (f.foreignOrders.some((o) => o.host === host)) return undefined;
  const placed = f.orders.find((o) => o.host === host);
  // An order below the last epoch that the host obeyed would be refused as stale.
  const last = Math.max(epoch, lastEpoch(f, host));
  if (placed === undefined) return leaveTombstone(f, host, last);
  const spec = absentSpec(f, placed, last);
  if (spec !== undefined) return { do: 'updateOrder', ...placed, spec };
  const owed = owedDisks(placed.order);
  if (view?.dead === true || (isRetired(placed.order) && owed === undefined)) return undefined;
  const receipt = `waiting for host ${host} to end the domain and give its receipt for epoch ${epoch}`;
  return hold('WaitingForReceipt', owed ?? receipt);
}

function leaveTombstone(f: VmFacts, host: string, epoch: number): Action | undefined {
  const view = f.hosts[host];
  if (view?.namespaceReady === true) {
    const spec = tombstoneSpec(f.vm, epoch, f.fleetID, doomedDisks(f.vm, host, undefined));
    return { do: 'createOrder', host, order: newOrder(host, f.uuid, spec) };
  }
  if (view?.dead === true) return undefined;
  return hold('WaitingForReceipt', `host ${host} has no namespace to leave a tombstone in; waiting until it is made`);
}

/**
 * The order made Absent, at this epoch or above, with the disks to delete. Undefined if it says so
 * already.
 */
function absentSpec(f: VmFacts, { host, order }: PlacedOrder, epoch: number): XenDomainSpec | undefined {
  const { spec } = order;
  const doomed = doomedDisks(f.vm, host, spec);
  if (spec.desired === 'Absent' && spec.epoch >= epoch && isTold(doomed, spec)) return undefined;
  const deleteDisks = doomed.length > 0 ? { deleteDisks: doomed } : {};
  return { ...spec, epoch: Math.max(epoch, spec.epoch), desired: 'Absent', ...deleteDisks };
}

/** The next act about what is left on other hosts. It is ended or retired first, then removed. */
export function tidyStrays(f: VmFacts, claimed: string | undefined): Action | undefined {
  for (const stray of f.orders) {
    if (stray.host === claimed) continue;
    const step = tidyOrder(f, stray);
    if (step !== undefined) return step;
  }
  const memory = f.sightings.find((s) => s.host !== claimed && isLive(s) && !s.present && hasNoOrder(f, s.host));
  return memory === undefined ? undefined : leave(f, memory.host, Math.max(memory.epoch, 1));
}

function tidyOrder(f: VmFacts, stray: PlacedOrder): Action | undefined {
  const isDead = f.hosts[stray.host]?.dead === true;
  const isAbsent = stray.order.spec.desired === 'Absent';
  // Without its order a domain that does come back is frozen: it is reported, and nobody ends it.
  if (isDead && !isDeleting(f)) return isAbsent ? undefined : { do: 'deleteOrder', ...stray };
  const step = leave(f, stray.host, stray.order.spec.epoch);
  if (step !== undefined || isDead) return step;
  // The report may lag behind the receipt. Without the order the domain would look as if nobody had
  // retired it.
  const lagging = f.sightings.some((s) => s.host === stray.host && (s.present || isLive(s)));
  return lagging ? undefined : { do: 'deleteOrder', ...stray };
}

const hasNoOrder = (f: VmFacts, host: string): boolean => f.orders.every((o) => o.host !== host);
