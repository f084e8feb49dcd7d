/** Placing a queue of pending VMs, one after the other in the order given: what the operator would do if they came today. */
import { Placer } from '../placer';
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
  const placer = new Placer(world);
  const pick = objective === 'ganeti' ? byScore(placer) : (vm: Vm): number => placer.pick(vm);
  const placed: PlacedVm[] = [];
  for (const vm of vms) {
    const slot = pick(vm);
    if (slot < 0) continue;
    const host = world.hosts.spec(slot).name;
    placer.put(vm, host);
    placed.push({ key: vm.key, host });
  }
  return placed;
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
    last = placer.pick(vm, (veto) => placer.chooser.pickBy(vm, cost, veto));
    return last;
  };
}
