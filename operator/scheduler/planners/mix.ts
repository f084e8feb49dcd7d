/** How many hosts a queue needs at the least, and which: hosts differ, and what one has much of another may lack. */
import type { Vm } from '../state/demand';
import type { World } from '../state/world';

interface Sum {
  readonly bytes: number;
  readonly vcpus: number;
}

export function usedSlots({ hosts }: World): number[] {
  return hosts.slots().filter((slot) => (hosts.vms[slot] ?? 0) > 0);
}

/** What the queue asks beyond what hosts in use have left. */
function missing(world: World, vms: readonly Vm[]): Sum {
  const free = usedSlots(world).map((slot) => roomOf(world, slot));
  return {
    bytes: vms.reduce((sum, vm) => sum + vm.needBytes, 0) - free.reduce((sum, { bytes }) => sum + bytes, 0),
    vcpus:
      vms.reduce((sum, vm) => sum + (vm.dedicated ? 0 : vm.vcpus), 0) - free.reduce((sum, { vcpus }) => sum + vcpus, 0),
  };
}

function roomOf({ hosts }: World, slot: number): Sum {
  return { bytes: Math.max(0, hosts.freeBytes(slot)), vcpus: Math.max(0, hosts.freeVcpus(slot)) };
}

/** No answer that places them all uses fewer hosts: those in use, and the largest others that hold the rest. */
export function leastHosts(world: World, vms: readonly Vm[]): number {
  const asked = missing(world, vms);
  const used = usedSlots(world).length;
  const empty = world.hosts.slots().flatMap((slot) => (world.hosts.vms[slot] === 0 ? roomOf(world, slot) : []));
  const least = (of: (sum: Sum) => number): number => {
    const rooms = empty.map(of).sort((a, b) => b - a);
    let rest = of(asked);
    let count = 0;
    for (; rest > 0 && count < rooms.length; count++) rest -= rooms[count] ?? 0;
    return used + count;
  };
  return Math.max(
    least(({ bytes }) => bytes),
    least(({ vcpus }) => vcpus),
  );
}

/**
 * Hosts in use and so many empty ones, taken one by one so that the dimension that is covered worst is covered best.
 * Undefined where there is no choice: all alike, or not enough of them.
 */
export function balancedMix(
  world: World,
  vms: readonly Vm[],
  allowed: readonly number[],
  count: number,
): number[] | undefined {
  const asked = missing(world, vms);
  const left = new Set(allowed.filter((slot) => world.hosts.vms[slot] === 0));
  const kinds = new Set([...left].map((slot) => Object.values(roomOf(world, slot)).join()));
  const chosen = usedSlots(world);
  const wanted = count - chosen.length;
  if (kinds.size < 2 || wanted <= 0 || wanted > left.size) return undefined;
  let sum: Sum = { bytes: 0, vcpus: 0 };
  const covered = ({ bytes, vcpus }: Sum): number[] =>
    [bytes / Math.max(1, asked.bytes), vcpus / Math.max(1, asked.vcpus)].sort((a, b) => a - b);
  for (let index = 0; index < wanted; index++) {
    let best: { slot: number; sum: Sum; worst: number; other: number } | undefined;
    for (const slot of left) {
      const room = roomOf(world, slot);
      const next = { bytes: sum.bytes + room.bytes, vcpus: sum.vcpus + room.vcpus };
      const [worst = 0, other = 0] = covered(next);
      if (!best || worst > best.worst || (worst === best.worst && other > best.other))
        best = { slot, sum: next, worst, other };
    }
    if (!best) return undefined;
    left.delete(best.slot);
    chosen.push(best.slot);
    sum = best.sum;
  }
  return chosen;
}
