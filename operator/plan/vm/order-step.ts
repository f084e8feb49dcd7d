/**
 * The order of a claim: made, kept equal to what is granted, or, if its host refuses the epoch,
 * claimed anew above that. Pure.
 */
import type { XenDomain, XenDomainSpec } from '../../../crds/generated/types';
import { wait, type Action } from './action';
import { macConflict } from './conflict';
import { claimOn, hostsFirst, implausible } from './epoch';
import { isRetired, refusedEpochOf, type PlacedOrder, type VmFacts } from './facts';
import { withOperation } from './operation';
import { desiredOf, keepingSize, newOrder, orderSpec, sameOrder, withinReserved } from './order';
import { heldBy, resizing } from './reservation';
import { leave } from './strays';

export interface Claim {
  readonly host: string;
  readonly epoch: number;
  /** The boot of the host's Dom0 that the claim counts on. It starts nothing in any other boot. */
  readonly bootID?: string;
}

/** Whether this act could start a domain that was not running. */
export function starts(action: Action): boolean {
  if (action.do === 'createOrder') return action.order.spec.desired === 'Running';
  if (action.do !== 'updateOrder') return action.do === 'claim';
  const { spec: before } = action.order;
  const { desired, epoch, operation } = action.spec;
  const isNew = operation?.uid !== before.operation?.uid && operation?.type !== 'Stop';
  return desired === 'Running' && (before.desired !== 'Running' || epoch > before.epoch || isNew);
}

export function planOrder(f: VmFacts, claim: Claim): Action {
  const { host, epoch } = claim;
  const placed = f.orders.find((o) => o.host === host);
  if (placed?.order.metadata.deletionTimestamp !== undefined) return { do: 'deleteOrder', ...placed };
  const lie = implausible(f, host);
  if (lie !== undefined) return lie;
  const replaced = placed === undefined ? undefined : replaceOrder(f, placed, epoch);
  if (replaced !== undefined) return replaced;
  if (isOutdated(f, claim)) return hostsFirst(f) ?? claimOn(f, host);
  return placed === undefined ? makeOrder(f, claim) : keepOrder(f, placed, claim);
}

/**
 * The order on the claimed host cannot be kept: makes room for the claim, or claims anew above what
 * the host refuses.
 */
function replaceOrder(f: VmFacts, placed: PlacedOrder, epoch: number): Action | undefined {
  const { host, order } = placed;
  const anew = (): Action => hostsFirst(f) ?? claimOn(f, host);
  if (order.spec.epoch > epoch) return anew();
  if (order.spec.desired === 'Absent') {
    if (!isRetired(order)) return leave(f, host, order.spec.epoch);
    return order.spec.epoch < epoch ? { do: 'deleteOrder', ...placed } : anew();
  }
  return refusedEpochOf(order) >= epoch ? anew() : undefined;
}

/**
 * The host remembers more than the claim says, or has booted since. An order of this claim would
 * never start there.
 */
function isOutdated(f: VmFacts, { host, epoch, bootID }: Claim): boolean {
  if (bootID !== f.hosts[host]?.bootID) return true;
  const seen = f.sightings.find((s) => s.host === host);
  return seen !== undefined && (seen.epoch > epoch || Math.max(seen.retiredEpoch, seen.refusedEpoch) >= epoch);
}

function makeOrder(f: VmFacts, claim: Claim): Action {
  if ('problem' in f.resolution) return wait({ ...f.resolution.problem, stalled: true });
  const conflict = macConflict(f);
  if (conflict !== undefined) return wait(conflict);
  const { wanted } = f.resolution;
  const asked = withOperation(f, claim.host, orderSpec(f.vm, wanted, claim, f.fleetID));
  const spec = withinReserved(asked, wanted, heldBy(f.vm, undefined, wanted));
  if (spec === undefined) return { do: 'grow', host: claim.host, epoch: claim.epoch };
  return { do: 'createOrder', host: claim.host, order: newOrder(claim.host, f.uuid, spec) };
}

function keepOrder(f: VmFacts, placed: PlacedOrder, claim: Claim): Action {
  const conflict = macConflict(f);
  const before = placed.order.spec;
  const spec = withOperation(f, claim.host, keptSpec(f, placed.order, claim));
  const kept: XenDomainSpec = conflict === undefined ? spec : withNetworks(spec, before.networks);
  if (!sameOrder(before, kept)) return { do: 'updateOrder', ...placed, spec: kept };
  if (conflict !== undefined) return wait(conflict);
  return 'problem' in f.resolution ? wait(f.resolution.problem) : planSize(f, placed, claim.epoch);
}

/**
 * The order is right for now. A larger size needs room first; room that a smaller size frees is
 * given back last.
 */
function planSize(f: VmFacts, { host, order }: PlacedOrder, epoch: number): Action {
  const change = 'wanted' in f.resolution ? resizing(f.vm, order, f.resolution.wanted, f.reported) : undefined;
  return change === undefined ? wait() : { ...change, host, epoch };
}

/**
 * The order as it should be. If a name does not resolve any more, what was granted stays in force,
 * but the run policy still counts.
 */
function keptSpec(f: VmFacts, order: XenDomain, claim: Claim): XenDomainSpec {
  const before = order.spec;
  const { epoch, bootID } = claim;
  const desired = desiredOf(f.vm, before);
  if ('problem' in f.resolution) {
    const runPolicy = f.vm.spec.runPolicy ?? 'Always';
    return { ...before, epoch, desired, runPolicy, ...(bootID !== undefined && { bootID }) };
  }
  const { wanted } = f.resolution;
  const asked = { ...orderSpec(f.vm, wanted, claim, f.fleetID), desired };
  return keepingSize(asked, before, wanted, heldBy(f.vm, order, wanted));
}

function withNetworks(spec: XenDomainSpec, networks: XenDomainSpec['networks']): XenDomainSpec {
  const { networks: _wanted, ...rest } = spec;
  return networks === undefined ? rest : { ...rest, networks };
}
