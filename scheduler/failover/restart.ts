/**
 * Can the VMs of some lost hosts all be restarted on the others? A greedy answer first (the largest
 * VM to the host with the most room left, then to the one with the least), then an exhaustive one
 * within a budget. VMs that need others near them (affinity) come after the rest, and wait where
 * those are not there yet. Out of budget counts as no: a placement is never made on hope.
 */
import type { HostPicker } from '../host-picker';
import type { Vm } from '../state/demand';
import type { World } from '../state/world';
import { PlainRoom, RealRoom, looksAtOthers } from './room';
import type { Room } from './room';

export type Targets = Map<Vm, number>;

export interface Restart {
  /** Where each VM would go; undefined where not all can. */
  readonly targets: Targets | undefined;
  /** Of the best attempt, the VMs that would be left. */
  readonly left: readonly Vm[];
}

/** Work of the exhaustive search: dead ends times hosts. */
const BUDGET = 40_000;

/** Tries to restart VMs that are on lost hosts; the world is left as it was. */
export function restart(picker: HostPicker, lost: readonly number[], vms: readonly Vm[]): Restart {
  const { world } = picker;
  const slots = world.hosts.slots().filter((slot) => !lost.includes(slot));
  const late = (vm: Vm): number => (looksAtOthers(world, vm) ? 1 : 0);
  const sorted = [...vms].sort(
    (a, b) => late(a) - late(b) || b.needBytes - a.needBytes || b.vcpus - a.vcpus || (a.key < b.key ? -1 : 1),
  );
  if (sorted.every((vm) => picker.isSimple(vm))) return search(() => new PlainRoom(picker, slots), slots, sorted);
  const restore = lose(world, lost, sorted);
  const answer = search(() => new RealRoom(picker), slots, sorted);
  restore();
  return answer;
}

/** Takes the VMs off; where VMs are spread over domains, the lost hosts are seen to be lost. */
function lose(world: World, lost: readonly number[], vms: readonly Vm[]): () => void {
  const homes = vms.map((vm) => world.placed.get(vm.key)?.host ?? '');
  const isSpread = vms.some((vm) => world.relations.of(vm).spreads.length > 0);
  for (const vm of vms) world.remove(vm.key);
  if (isSpread) world.hosts.supposeAway(lost);
  return () => {
    if (isSpread) world.hosts.supposeAway([]);
    vms.forEach((vm, index) => world.add(vm, homes[index] ?? ''));
  };
}

function search(makeRoom: () => Room, slots: readonly number[], vms: readonly Vm[]): Restart {
  const wide = greedy(makeRoom(), slots, vms, 1);
  if (wide.targets) return wide;
  const tight = greedy(makeRoom(), slots, vms, -1);
  if (tight.targets) return tight;
  const targets: Targets = new Map();
  const room = makeRoom();
  const budget = isHopeless(room, slots, vms) ? 0 : BUDGET / slots.length;
  const found = exhaust({ room, slots, targets, budget }, vms);
  for (const [vm, slot] of targets) room.giveBack(vm, slot);
  return { targets: found ? targets : undefined, left: found ? [] : tight.left };
}

/** Whether all hosts together have too little: there is nothing to search for. */
function isHopeless(room: Room, slots: readonly number[], vms: readonly Vm[]): boolean {
  const sum = <T>(of: readonly T[], amount: (one: T) => number): number =>
    of.reduce((total, one) => total + Math.max(0, amount(one)), 0);
  return (
    sum(vms, ({ needBytes }) => needBytes) > sum(slots, (slot) => room.freeBytes(slot)) ||
    sum(vms, ({ hvm }) => hvm) > sum(slots, (slot) => room.freeHvm(slot))
  );
}

/**
 * The host with the most (1) or the least (-1) room left; those that found none are tried again
 * while others do.
 */
function greedy(room: Room, slots: readonly number[], vms: readonly Vm[], sense: 1 | -1): Restart {
  const targets: Targets = new Map();
  let left: readonly Vm[] = vms;
  for (let before = Infinity; left.length > 0 && left.length < before;) {
    before = left.length;
    left = left.filter((vm) => {
      const slot = roomiest(room, slots, vm, sense);
      if (slot < 0) return true;
      room.take(vm, slot);
      targets.set(vm, slot);
      return false;
    });
    if (room.isPlain) break;
  }
  for (const [vm, slot] of targets) room.giveBack(vm, slot);
  return { targets: left.length === 0 ? targets : undefined, left };
}

function roomiest(room: Room, slots: readonly number[], vm: Vm, sense: 1 | -1): number {
  let best = -1;
  let most = -Infinity;
  for (const slot of slots) {
    const free = sense * room.freeBytes(slot);
    if (free <= most || !room.fits(vm, slot)) continue;
    best = slot;
    most = free;
  }
  return best;
}

interface Search {
  readonly room: Room;
  readonly slots: readonly number[];
  readonly targets: Targets;
  budget: number;
}

/**
 * Depth first. VMs that look at no other are taken in their order; one that does may come at any
 * time, since it may need one of them to be there, or not to be there yet.
 */
function exhaust(search: Search, waiting: readonly Vm[]): boolean {
  if (waiting.length === 0) return true;
  const { room } = search;
  const next = waiting.find((vm) => !room.looksAtOthers(vm));
  if (next && !search.slots.some((slot) => room.fits(next, slot))) {
    search.budget--;
    return false;
  }
  const candidates = waiting.filter((vm) => vm === next || room.looksAtOthers(vm));
  for (const vm of candidates) if (exhaustWith(search, vm, waiting)) return true;
  search.budget--;
  return false;
}

function exhaustWith(search: Search, vm: Vm, waiting: readonly Vm[]): boolean {
  const { room, targets } = search;
  const rest = waiting.filter((other) => other !== vm);
  for (const slot of search.slots) {
    if (search.budget <= 0) return false;
    if (!room.fits(vm, slot)) continue;
    room.take(vm, slot);
    targets.set(vm, slot);
    if (exhaust(search, rest)) return true;
    room.giveBack(vm, slot);
    targets.delete(vm);
  }
  return false;
}
