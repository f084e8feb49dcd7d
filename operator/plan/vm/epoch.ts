/** Epochs and the rule that hosts come first. Pure. */
import { hold, wait, type Action } from './action';
import { claimOf, refusedEpochOf, type VmFacts } from './facts';

/**
 * No fleet gets here by placing a VM. A higher epoch in a report, if the VM's own are far below, is
 * a lie or a fault.
 */
const FAR_EPOCH = 1_000_000_000;

/** The epochs that the operator gave: that of the claim and those of the VM's orders. */
const ownEpochs = (f: VmFacts): number[] => [claimOf(f)?.epoch ?? 0, ...f.orders.map(({ order }) => order.spec.epoch)];

/** The epochs that `host` tells of the VM, in its report and in the status of its order. */
function reportedEpochs(f: VmFacts, host: string | undefined): number[] {
  const seen = f.sightings.filter((s) => s.host === host);
  const orders = f.orders.filter((o) => host === undefined || o.host === host);
  return [
    ...seen.flatMap((s) => [s.epoch, s.retiredEpoch, s.refusedEpoch]),
    ...orders.map(({ order }) => refusedEpochOf(order)),
  ];
}

const isBelievable = (f: VmFacts, epoch: number): boolean => epoch <= Math.max(FAR_EPOCH, ...ownEpochs(f));

/**
 * The next epoch for a claim on `host`: above the claim, above every order, and above what that
 * very host remembers. The memory of other hosts does not count: only the host that retired an
 * epoch refuses it, so what others tell could at most be a lie that makes epochs race.
 */
export function nextEpoch(f: VmFacts, host?: string): number {
  const reported = reportedEpochs(f, host).filter((epoch) => isBelievable(f, epoch));
  return Math.max(...ownEpochs(f), ...reported) + 1;
}

/** The highest epoch that `host` has obeyed, if that can be believed; 0 if it tells none. */
export function lastEpoch(f: VmFacts, host: string): number {
  const known = f.sightings.filter((s) => s.host === host).map((s) => s.epoch);
  return Math.max(0, ...known.filter((epoch) => isBelievable(f, epoch)));
}

/**
 * Held up because its host tells an epoch that cannot be right. A claim above that could never be
 * raised again.
 */
export function implausible(f: VmFacts, host: string): Action | undefined {
  const lie = reportedEpochs(f, host).find((epoch) => !isBelievable(f, epoch));
  if (lie === undefined) return undefined;
  return hold(
    'ReportImplausible',
    `host ${host} reports epoch ${lie} of this VM, which no claim has ever reached: its agent lies or is broken. Quarantine the host (spec.quarantined of its XenHost) and look at it`,
    true,
  );
}

/**
 * Held up while a host that could hold the VM has not answered, unless the claim is vouched for:
 * then the VM is nowhere else.
 */
export function hostsFirst(f: VmFacts): Action | undefined {
  if (f.fresh || f.vouched || f.unreported.length === 0) return undefined;
  const names = f.unreported.slice(0, 5).join(', ') + (f.unreported.length > 5 ? ', …' : '');
  return wait({
    reason: 'HostNotReporting',
    message: `waiting for a report of ${names}: it could run this VM already. Start its agent; or, if the host is off for good, set spec.declaredDead of its XenHost, or delete the XenHost. Where there is no such XenHost, other hosts remember it from before a restore: make it anew, and delete it if the host is gone for good`,
    awaitsReports: true,
  });
}

/** A claim on `host`, for the boot of its Dom0 that last reported. */
export const claimOn = (f: VmFacts, host: string): Action => ({
  do: 'claim',
  host,
  epoch: nextEpoch(f, host),
  bootID: f.hosts[host]?.bootID,
});
