/** Placing VMs one after the other in the order given, as the operator would if they came today. */
import type { Placer } from '../../placer';
import type { Vm } from '../../state/demand';

export interface PlacedVm {
  readonly key: string;
  readonly host: string;
}

/** What does not fit is left out. The world then holds the VMs that were placed. */
export function placeInOrder(placer: Placer, vms: readonly Vm[], pick: (vm: Vm) => number): PlacedVm[] {
  const placed: PlacedVm[] = [];
  const tryOne = (vm: Vm): boolean => {
    const slot = pick(vm);
    if (slot < 0) return false;
    const host = placer.world.hosts.spec(slot).name;
    placer.put(vm, host);
    placed.push({ key: vm.key, host });
    return true;
  };
  let waiting = vms.filter((vm) => !tryOne(vm)).filter((vm) => !placer.picker.isFree(vm));
  // A VM that asks for others may fit once they are placed: it is asked again until nothing
  // changes.
  for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
    before = waiting.length;
    waiting = waiting.filter((vm) => !tryOne(vm));
  }
  return placed;
}
