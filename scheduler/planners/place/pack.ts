/**
 * Packing: a queue on as few hosts as can be found. The best of several orders is taken, largest
 * VMs first; then host after host is emptied again, as long as its VMs find their places elsewhere;
 * and where hosts differ, it is tried whether a better mix of them takes the queue with one host
 * less. VMs that were placed before stay.
 */
import { Placer } from '../../placer';
import { PACKING_SCORERS } from '../../scores';
import type { Vm } from '../../state/demand';
import type { World } from '../../state/world';
import { leastHosts, mixes, usedSlots } from '../shared/mix';
import { Parcels } from './parcels';
import { placeInOrder } from './queue';
import type { PlacedVm } from './queue';

/**
 * Looks at a VM or a set of VMs on a host, after which the answer is good enough: some tenths of a
 * second.
 */
const WORK = 3_000_000;

/** The world then holds the VMs that were placed. */
export function packAll(world: World, vms: readonly Vm[]): PlacedVm[] {
  const bound = leastHosts(world, vms);
  put(world, vms, bestOrder(world, vms, bound));
  let work = 0;
  const isMoreWanted = (): boolean => usedSlots(world).length > bound && work < WORK;
  const empty = (): void => {
    const parcels = new Parcels(world, vms, usedSlots(world));
    while (isMoreWanted() && parcels.emptyOne());
    work += parcels.work;
  };
  empty();
  while (isMoreWanted()) {
    const found = mixAnew(world, vms, WORK - work);
    work += found.work;
    if (!found.ok) break;
    empty();
  }
  return placesOf(world, vms);
}

function placesOf(world: World, vms: readonly Vm[]): PlacedVm[] {
  return vms.flatMap(({ key }) => {
    const host = world.placed.get(key)?.host;
    return host === undefined ? [] : { key, host };
  });
}

function put(world: World, vms: readonly Vm[], places: readonly PlacedVm[]): void {
  const byKey = new Map(vms.map((vm) => [vm.key, vm]));
  for (const { key, host } of places) world.add(byKey.get(key) as Vm, host);
}

/** Largest first by memory, by vCPUs, or by both. */
function orders(world: World, vms: readonly Vm[]): Vm[][] {
  const { bytes, vcpus } = world.hosts.totals();
  const sizes = [
    (vm: Vm): number => vm.needBytes / bytes + vm.vcpus / vcpus,
    (vm: Vm): number => Math.max(vm.needBytes / bytes, vm.vcpus / vcpus),
    (vm: Vm): number => vm.needBytes,
    (vm: Vm): number => vm.vcpus,
  ];
  return sizes.map((size) =>
    [...vms].sort((a, b) => size(b) - size(a) || b.needBytes - a.needBytes || (a.key < b.key ? -1 : 1)),
  );
}

/** The places by the order that brings most VMs to fewest hosts; the world is left as it was. */
function bestOrder(world: World, vms: readonly Vm[], bound: number): PlacedVm[] {
  let best: PlacedVm[] = [];
  let bestUsed = Infinity;
  for (const order of orders(world, vms)) {
    const placer = new Placer(world, 'always', PACKING_SCORERS);
    const placed = placeInOrder(placer, order, (vm) => placer.pick(vm));
    const used = usedSlots(world).length;
    for (const { key } of placed) world.remove(key);
    if (placed.length > best.length || (placed.length === best.length && used < bestUsed))
      [best, bestUsed] = [placed, used];
    if (best.length === vms.length && bestUsed <= bound) break;
  }
  return best;
}

/** How badly what a host has left would match what it has. */
function uneven({ hosts }: World, vm: Vm): (slot: number) => number {
  return (slot) => {
    const bytes = (hosts.freeBytes(slot) - vm.needBytes) / (hosts.capBytes[slot] ?? 1);
    const vcpus =
      (hosts.freeVcpus(slot) - vm.vcpus) / Math.max(1, (hosts.cpus[slot] ?? 0) * (hosts.vcpuRatio[slot] ?? 1));
    return Math.abs(bytes - vcpus);
  };
}

/** Tries to place the same VMs with one host less, on mixes of hosts chosen for it. */
function mixAnew(world: World, vms: readonly Vm[], limit: number): { ok: boolean; work: number } {
  const before = placesOf(world, vms);
  const aim = usedSlots(world).length - 1;
  const queue = vms.filter(({ key }) => world.placed.has(key));
  for (const { key } of queue) world.remove(key);
  const { picker } = new Placer(world, 'always', PACKING_SCORERS);
  const allowed = world.hosts.slots().filter((slot) => queue.every((vm) => picker.allows(vm, slot)));
  let work = 0;
  for (const open of mixes(world, queue, allowed, aim)) {
    for (const order of orders(world, queue)) {
      if (work > limit) break;
      const found = tryMix(world, queue, order, new Set(open));
      work += found.work;
      if (found.ok) return { ok: true, work };
    }
  }
  put(world, vms, before);
  return { ok: false, work };
}

/** The VMs are nowhere; they still are if this fails. */
function tryMix(
  world: World,
  queue: readonly Vm[],
  order: readonly Vm[],
  open: ReadonlySet<number>,
): { ok: boolean; work: number } {
  const placer = new Placer(world, 'always', PACKING_SCORERS);
  placeInOrder(placer, order, (vm) =>
    placer.pick(vm, (veto) => placer.picker.pickBy(vm, uneven(world, vm), (slot) => !open.has(slot) || veto(slot))),
  );
  const parcels = new Parcels(world, queue, [...open]);
  const ok = parcels.insertAll();
  if (!ok) for (const { key } of queue) world.remove(key);
  return { ok, work: parcels.work + queue.length * open.size };
}
