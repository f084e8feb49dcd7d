/**
 * The claim protocol for one VM: from what is known to the one next act. Pure.
 *
 *     no claim ──place──▶ claim{host, epoch} ──▶ order (Running | Stopped) ──▶ … ──▶ order Absent ──receipt──▶ next claim, or gone
 *                           │ order there already, or a domain reported          ▲
 *                           └─────────── take over where it runs, epoch raised ──┘
 *
 * Two rules make two copies impossible. A claim leaves a host only by that host's receipt (or proof that the host is dead), and hosts
 * come first: while one that could hold the VM has not reported, nothing is claimed, moved or let go.
 */
import type { XenDomain, XenDomainSpec } from '../../crds/generated/types';
import { FINALIZER } from '../../common/names';
import type { VMReason } from '../../common/reasons';
import { doomedDisks, isTold, owedDisks } from './doomed-disks';
import { desiredOf, newOrder, orderSpec, sameOrder, tombstoneSpec } from './order';
import { isRetired, retiredEpochOf, type PlacedOrder, type Sighting, type VmWorld } from './world';

export type Action =
  | { readonly do: 'addFinalizer' }
  /** No host is decided: the placement loop finds one and claims it with at least this epoch. */
  | { readonly do: 'place'; readonly epoch: number }
  | { readonly do: 'claim'; readonly host: string; readonly epoch: number }
  | { readonly do: 'createOrder'; readonly host: string; readonly order: XenDomain }
  | { readonly do: 'updateOrder'; readonly host: string; readonly order: XenDomain; readonly spec: XenDomainSpec }
  /** Clears our finalizer and deletes, both at the order's resourceVersion. */
  | { readonly do: 'deleteOrder'; readonly host: string; readonly order: XenDomain }
  | { readonly do: 'clearFinalizer' }
  /** Nothing to do until something changes. `because` is there where the VM is held up. */
  | { readonly do: 'wait'; readonly because?: Hold };

export interface Hold {
  readonly reason: VMReason;
  readonly message: string;
  /** Only somebody's act helps. */
  readonly stalled?: boolean;
}

const wait = (because?: Hold): Action => ({ do: 'wait', ...(because && { because }) });
const hold = (reason: VMReason, message: string, stalled = false): Action => wait({ reason, message, stalled });

/** The next epoch: above the claim, every order and everything any Dom0 remembers. */
export function nextEpoch(w: VmWorld): number {
  const known = [
    w.vm.status?.placement?.epoch ?? 0,
    ...w.orders.flatMap(({ order }) => [order.spec.epoch, retiredEpochOf(order)]),
    ...w.sightings.flatMap((s) => [s.epoch, s.retiredEpoch]),
  ];
  return Math.max(...known) + 1;
}

/** Held up while a host that could hold the VM has not answered. */
function hostsFirst(w: VmWorld): Action | undefined {
  if (w.fresh || w.unreported.length === 0) return undefined;
  const names = w.unreported.slice(0, 5).join(', ') + (w.unreported.length > 5 ? ', …' : '');
  return hold(
    'HostNotReporting',
    `waiting for a report of ${names}: it could run this VM already. Start its agent; or, if the host is off for good, set spec.declaredDead of its XenHost, or delete the XenHost`,
  );
}

/** Makes the order of `host` Absent and waits for the receipt. Undefined: the host holds nothing of this VM any more. */
function leave(w: VmWorld, host: string, epoch: number): Action | undefined {
  const view = w.host(host);
  if (view?.dead) return undefined;
  const placed = w.orders.find((o) => o.host === host);
  if (placed === undefined) {
    if (view === undefined || !view.namespaceReady) {
      return hold(
        'WaitingForReceipt',
        `host ${host} has no namespace to leave a tombstone in; waiting until it is made`,
      );
    }
    const spec = tombstoneSpec(w.vm, epoch, w.fleetID, doomedDisks(w.vm, host, undefined));
    return { do: 'createOrder', host, order: newOrder(host, w.uuid, spec) };
  }
  const { order } = placed;
  const doomed = doomedDisks(w.vm, host, order.spec);
  if (order.spec.epoch < epoch || order.spec.desired !== 'Absent' || !isTold(doomed, order.spec)) {
    const deleteDisks = doomed.length > 0 ? { deleteDisks: doomed } : {};
    const spec = {
      ...order.spec,
      epoch: Math.max(epoch, order.spec.epoch),
      desired: 'Absent' as const,
      ...deleteDisks,
    };
    return { do: 'updateOrder', host, order, spec };
  }
  const owed = owedDisks(order);
  if (isRetired(order) && owed === undefined) return undefined;
  const receipt = `waiting for host ${host} to end the domain and give its receipt for epoch ${epoch}`;
  return hold('WaitingForReceipt', owed ?? receipt);
}

