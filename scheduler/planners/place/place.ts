/** Placing a queue of pending VMs: one after the other in the order given, or packed. */
import { Placer } from '../../placer';
import type { Vm } from '../../state/demand';
import type { World } from '../../state/world';
import { loadOf } from '../shared/load';
import { Objective } from '../shared/objective';
import type { ObjectiveName } from '../shared/objective';
import { packAll } from './pack';
import { placeInOrder } from './queue';
import type { PlacedVm } from './queue';

/** `balance` evens hosts out; `pack` fills host after host. */
export type Strategy = 'balance' | 'pack';

export interface PlaceOptions {
  readonly objective?: ObjectiveName;
  /**
   * `pack` takes the queue in whatever order uses the fewest hosts; `balance` (default) keeps its
   * order.
   */
  readonly strategy?: Strategy;
}

/** Places what fits; what does not is left out. The world then holds the VMs that were placed. */
export function placeAll(world: World, vms: readonly Vm[], options: PlaceOptions = {}): PlacedVm[] {
  if (options.strategy === 'pack') return packAll(world, vms);
  const placer = new Placer(world);
  const pick = options.objective === 'ganeti' ? byScore(placer) : (vm: Vm): number => placer.pick(vm);
  return placeInOrder(placer, vms, pick);
}

/** The host on which the VM leaves the lowest score. */
function byScore(placer: Placer): (vm: Vm) => number {
  const objective = new Objective(placer.world, 'ganeti');
  let last = -1;
  return (vm) => {
    if (last >= 0) objective.touch(last);
    const load = loadOf(vm);
    const { nowhere } = objective;
    const cost = (slot: number): number =>
      objective.spreadAfter(nowhere, slot, load) + objective.penaltyOfMove(vm, nowhere, slot);
    last = placer.pick(vm, (veto) => placer.picker.pickBy(vm, cost, veto));
    return last;
  };
}
