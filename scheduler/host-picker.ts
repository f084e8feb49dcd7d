/**
 * The best host for a VM, exactly, without asking every filter of every host again. VMs of one size
 * share a column of costs (Infinity: does not fit); a column is brought up to date from the hosts'
 * log of changes, so that a placement costs one pass over numbers. Rules about other VMs are asked
 * only of hosts that would win.
 */
import { HOST_FILTERS, ROOM_FILTERS, VM_FILTERS } from './filters';
import { SCORERS } from './scores';
import type { Scorer } from './scores/scorer';
import type { Vm } from './state/demand';
import type { World } from './state/world';

/** Columns kept; the least recently made goes first. */
const MAX_COLUMNS = 256;

/** What the filters that look at the host alone say of each host, once one was asked about. */
interface Shape {
  readonly revision: number;
  readonly answers: Uint8Array;
}
const YES = 1;
const NO = 2;

interface Column {
  revision: number;
  changes: number;
  readonly costs: Float64Array;
}

/** Refuses hosts for reasons that no filter knows, such as a plan that is being made. */
export type Veto = (slot: number) => boolean;

function keep<T>(cache: Map<string, T>, key: string, value: T): T {
  if (cache.size >= MAX_COLUMNS) for (const oldest of cache.keys()) if (cache.delete(oldest)) break;
  cache.set(key, value);
  return value;
}

export class HostPicker {
  readonly #shapes = new Map<string, Shape>();
  readonly #columns = new Map<string, Column>();
  readonly #roomScorers: readonly Scorer[];
  readonly #vmScorers: readonly Scorer[];

  constructor(
    readonly world: World,
    scorers: readonly Scorer[] = SCORERS,
  ) {
    this.#roomScorers = scorers.filter(({ reads }) => reads === 'room');
    this.#vmScorers = scorers.filter(({ reads }) => reads === 'vms');
  }

  /** The slot of the cheapest host that fits, by name between equals; -1 if there is none. */
  pick(vm: Vm, veto?: Veto): number {
    const { costs } = this.#column(vm);
    const wish = this.#wishOf(vm);
    const least = wish?.least ?? 0;
    const ranks = this.world.hosts.ranks();
    const free = this.isFree(vm);
    let best = -1;
    let bestCost = Infinity;
    for (let slot = 0; slot < costs.length; slot++) {
      const room = costs[slot] as number;
      if (room === Infinity || room + least > bestCost) continue;
      const cost = wish ? room + wish.cost(slot) : room;
      if (cost > bestCost || (cost === bestCost && (ranks[slot] as number) > (ranks[best] as number))) continue;
      if (!(free || this.#fitsOthers(vm, slot)) || veto?.(slot) === true) continue;
      best = slot;
      bestCost = cost;
    }
    return best;
  }

  /** What the VM wishes of other VMs, as a cost; undefined if nothing. */
  #wishOf(vm: Vm): { least: number; cost: (slot: number) => number } | undefined {
    const { world } = this;
    const scorers = this.#vmScorers.filter((scorer) => scorer.concerns(world, vm));
    if (scorers.length === 0) return undefined;
    const sum = (cost: (scorer: Scorer) => number): number =>
      scorers.reduce((total, scorer) => total + scorer.weight * cost(scorer), 0);
    return {
      least: sum((scorer) => scorer.least?.(world, vm) ?? -Infinity),
      cost: (slot) => sum((scorer) => scorer.cost(world, vm, slot)),
    };
  }

  /** As pick, by another cost than the scorers'. Filters are asked only of hosts that would win. */
  pickBy(vm: Vm, cost: (slot: number) => number, veto?: Veto): number {
    let best = -1;
    let bestCost = Infinity;
    for (const slot of this.world.hosts.slots()) {
      const own = cost(slot);
      if (own >= bestCost || !this.fits(vm, slot) || veto?.(slot) === true) continue;
      best = slot;
      bestCost = own;
    }
    return best;
  }

  /** True if every filter agrees. */
  fits(vm: Vm, slot: number): boolean {
    const { world } = this;
    for (const filter of ROOM_FILTERS) if (!filter.fits(world, vm, slot)) return false;
    return this.allows(vm, slot) && (this.isFree(vm) || this.#fitsOthers(vm, slot));
  }

  /** True if every filter agrees that looks at nothing but what the host is. */
  allows(vm: Vm, slot: number): boolean {
    return this.#isAllowed(this.#shape(vm), vm, slot);
  }

  /** Infinity where it does not fit; relations to other VMs are not looked at. */
  costs(vm: Vm): Float64Array {
    return this.#column(vm).costs;
  }

  /** Neither asks anything of other VMs nor is asked by them. */
  isFree(vm: Vm): boolean {
    const { labels, affinity, antiAffinity, spreads } = this.world.relations.of(vm);
    return labels.repellers.length + affinity.length + antiAffinity.length + spreads.length === 0;
  }

  /** Nothing but the host and the room on it decides about it. */
  isSimple(vm: Vm): boolean {
    return vm.diskBytes.size === 0 && this.isFree(vm);
  }

  #fitsOthers(vm: Vm, slot: number): boolean {
    for (const filter of VM_FILTERS) if (!filter.fits(this.world, vm, slot)) return false;
    return true;
  }

  #shape(vm: Vm): Shape {
    const { hosts } = this.world;
    const known = this.#shapes.get(vm.shapeKey);
    if (known?.revision === hosts.revision) return known;
    const shape: Shape = { revision: hosts.revision, answers: new Uint8Array(hosts.size) };
    if (known) this.#shapes.delete(vm.shapeKey);
    return keep(this.#shapes, vm.shapeKey, shape);
  }

  #isAllowed({ answers }: Shape, vm: Vm, slot: number): boolean {
    if (answers[slot] === 0) answers[slot] = this.#hostAgrees(vm, slot) ? YES : NO;
    return answers[slot] === YES;
  }

  #hostAgrees(vm: Vm, slot: number): boolean {
    if (!this.world.hosts.specs[slot]) return false;
    for (const filter of HOST_FILTERS) if (!filter.fits(this.world, vm, slot)) return false;
    return true;
  }

  #column(vm: Vm): Column {
    const { hosts } = this.world;
    const known = this.#columns.get(vm.sizeKey);
    if (known?.revision !== hosts.revision || hosts.changes - known.changes > hosts.size) return this.#newColumn(vm);
    const shape = this.#shape(vm);
    for (; known.changes < hosts.changes; known.changes++) {
      const slot = hosts.changeAt(known.changes);
      if (slot === undefined) return this.#newColumn(vm);
      known.costs[slot] = this.#isAllowed(shape, vm, slot) ? this.#cost(vm, slot) : Infinity;
    }
    return known;
  }

  #newColumn(vm: Vm): Column {
    const { hosts } = this.world;
    const shape = this.#shape(vm);
    const column = { revision: hosts.revision, changes: hosts.changes, costs: new Float64Array(hosts.size) };
    for (let slot = 0; slot < hosts.size; slot++) {
      column.costs[slot] = this.#isAllowed(shape, vm, slot) ? this.#cost(vm, slot) : Infinity;
    }
    this.#columns.delete(vm.sizeKey);
    return keep(this.#columns, vm.sizeKey, column);
  }

  #cost(vm: Vm, slot: number): number {
    const { world } = this;
    for (const filter of ROOM_FILTERS) if (!filter.fits(world, vm, slot)) return Infinity;
    let cost = 0;
    for (const scorer of this.#roomScorers)
      if (scorer.concerns(world, vm)) cost += scorer.weight * scorer.cost(world, vm, slot);
    return cost;
  }
}