/** A domain or a memory of one that no order speaks of any more. */
const live = (s: Sighting): boolean => s.orphan && s.retiredEpoch < Math.max(s.epoch, 1);

/** Orders and memories on hosts that the claim does not name: ended or retired, then removed. What runs is not touched here. */
function tidyStrays(w: VmWorld, claimed: string | undefined): Action | undefined {
  for (const stray of w.orders) {
    if (stray.host === claimed) continue;
    const step = leave(w, stray.host, stray.order.spec.epoch);
    if (step !== undefined) return step;
    // The report may lag behind the receipt; without the order it would look like a memory that nobody retired.
    const lagging = w.sightings.some((s) => s.host === stray.host && live(s));
    if (!lagging) return { do: 'deleteOrder', ...stray };
  }
  const memory = w.sightings.find((s) => s.host !== claimed && live(s) && !s.present && hasNoOrder(w, s.host));
  return memory === undefined ? undefined : leave(w, memory.host, Math.max(memory.epoch, 1));
}

const hasNoOrder = (w: VmWorld, host: string): boolean => w.orders.every((o) => o.host !== host);

const MANY = Symbol('on more than one host');

/** Where the VM is, by the reports and the orders, beside its claim. `many`: nobody's to end but a person's. */
function foundElsewhere(w: VmWorld, claimed: string | undefined): string | typeof MANY | undefined {
  const running = w.sightings.filter((s) => s.present && live(s)).map((s) => s.host);
  const remembered = w.sightings.filter(live).toSorted((a, b) => b.epoch - a.epoch);
  const ordered = claimed === undefined ? w.orders.filter((o) => !isRetired(o.order)).map((o) => o.host) : [];
  if (new Set(running).size > 1) return MANY;
  const found = running[0] ?? ordered[0] ?? (claimed === undefined ? remembered[0]?.host : undefined);
  return found === claimed ? undefined : found;
}

const TWICE: Hold = {
  reason: 'DuplicateDomain',
  message:
    'a domain of this UUID runs on more than one host. Nothing is done by itself: find out which one is right and destroy the other with xl on its Dom0',
  stalled: true,
};

function planDeletion(w: VmWorld): Action {
  const { vm } = w;
  if (!(vm.metadata.finalizers ?? []).includes(FINALIZER)) return wait();
  const claim = vm.status?.placement;
  if (claim !== undefined) {
    const step = leave(w, claim.host, claim.epoch);
    if (step !== undefined) return step;
  }
  const stray = tidyStrays(w, claim?.host);
  if (stray !== undefined) return stray;
  const held = hostsFirst(w);
  if (held !== undefined) return held;
  const found = foundElsewhere(w, claim?.host);
  if (found === MANY) return wait(TWICE);
  if (found !== undefined) return { do: 'claim', host: found, epoch: nextEpoch(w) };
  return { do: 'clearFinalizer' };
}

function planUnclaimed(w: VmWorld): Action {
  if (w.conflict !== undefined) return hold(w.conflict.reason, w.conflict.message, w.conflict.stalled ?? true);
  const held = hostsFirst(w);
  if (held !== undefined) return held;
  const found = foundElsewhere(w, undefined);
  if (found === MANY) return wait(TWICE);
  if (found !== undefined) return { do: 'claim', host: found, epoch: nextEpoch(w) };
  if ('problem' in w.resolution) return wait({ ...w.resolution.problem, stalled: true });
  return { do: 'place', epoch: nextEpoch(w) };
}

/** The order of the claimed host is not one that can be kept: make room for the claim, or claim anew above what the host retired. */
function replaceOrder(w: VmWorld, placed: PlacedOrder, epoch: number): Action | undefined {
  const { host, order } = placed;
  if (order.spec.epoch > epoch) return hostsFirst(w) ?? { do: 'claim', host, epoch: nextEpoch(w) };
  if (order.spec.desired === 'Absent') {
    if (!isRetired(order)) return leave(w, host, order.spec.epoch);
    if (order.spec.epoch < epoch) return { do: 'deleteOrder', ...placed };
    return hostsFirst(w) ?? { do: 'claim', host, epoch: nextEpoch(w) };
  }
  if (retiredEpochOf(order) >= epoch) return hostsFirst(w) ?? { do: 'claim', host, epoch: nextEpoch(w) };
  return undefined;
}

