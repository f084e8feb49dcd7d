/** Where the VM is by the reports and the orders, besides its claim. Pure. */
import type { XenDomain } from '../../../crds/generated/types';
import type { Hold } from './action';
import { claimOf, isRetired, refusedEpochOf, type VmFacts } from './facts';
import { isLive } from './strays';

export const MANY = Symbol('on more than one host');

/** Two domains of one UUID, or one where the claim is not: only a person may end one of them. */
export function duplicate(f: VmFacts): Hold {
  const claimed = claimOf(f)?.host;
  const strangers = f.foreignSightings.filter(({ present }) => present).map(({ host }) => host);
  const hosts = [...new Set([...presentHosts(f), ...strangers])].sort();
  const where = claimed === undefined ? '' : `, and the claim is on ${claimed}`;
  const message = `a domain of this UUID is reported by ${hosts.join(' and ')}${where}. Nothing is done by itself: find out which one is right and destroy the other with xl on its Dom0; or, if a host reports what is not there, set spec.quarantined of its XenHost`;
  return { reason: 'DuplicateDomain', message, stalled: true };
}

/** Hosts whose report shows a domain of the VM. A receipt outranks a report, which may be older. */
function presentHosts(f: VmFacts): string[] {
  const ended = new Set(f.orders.filter(({ order }) => isRetired(order)).map(({ host }) => host));
  return f.sightings.filter((s) => s.present && !ended.has(s.host)).map((s) => s.host);
}

/** The host of a VM without a claim, if any: where it runs, else is ordered, else is remembered. */
export function whereabouts(f: VmFacts): string | typeof MANY | undefined {
  const present = presentHosts(f);
  if (present.length > 1) return MANY;
  const ordered = f.orders.filter(({ order }) => !isRetired(order)).map(({ host }) => host);
  const remembered = f.sightings.filter(isLive).toSorted((a, b) => b.epoch - a.epoch);
  return present[0] ?? ordered[0] ?? remembered[0]?.host;
}

/**
 * The host besides the claimed one that shows a domain of the VM, if any. MANY if the claimed host
 * has, or may have, a domain as well, or if the claim is known to be the newest. What the claim
 * names is the rightful copy, and no report of another host, which may lie, ever ends it or draws
 * it away. The VM follows a domain only after a restore, when the claim may be out of date.
 */
export function elsewhere(f: VmFacts, claimed: string): string | typeof MANY | undefined {
  const present = presentHosts(f);
  const others = present.filter((host) => host !== claimed);
  // A foreign domain, or one of another owner, is not followed, but it is reported all the same.
  const strangers = f.foreignSightings.filter((s) => s.present && s.host !== claimed);
  if (others.length + strangers.length === 0) return undefined;
  const order = f.orders.find((o) => o.host === claimed)?.order;
  const mayRunHere = present.includes(claimed) || (order !== undefined && mayRun(order));
  if (mayRunHere || f.vouched || others.length > 1) return MANY;
  return others[0];
}

/** Whether its domain may run: not if it is ordered Absent, or its agent says off or refused. */
export function mayRun(order: XenDomain): boolean {
  const { spec, status } = order;
  if (spec.desired === 'Absent' || refusedEpochOf(order) >= spec.epoch) return false;
  const isOff = status?.epoch === spec.epoch && (status.phase === 'Stopped' || status.phase === 'Failed');
  return !isOff;
}
