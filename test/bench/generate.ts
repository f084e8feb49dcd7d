/**
 * Fleets for benches, from a seed: three kinds of hosts and the sizes of a public cloud (most VMs
 * small). The same seed gives the same fleet, in the neutral form of `xenfleet simulate`.
 */
import type { Fleet, FleetNode, FleetVm } from '../../cli/fleet';
import { seeded } from '../seeded';

export interface Shape {
  readonly nodes: number;
  /** Placed at random where they fit. */
  readonly vms: number;
  readonly pending?: number;
  readonly seed: number;
  /** Part of the VMs that are in groups of three which never share a host. */
  readonly grouped?: number;
  readonly racks?: number;
  readonly hostFailuresToTolerate?: number;
}

const HOSTS = [
  { weight: 0.4, cpus: 32, memMiB: 131072 },
  { weight: 0.35, cpus: 48, memMiB: 262144 },
  { weight: 0.25, cpus: 64, memMiB: 524288 },
] as const;
const SIZES = [
  { weight: 0.16, vcpus: 1, memMiB: 1024 },
  { weight: 0.2, vcpus: 1, memMiB: 2048 },
  { weight: 0.24, vcpus: 2, memMiB: 4096 },
  { weight: 0.1, vcpus: 2, memMiB: 8192 },
  { weight: 0.12, vcpus: 4, memMiB: 8192 },
  { weight: 0.08, vcpus: 4, memMiB: 16384 },
  { weight: 0.05, vcpus: 8, memMiB: 16384 },
  { weight: 0.03, vcpus: 8, memMiB: 32768 },
  { weight: 0.015, vcpus: 16, memMiB: 65536 },
  { weight: 0.005, vcpus: 16, memMiB: 32768 },
] as const;
const VCPU_RATIO = 4;
const TRIES = 60;
const GROUP = 3;

function pick<T extends { readonly weight: number }>(next: () => number, items: readonly T[]): T {
  let left = next() * items.reduce((sum, { weight }) => sum + weight, 0);
  for (const item of items) if ((left -= item.weight) <= 0) return item;
  return items[items.length - 1] as T;
}

export function generate(shape: Shape): Fleet {
  const next = seeded(shape.seed);
  const nodes = Array.from({ length: shape.nodes }, (_, index): FleetNode => {
    const { cpus, memMiB } = pick(next, HOSTS);
    const rack = shape.racks ? `r${index % shape.racks}` : null;
    return {
      name: `h${String(index).padStart(5, '0')}`,
      memMiB,
      dom0MiB: 4096,
      cpus,
      dom0Cpus: 2,
      rack,
      offline: false,
    };
  });
  const count = shape.vms + (shape.pending ?? 0);
  const groups = groupsOf(next, count, shape.grouped ?? 0);
  const room = new Room(nodes);
  const vms = Array.from({ length: count }, (_, index): FleetVm => {
    const { vcpus, memMiB } = pick(next, SIZES);
    const vm = {
      name: `vm${String(index).padStart(6, '0')}`,
      memMiB,
      vcpus,
      node: null,
      group: groups.get(index) ?? null,
    };
    return index < shape.vms ? { ...vm, node: room.place(vm, next) } : vm;
  });
  const { hostFailuresToTolerate } = shape;
  return { policy: { vcpuRatio: VCPU_RATIO, ...(hostFailuresToTolerate && { hostFailuresToTolerate }) }, nodes, vms };
}

function groupsOf(next: () => number, count: number, part: number): Map<number, string> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const chosen = indexes.map((index) => ({ index, key: next() })).sort((a, b) => a.key - b.key);
  const groups = new Map<number, string>();
  const members = Math.floor((count * part) / GROUP) * GROUP;
  chosen.slice(0, members).forEach(({ index }, place) => groups.set(index, `g${Math.floor(place / GROUP)}`));
  return groups;
}

/** What the hosts have left while the fleet is filled. */
class Room {
  readonly #memMiB: number[];
  readonly #vcpus: number[];
  readonly #groups: Set<string>[];

  constructor(readonly nodes: readonly FleetNode[]) {
    this.#memMiB = nodes.map(({ memMiB, dom0MiB }) => memMiB - dom0MiB);
    this.#vcpus = nodes.map(({ cpus, dom0Cpus }) => cpus * VCPU_RATIO - dom0Cpus);
    this.#groups = nodes.map(() => new Set());
  }

  /** A random host that has room, else the first one; null if there is none. */
  place(vm: FleetVm, next: () => number): string | null {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const index = Math.floor(next() * this.nodes.length);
      if (this.#take(vm, index)) return this.nodes[index]?.name ?? null;
    }
    const index = this.nodes.findIndex((_, candidate) => this.#take(vm, candidate));
    return this.nodes[index]?.name ?? null;
  }

  #take({ memMiB, vcpus, group }: FleetVm, index: number): boolean {
    const groups = this.#groups[index];
    if ((this.#memMiB[index] ?? 0) <= memMiB || (this.#vcpus[index] ?? 0) < vcpus) return false;
    if (group && groups?.has(group)) return false;
    this.#memMiB[index] = (this.#memMiB[index] ?? 0) - memMiB;
    this.#vcpus[index] = (this.#vcpus[index] ?? 0) - vcpus;
    if (group) groups?.add(group);
    return true;
  }
}
