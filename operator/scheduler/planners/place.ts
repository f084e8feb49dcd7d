/** Placing a queue of pending VMs, one after the other in the order given: what the operator would do if they came today. */
import { Placer } from '../placer';
import { PACKING_SCORERS } from '../scores';
import type { Vm } from '../state/demand';
import type { World } from '../state/world';
import { Objective, loadOf } from './objective';
import type { ObjectiveName } from './objective';

export interface PlacedVm {
  readonly key: string;
  readonly host: string;
}

export interface PlaceOptions {
  readonly objective?: ObjectiveName;
  /** `pack` fills host after host, in whatever order of the queue uses fewest; `balance` (default) keeps the order. */
  readonly strategy?: 'balance' | 'pack';
}

/** Places what fits; what does not is left out. The world then holds the VMs that were placed. */
export function placeAll(world: World, vms: readonly Vm[], options: PlaceOptions = {}): PlacedVm[] {
  if (options.strategy === 'pack') return packAll(world, vms);
  const placer = new Placer(world);
  const pick = options.objective === 'ganeti' ? byScore(placer) : (vm: Vm): number => placer.pick(vm);
  return placeInOrder(placer, vms, pick);
}

function placeInOrder(placer: Placer, vms: readonly Vm[], pick: (vm: Vm) => number): PlacedVm[] {
  const placed: PlacedVm[] = [];
  const tryOne = (vm: Vm): boolean => {
    const slot = pick(vm);
    if (slot < 0) return false;
    const host = placer.world.hosts.spec(slot).name;
    placer.put(vm, host);
    placed.push({ key: vm.key, host });
    return true;
  };
  let waiting = vms.filter((vm) => !tryOne(vm)).filter((vm) => !placer.chooser.isFree(vm));
  // A VM that asks for others may fit once they are placed: it is asked again until nothing changes.
  for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
    before = waiting.length;
    waiting = waiting.filter((vm) => !tryOne(vm));
  }
  return placed;
}

/** Largest first, by memory, by vCPUs and by both: the order that places most VMs on fewest hosts. */
function packAll(world: World, vms: readonly Vm[]): PlacedVm[] {
  const { bytes, vcpus } = world.hosts.totals();
  const sizes = [
    (vm: Vm): number => vm.needBytes / bytes + vm.vcpus / vcpus,
    (vm: Vm): number => Math.max(vm.needBytes / bytes, vm.vcpus / vcpus),
    (vm: Vm): number => vm.needBytes,
    (vm: Vm): number => vm.vcpus,
  ];
  let best: PlacedVm[] | undefined;
  let bestUsed = Infinity;
  for (const size of sizes) {
    const placer = new Placer(world, 'always', PACKING_SCORERS);
    const order = [...vms].sort((a, b) => size(b) - size(a) || b.needBytes - a.needBytes || (a.key < b.key ? -1 : 1));
    const placed = placeInOrder(placer, order, (vm) => placer.pick(vm));
    const used = world.hosts.slots().filter((slot) => (world.hosts.vms[slot] ?? 0) > 0).length;
    for (const { key } of placed) world.remove(key);
    if (best && (placed.length < best.length || (placed.length === best.length && used >= bestUsed))) continue;
    [best, bestUsed] = [placed, used];
  }
  const byKey = new Map(vms.map((vm) => [vm.key, vm]));
  for (const { key, host } of best ?? []) world.add(byKey.get(key) as Vm, host);
  return best ?? [];
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
