/** A VM with a claim: kept where the claim says, taken over where it runs, moved from a host that is dead. Pure. */
import type { XenDomain } from '../../../crds/generated/types';
import { findCondition } from '../../../common/conditions';
import { hold, wait, type Action } from './action';
import { rivalConflict } from './conflict';
import { claimOn, hostsFirst, nextEpoch } from './epoch';
import type { VmFacts } from './facts';
import { planOrder, starts, type Claim } from './order-step';
import { leave, tidyStrays } from './strays';
import { duplicate, elsewhere, MANY } from './whereabouts';

export function planClaimed(f: VmFacts, claim: Claim): Action {
  const view = f.hosts[claim.host];
  if (view?.dead === true) return moveFromDeadHost(f, claim);
  if (view === undefined || !view.answered || !view.namespaceReady) {
    return hold(
      'HostNotReporting',
      `host ${claim.host} has not reported yet: ${view?.message ?? 'there is no such XenHost'}`,
    );
  }
  const conflict = rivalConflict(f);
  if (conflict !== undefined) return wait(conflict);
  const found = elsewhere(f, claim.host);
  if (found === MANY) return besideTrouble(f, claim, wait(duplicate(f)));
  if (found !== undefined) return hostsFirst(f) ?? leave(f, claim.host, claim.epoch) ?? claimOn(f, found);
  const stray = tidyStrays(f, claim.host);
  if (stray === undefined) return planOrder(f, claim);
  return stray.do === 'wait' ? besideTrouble(f, claim, stray) : stray;
}

/** Trouble on another host starts nothing new here, but it must not keep anybody from stopping or editing what runs. */
function besideTrouble(f: VmFacts, claim: Claim, trouble: Action): Action {
  const next = planOrder(f, claim);
  return next.do === 'wait' || starts(next) ? trouble : next;
}

/** Proof that the old host runs nothing: the VM may be claimed elsewhere, unless its disks cannot follow. */
function moveFromDeadHost(f: VmFacts, claim: Claim): Action {
  const order = f.orders.find((o) => o.host === claim.host)?.order;
  if (order !== undefined && hasFinished(f, order)) {
    return hold(
      'HostUnknown',
      `host ${claim.host} is declared dead; the guest had done its work there (runPolicy ${f.vm.spec.runPolicy}) and is not run again. Set spec.runPolicy to Always to run it on another host`,
      true,
    );
  }
  const made = new Set(order?.status?.madeDisks ?? []);
  const disks = 'wanted' in f.resolution ? f.resolution.wanted.disks : [];
  const isMade = (d: (typeof disks)[number]): boolean => d.madeOn === claim.host || made.has(d.name);
  const bound = disks.filter((d) => d.locality === 'local' && !d.readOnly && isMade(d)).map((d) => d.name);
  if (bound.length > 0) {
    return hold(
      'HostUnknown',
      `host ${claim.host} is declared dead and holds disk ${bound.join(', ')} in a local pool: the VM waits for the host. Restore it from a backup under the same spec.identity.uuid to run it elsewhere`,
      true,
    );
  }
  const conflict = rivalConflict(f);
  if (conflict !== undefined) return wait(conflict);
  if ('problem' in f.resolution) return wait({ ...f.resolution.problem, stalled: true });
  return hostsFirst(f) ?? { do: 'place', epoch: nextEpoch(f) };
}

/** Its host said that the guest shut itself down, as one that runs once may. (Off by whatever else, it runs again.) */
function hasFinished({ vm }: VmFacts, { spec, status }: XenDomain): boolean {
  const runsOnce = vm.spec.runPolicy === 'Once' || vm.spec.runPolicy === 'RerunOnFailure';
  const isOff = status?.epoch === spec.epoch && status.phase === 'Stopped';
  return runsOnce && isOff && findCondition(status.conditions, 'Ready')?.reason === 'Finished';
}
