/** A VM without a claim: taken over where it is found, else placed. Pure. */
import { wait, type Action } from './action';
import { identityConflict, macConflict } from './conflict';
import { diskConflict } from './disks';
import { claimOn, hostsFirst, nextEpoch } from './epoch';
import type { VmFacts } from './facts';
import { duplicate, MANY, whereabouts } from './whereabouts';

export function planUnclaimed(f: VmFacts): Action {
  const conflict = identityConflict(f) ?? diskConflict(f) ?? macConflict(f);
  if (conflict !== undefined) return wait(conflict);
  const held = hostsFirst(f);
  if (held !== undefined) return held;
  const found = whereabouts(f);
  if (found === MANY) return wait(duplicate(f));
  if (found !== undefined) return claimOn(f, found);
  if ('problem' in f.resolution) return wait({ ...f.resolution.problem, stalled: true });
  return { do: 'place', epoch: nextEpoch(f) };
}
