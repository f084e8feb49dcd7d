/** Epochs and the rule that hosts come first. Pure. */
import { hold, type Action } from './action';
import { claimOf, refusedEpochOf, type VmFacts } from './facts';

/**
 * The next epoch for a claim on `host`: above the claim, above every order, and above what that
 * very host remembers. The memory of any other host does not count: it could only be a lie that
 * makes epochs race, for an epoch is refused by the host that retired it and by no other.
 */
export function nextEpoch(f: VmFacts, host?: string): number {
  const known = [
    claimOf(f)?.epoch ?? 0,
    ...f.orders.flatMap(({ order }) => [order.spec.epoch, refusedEpochOf(order)]),
    ...f.sightings.filter((s) => s.host === host).flatMap((s) => [s.epoch, s.retiredEpoch, s.refusedEpoch]),
  ];
  return Math.max(...known) + 1;
}

/** Held up while a host that could hold the VM has not answered. */
export function hostsFirst(f: VmFacts): Action | undefined {
  if (f.fresh || f.unreported.length === 0) return undefined;
  const names = f.unreported.slice(0, 5).join(', ') + (f.unreported.length > 5 ? ', …' : '');
  return hold(
    'HostNotReporting',
    `waiting for a report of ${names}: it could run this VM already. Start its agent; or, if the host is off for good, set spec.declaredDead of its XenHost, or delete the XenHost`,
  );
}

/** A claim on `host`, for the boot of its Dom0 that last reported. */
export const claimOn = (f: VmFacts, host: string): Action => ({
  do: 'claim',
  host,
  epoch: nextEpoch(f, host),
  bootID: f.hosts[host]?.bootID,
});
