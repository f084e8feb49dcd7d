/**
 * When a claim is known to be the newest, although not every host has reported. Pure.
 *
 * A restored backup may show a claim that has long left its host. But a claim leaves a host only by
 * the receipt of that host, which refuses the epoch from then on, or by proof that the boot it
 * counts on is over. So the host of the claim can vouch for it: if it remembers this very epoch,
 * does not refuse it, and is still in the boot that the claim names, no later claim was ever made.
 * Then a silent host holds up nothing of this VM.
 */
import { claimOf, type VmFacts } from './facts';

/** Whether the report of the claimed host says so now. */
export function vouches(f: Omit<VmFacts, 'vouched'>): boolean {
  const claim = claimOf(f);
  const view = claim === undefined ? undefined : f.hosts[claim.host];
  if (claim?.bootID === undefined || view?.answered !== true || view.bootID !== claim.bootID) return false;
  const seen = f.sightings.find((s) => s.host === claim.host);
  return seen?.epoch === claim.epoch && Math.max(seen.refusedEpoch, seen.retiredEpoch) < claim.epoch;
}

/**
 * The host of the claim refuses its epoch by now, so it is not vouched for any more. The end of the
 * VM itself does not count: it makes the host refuse, too.
 */
export function isRevoked(f: Omit<VmFacts, 'vouched'>): boolean {
  if (f.vm.metadata.deletionTimestamp !== undefined) return false;
  const claim = claimOf(f);
  const seen = f.sightings.find((s) => s.host === claim?.host);
  return seen !== undefined && claim !== undefined && Math.max(seen.refusedEpoch, seen.retiredEpoch) >= claim.epoch;
}
