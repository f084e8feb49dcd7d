/**
 * Can the VMs of some lost hosts all be restarted on the others? A greedy answer first (the largest VM to the host with
 * the most room left, then to the one with the least), then an exhaustive one within a budget. Out of budget counts as
 * no: a placement is never made on hope.
 */
import type { Chooser } from '../choose';
import type { Vm } from '../state/demand';
import type { World } from '../state/world';

export type Targets = Map<Vm, number>;

export interface Restart {
  /** Where each VM would go; undefined where not all can. */
  readonly targets: Targets | undefined;
  /** Of the best attempt, the VMs that would be left. */
  readonly left: readonly Vm[];
}

/** Work of the exhaustive search: dead ends times hosts. */
const BUDGET = 40_000;

/** Nothing but the host and the room on it decides. */
export function isSimple(chooser: Chooser, vm: Vm): boolean {
  return vm.diskBytes.size === 0 && chooser.isFree(vm);
}

/** What hosts have left, taken and given back as VMs are tried. */
interface Room {
  fits(vm: Vm, slot: number): boolean;
  take(vm: Vm, slot: number): void;
  giveBack(vm: Vm, slot: number): void;
  freeBytes(slot: number): number;
}

/** Arrays only: for VMs that nothing sets apart. */
class PlainRoom implements Room {
  readonly #bytes: Float64Array;
  readonly #vcpus: Float64Array;
  readonly #pcpus: Float64Array;

  constructor(
    readonly chooser: Chooser,
    slots: readonly number[],
  ) {
    const { hosts } = chooser.world;
    [this.#bytes, this.#vcpus, this.#pcpus] = [1, 2, 3].map(() => new Float64Array(hosts.size)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (const slot of slots) {
      this.#bytes[slot] = hosts.freeBytes(slot);
      this.#vcpus[slot] = hosts.freeVcpus(slot);
      this.#pcpus[slot] = hosts.freePcpus(slot);
    }
  }

  fits(vm: Vm, slot: number): boolean {
    if (vm.needBytes > (this.#bytes[slot] as number) || this.#shared(vm, slot) > (this.#vcpus[slot] as number))
      return false;
    return (!vm.dedicated || vm.vcpus <= (this.#pcpus[slot] as number)) && this.chooser.allows(vm, slot);
  }

  take(vm: Vm, slot: number): void {
    this.#change(vm, slot, -1);
  }

  giveBack(vm: Vm, slot: number): void {
    this.#change(vm, slot, 1);
  }

  freeBytes(slot: number): number {
    return this.#bytes[slot] as number;
  }

  #shared(vm: Vm, slot: number): number {
    return vm.dedicated ? vm.vcpus * (this.chooser.world.hosts.vcpuRatio[slot] as number) : vm.vcpus;
  }

  #change(vm: Vm, slot: number, sign: number): void {
    this.#bytes[slot] = (this.#bytes[slot] as number) + sign * vm.needBytes;
    this.#vcpus[slot] = (this.#vcpus[slot] as number) + sign * this.#shared(vm, slot);
    if (vm.dedicated) this.#pcpus[slot] = (this.#pcpus[slot] as number) + sign * vm.vcpus;
  }
}

/** The world itself: every rule is asked. */
class RealRoom implements Room {
  constructor(readonly chooser: Chooser) {}

  fits(vm: Vm, slot: number): boolean {
    return this.chooser.fits(vm, slot);
  }

  take(vm: Vm, slot: number): void {
    this.chooser.world.add(vm, this.chooser.world.hosts.spec(slot).name);
  }

  giveBack(vm: Vm): void {
    this.chooser.world.remove(vm.key);
  }

  freeBytes(slot: number): number {
    return this.chooser.world.hosts.freeBytes(slot);
  }
}

/** Tries to restart VMs that are on lost hosts; the world is left as it was. */
export function restart(chooser: Chooser, lost: readonly number[], vms: readonly Vm[]): Restart {
  const { world } = chooser;
  const slots = world.hosts.slots().filter((slot) => !lost.includes(slot));
  const sorted = [...vms].sort((a, b) => b.needBytes - a.needBytes || b.vcpus - a.vcpus || (a.key < b.key ? -1 : 1));
  if (sorted.every((vm) => isSimple(chooser, vm))) return search(() => new PlainRoom(chooser, slots), slots, sorted);
  const restore = lose(world, lost, sorted);
  const answer = search(() => new RealRoom(chooser), slots, sorted);
  restore();
  return answer;
}

/** Takes the VMs off; where VMs are spread over domains, the lost hosts are seen to be lost. */
function lose(world: World, lost: readonly number[], vms: readonly Vm[]): () => void {
  const homes = vms.map((vm) => world.placed.get(vm.key)?.host ?? '');
  const specs = vms.some((vm) => world.relations.of(vm).spreads.length > 0)
    ? lost.map((slot) => world.hosts.spec(slot))
    : [];
  for (const vm of vms) world.remove(vm.key);
  for (const spec of specs) world.setHost({ ...spec, ready: false });
  return () => {
    for (const spec of specs) world.setHost(spec);
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
  const asked = vms.reduce((sum, vm) => sum + vm.needBytes, 0);
  const free = slots.reduce((sum, slot) => sum + Math.max(0, room.freeBytes(slot)), 0);
  const budget = asked > free ? 0 : BUDGET / slots.length;
  const found = exhaust({ room, slots, vms, targets, budget }, 0);
  for (const [vm, slot] of targets) room.giveBack(vm, slot);
  return { targets: found ? targets : undefined, left: found ? [] : tight.left };
}

/** The host with the most (1) or the least (-1) room left, in one pass. */
function greedy(room: Room, slots: readonly number[], vms: readonly Vm[], sense: 1 | -1): Restart {
  const targets: Targets = new Map();
  const left: Vm[] = [];
  for (const vm of vms) {
    let best = -1;
    let most = -Infinity;
    for (const slot of slots) {
      const free = sense * room.freeBytes(slot);
      if (free <= most || !room.fits(vm, slot)) continue;
      best = slot;
      most = free;
    }
    if (best < 0) left.push(vm);
    else {
      room.take(vm, best);
      targets.set(vm, best);
    }
  }
  for (const [vm, slot] of targets) room.giveBack(vm, slot);
  return { targets: left.length === 0 ? targets : undefined, left };
}

interface Search {
  readonly room: Room;
  readonly slots: readonly number[];
  readonly vms: readonly Vm[];
  readonly targets: Targets;
  budget: number;
}

function exhaust(search: Search, index: number): boolean {
  const vm = search.vms[index];
  if (!vm) return true;
  for (const slot of search.slots) {
    if (search.budget <= 0) return false;
    if (!search.room.fits(vm, slot)) continue;
    search.room.take(vm, slot);
    search.targets.set(vm, slot);
    if (exhaust(search, index + 1)) return true;
    search.room.giveBack(vm, slot);
    search.targets.delete(vm);
  }
  search.budget--;
  return false;
}
