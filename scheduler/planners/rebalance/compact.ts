/**
 * Emptying hosts by moves: host after host, the cheapest to empty first, as long as all of its VMs
 * find room on others that are in use. No VM moves twice, and each move finds its room by every
 * rule, failures to be tolerated among them.
 */
import { Placer } from '../../placer';
import { PACKING_SCORERS } from '../../scores';
import type { Vm } from '../../state/demand';
import type { World } from '../../state/world';
import { usedSlots } from '../shared/mix';
import { isNeeded } from '../shared/order';
import type { Move } from '../shared/order';

/** Moves the VMs in the world; the moves are in an order in which each finds its room. */
export function compact(world: World): Move[] {
  const { hosts } = world;
  const placer = new Placer(world, 'ifHeld', PACKING_SCORERS);
  const cost = (slot: number): number => hosts.usedBytes[slot] ?? 0;
  const full = new Set<number>();
  const moves: Move[] = [];
  for (const slot of usedSlots(world).sort((a, b) => cost(a) - cost(b))) {
    if (full.has(slot)) continue;
    const found = emptyHost(placer, slot);
    for (const { to } of found) full.add(hosts.slotOf(to) ?? -1);
    moves.push(...found);
  }
  return moves;
}

/** Everything off a host, the largest first; nothing at all if one has to stay. */
function emptyHost(placer: Placer, slot: number): Move[] {
  const { world } = placer;
  const { hosts } = world;
  const from = hosts.spec(slot).name;
  const vms = world.vmsOn(from).sort((a, b) => b.needBytes - a.needBytes || (a.key < b.key ? -1 : 1));
  if (!vms.every((vm) => isMovable(world, vm, from))) return [];
  const moves: Move[] = [];
  for (const vm of vms) {
    const target = isNeeded(placer, vm, from) ? -1 : targetOf(placer, vm, slot);
    if (target >= 0) placer.put(vm, hosts.spec(target).name);
    if (target < 0) {
      for (const done of moves.reverse()) placer.put(done.vm, from);
      return [];
    }
    moves.push({ vm, from, to: hosts.spec(target).name });
  }
  return moves;
}

/** The best of the other hosts in use; -1 if none takes it. */
function targetOf(placer: Placer, vm: Vm, from: number): number {
  const { hosts } = placer.world;
  placer.take(vm.key);
  const target = placer.pick(vm, (veto) =>
    placer.picker.pick(vm, (other) => other === from || hosts.vms[other] === 0 || veto(other)),
  );
  if (target < 0) placer.put(vm, hosts.spec(from).name);
  return target;
}

/** Not on its way already. */
function isMovable(world: World, vm: Vm, host: string): boolean {
  const placed = world.placed.get(vm.key);
  return placed?.host === host && placed.inboundHost === undefined;
}
