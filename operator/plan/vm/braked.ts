/** The closed brake on the end of a deleted VM: no guest is ended, no disk deleted. Pure. */
import type { XenDomain, XenDomainSpec } from '../../../crds/generated/types';
import { hold, type Action } from './action';
import { isTold } from './doomed-disks';
import type { VmFacts } from './facts';
import { mayRun } from './whereabouts';

/** What to do instead of `next`. Undefined if `next` may be done. */
export function braked(f: VmFacts, next: Action): Action | undefined {
  if (f.brake.state === 'open' || !takesAway(f, next)) return undefined;
  return f.brake.state === 'closed' ? hold('BrakeClosed', f.brake.message, true) : hold('Terminating', f.brake.message);
}

/**
 * Whether this act ends a guest that may run, or names more disks to delete. An end that was
 * ordered before goes on.
 */
function takesAway(f: VmFacts, next: Action): boolean {
  if (next.do !== 'createOrder' && next.do !== 'updateOrder') return false;
  const spec = next.do === 'createOrder' ? next.order.spec : next.spec;
  if (spec.desired !== 'Absent') return false;
  const before = f.orders.find(({ host }) => host === next.host)?.order;
  return endsGuest(f, next.host, before) || namesDisks(spec, before);
}

function endsGuest(f: VmFacts, host: string, before: XenDomain | undefined): boolean {
  if (before !== undefined) return before.spec.desired === 'Running' && mayRun(before);
  // A domain without an order is frozen. Until its host has reported, there may be one.
  return f.hosts[host]?.answered !== true || f.sightings.some((seen) => seen.host === host && seen.present);
}

const namesDisks = ({ deleteDisks = [] }: XenDomainSpec, before: XenDomain | undefined): boolean =>
  before === undefined ? deleteDisks.length > 0 : !isTold(deleteDisks, before.spec);
