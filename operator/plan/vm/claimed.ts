/**
 * A VM with a claim: kept on its host, taken over where it runs, or moved off a dead host. Pure.
 */
import type { XenDomain } from '../../../crds/generated/types';
import { findCondition } from '../../../common/conditions';
import { hold, wait, type Action } from './action';
import { rivalConflict } from './conflict';
import { claimOn, hostsFirst, nextEpoch } from './epoch';
import type { VmFacts } from './facts';
import { planOrder, starts, type Claim } from './order-step';
import { leave, tidyStrays } from './strays';
import { duplicate, elsewhere, MANY, mayRun } from './whereabouts';

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

/** Trouble on another host: nothing starts here, but what runs may still be stopped or edited. */
function besideTrouble(f: VmFacts, claim: Claim, trouble: Action): Action {
  const next = planOrder(f, claim);
  return next.do === 'wait' || starts(next) ? trouble : next;
}

/** It is proved that the old host runs nothing: the VM may move, unless its disks cannot follow. */
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
  // A host that died before it could tell may have started the guest, on disks that it had made.
  const mayHaveRun = order !== undefined && mayRun(order);
  const isMade = ({ name, madeOn }: (typeof disks)[number]): boolean =>
    madeOn === claim.host || made.has(name) || (madeOn === undefined && mayHaveRun);
  const bound = disks.filter((d) => d.locality === 'local' && !d.readOnly && isMade(d)).map((d) => d.name);
  if (bound.length > 0) {
    return hold(
      'HostUnknown',
      `host ${claim.host} is declared dead and holds, or may hold, disk ${bound.join(', ')} in a local pool: the VM waits for the host. Restore it from a backup under the same spec.identity.uuid to run it elsewhere; if it never ran, delete it and make it anew`,
      true,
    );
  }
  const conflict = rivalConflict(f);
  if (conflict !== undefined) return wait(conflict);
  if ('problem' in f.resolution) return wait({ ...f.resolution.problem, stalled: true });
  return hostsFirst(f) ?? { do: 'place', epoch: nextEpoch(f) };
}

/**
 * The host said that the guest has shut itself down, and its run policy lets it stay off. If it is
 * off for another reason it runs again.
 */
function hasFinished({ vm }: VmFacts, { spec, status }: XenDomain): boolean {
  const runsOnce = vm.spec.runPolicy === 'Once' || vm.spec.runPolicy === 'RerunOnFailure';
  const isOff = status?.epoch === spec.epoch && status.phase === 'Stopped';
  return runsOnce && isOff && findCondition(status.conditions, 'Ready')?.reason === 'Finished';
}
