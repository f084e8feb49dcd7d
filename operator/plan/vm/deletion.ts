/**
 * The end of a VM: its domain, its orders, and at last its finalizer. Nothing of another identity
 * ends with it. Pure.
 */
import { FINALIZER } from '../../../common/names';
import { wait, type Action } from './action';
import { claimOn, hostsFirst } from './epoch';
import { claimOf, type VmFacts } from './facts';
import { braked } from './braked';
import { leave, tidyStrays } from './strays';
import { duplicate, MANY, whereabouts } from './whereabouts';

export function planDeletion(f: VmFacts): Action {
  if (!(f.vm.metadata.finalizers ?? []).includes(FINALIZER)) return wait();
  const next = nextStep(f);
  return braked(f, next) ?? next;
}

function nextStep(f: VmFacts): Action {
  const claim = claimOf(f);
  if (claim !== undefined) {
    const step = leave(f, claim.host, claim.epoch);
    if (step !== undefined) return step;
  }
  const stray = tidyStrays(f, claim?.host);
  if (stray !== undefined) return stray;
  const held = hostsFirst(f);
  if (held !== undefined) return held;
  const found = whereabouts(f);
  if (found === MANY) return wait(duplicate(f));
  // The order on a dead host waits there by itself.
  if (found !== undefined && found !== claim?.host && f.hosts[found]?.dead !== true) return claimOn(f, found);
  return { do: 'clearFinalizer' };
}
