/**
 * How many more VMs of a size the fleet takes. Without failures to tolerate that is a sum over
 * hosts; with them VMs are placed for trial until one is refused. What no VM of the size can use
 * any more is lost to it: memory without vCPUs, vCPUs without memory, and remainders.
 */
import type { Placer } from '../../placer';
import type { Vm } from '../../state/demand';

export interface Capacity {
  /** As if no failure were to be tolerated. */
  readonly most: number;
  /** With the failures that the pools tolerate. */
  readonly tolerant: number;
  /** Memory that is free and yet of no use for this size. */
  readonly lostBytes: number;
  /** Free vCPUs of the same kind. */
  readonly lostVcpus: number;
}

/** VMs alike and without rules about others; the world is left as it was. */
export function capacity(placer: Placer, make: (index: number) => Vm): Capacity {
  const vm = make(0);
  const { hosts } = placer.world;
  let most = 0;
  let lostBytes = 0;
  let lostVcpus = 0;
  for (const slot of hosts.slots()) {
    if (!placer.picker.allows(vm, slot)) continue;
    const count = Math.max(0, howMany(placer, vm, slot));
    const share = vm.dedicated ? (hosts.vcpuRatio[slot] ?? 1) : 1;
    most += count;
    lostBytes += Math.max(0, hosts.freeBytes(slot)) - count * vm.needBytes;
    lostVcpus += Math.max(0, hosts.freeVcpus(slot)) - count * vm.vcpus * share;
  }
  const tolerant = placer.failover.isAsked() ? placeForTrial(placer, make, most) : most;
  return { most, tolerant, lostBytes, lostVcpus };
}

function howMany({ world: { hosts } }: Placer, vm: Vm, slot: number): number {
  const byDom0 = vm.hvm > 0 ? hosts.freeHvm(slot) : Infinity;
  const byMemory = Math.min(byDom0, Math.floor(hosts.freeBytes(slot) / vm.needBytes));
  if (!vm.dedicated) return Math.min(byMemory, Math.floor(hosts.freeVcpus(slot) / vm.vcpus));
  const shared = Math.floor(hosts.freeVcpus(slot) / (vm.vcpus * (hosts.vcpuRatio[slot] ?? 1)));
  return Math.min(byMemory, shared, Math.floor(hosts.freePcpus(slot) / vm.vcpus));
}

function placeForTrial(placer: Placer, make: (index: number) => Vm, most: number): number {
  const placed: Vm[] = [];
  while (placed.length < most) {
    const vm = make(placed.length);
    const slot = placer.pick(vm);
    if (slot < 0) break;
    placer.put(vm, placer.world.hosts.spec(slot).name);
    placed.push(vm);
  }
  for (const { key } of placed) placer.take(key);
  return placed.length;
}
