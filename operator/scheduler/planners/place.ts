/** Placing a queue of pending VMs, one after the other in the order given: what the operator would do if they came today. */
import { Chooser } from '../choose';
import type { Vm } from '../state/demand';
import type { World } from '../state/world';
import { Objective, loadOf } from './objective';
import type { ObjectiveName } from './objective';

export interface PlacedVm {
  readonly key: string;
  readonly host: string;
}

/** Places what fits; what does not is left out. The world then holds the VMs that were placed. */
export function placeAll(world: World, vms: readonly Vm[], objective: ObjectiveName = 'balance'): PlacedVm[] {
  const chooser = new Chooser(world);
  const pick = objective === 'ganeti' ? byScore(world, chooser) : (vm: Vm): number => chooser.pick(vm);
  const placed: PlacedVm[] = [];
  for (const vm of vms) {
    const slot = pick(vm);
    if (slot < 0) continue;
    const host = world.hosts.spec(slot).name;
    world.add(vm, host);
    placed.push({ key: vm.key, host });
  }
  return placed;
}

/** The host on which the VM leaves the lowest score. */
function byScore(world: World, chooser: Chooser): (vm: Vm) => number {
  const objective = new Objective(world, 'ganeti');
  let last = -1;
  return (vm) => {
    if (last >= 0) objective.touch(last);
    const load = loadOf(vm);
    const { nowhere } = objective;
    const cost = (slot: number): number =>
      objective.spreadAfter(nowhere, slot, load) + objective.penaltyOfMove(vm, nowhere, slot);
    last = chooser.pickBy(vm, cost);
    return last;
  };
}