function planOrder(w: VmWorld, host: string, epoch: number): Action {
  const placed = w.orders.find((o) => o.host === host);
  if (placed?.order.metadata.deletionTimestamp !== undefined) return { do: 'deleteOrder', ...placed };
  if (placed !== undefined) {
    const replaced = replaceOrder(w, placed, epoch);
    if (replaced !== undefined) return replaced;
  }
  const seen = w.sightings.find((s) => s.host === host);
  if (seen !== undefined && (seen.epoch > epoch || seen.retiredEpoch >= epoch)) {
    return hostsFirst(w) ?? { do: 'claim', host, epoch: nextEpoch(w) };
  }
  if (placed === undefined) {
    if ('problem' in w.resolution) return wait({ ...w.resolution.problem, stalled: true });
    const spec = orderSpec(w.vm, w.resolution.wanted, epoch, w.fleetID);
    return { do: 'createOrder', host, order: newOrder(host, w.uuid, spec) };
  }
  const spec = keptSpec(w, placed.order.spec, epoch);
  if (!sameOrder(placed.order.spec, spec)) return { do: 'updateOrder', ...placed, spec };
  return 'problem' in w.resolution ? wait(w.resolution.problem) : wait();
}

/** The order as it should be. Where a name does not resolve any more, what was granted stays in force; the run policy still counts. */
function keptSpec(w: VmWorld, before: XenDomainSpec, epoch: number): XenDomainSpec {
  if ('wanted' in w.resolution) return orderSpec(w.vm, w.resolution.wanted, epoch, w.fleetID);
  return { ...before, epoch, desired: desiredOf(w.vm), runPolicy: w.vm.spec.runPolicy ?? 'Always' };
}

function planClaimed(w: VmWorld, claim: { host: string; epoch: number }): Action {
  const view = w.host(claim.host);
  if (view?.dead) return moveFromDeadHost(w, claim);
  if (view === undefined || !view.answered || !view.namespaceReady) {
    return hold(
      'HostNotReporting',
      `host ${claim.host} has not reported yet: ${view?.message ?? 'there is no such XenHost'}`,
    );
  }
  const found = foundElsewhere(w, claim.host);
  if (found === MANY) return wait(TWICE);
  if (found !== undefined) {
    const step = hostsFirst(w) ?? leave(w, claim.host, claim.epoch);
    return step ?? { do: 'claim', host: found, epoch: nextEpoch(w) };
  }
  return tidyStrays(w, claim.host) ?? planOrder(w, claim.host, claim.epoch);
}

/** Proof that the old host runs nothing: the VM may be claimed elsewhere, unless its disks cannot follow. */
function moveFromDeadHost(w: VmWorld, claim: { host: string }): Action {
  const order = w.orders.find((o) => o.host === claim.host)?.order;
  const made = new Set(order?.status?.madeDisks ?? []);
  const disks = 'wanted' in w.resolution ? w.resolution.wanted.disks : [];
  const isMade = (d: (typeof disks)[number]): boolean => d.madeOn === claim.host || made.has(d.name);
  const bound = disks.filter((d) => d.locality === 'local' && !d.readOnly && isMade(d)).map((d) => d.name);
  if (bound.length > 0) {
    return hold(
      'HostUnknown',
      `host ${claim.host} is declared dead and holds disk ${bound.join(', ')} in a local pool: the VM waits for the host. Restore it from a backup under the same spec.identity.uuid to run it elsewhere`,
      true,
    );
  }
  if ('problem' in w.resolution) return wait({ ...w.resolution.problem, stalled: true });
  return hostsFirst(w) ?? { do: 'place', epoch: nextEpoch(w) };
}

/** The one next act for this VM. */
export function planVm(w: VmWorld): Action {
  if (w.vm.metadata.deletionTimestamp !== undefined) return planDeletion(w);
  if (!(w.vm.metadata.finalizers ?? []).includes(FINALIZER)) return { do: 'addFinalizer' };
  const claim = w.vm.status?.placement;
  return claim === undefined ? planUnclaimed(w) : planClaimed(w, claim);
}
