/**
 * How many hosts a queue needs at the least, and which: hosts differ, and what one has much of
 * another may lack.
 */
import type { Vm } from '../../state/demand';
import type { World } from '../../state/world';

interface Sum {
  readonly bytes: number;
  readonly vcpus: number;
  readonly hvm: number;
}

export function usedSlots({ hosts }: World): number[] {
  return hosts.slots().filter((slot) => (hosts.vms[slot] ?? 0) > 0);
}

/** What the queue asks beyond what hosts in use have left. */
function missing(world: World, vms: readonly Vm[]): Sum {
  const free = usedSlots(world).map((slot) => roomOf(world, slot));
  const rest = (asked: (vm: Vm) => number, left: (room: Sum) => number): number =>
    vms.reduce((sum, vm) => sum + asked(vm), 0) - free.reduce((sum, room) => sum + left(room), 0);
  return {
    bytes: rest(
      ({ needBytes }) => needBytes,
      ({ bytes }) => bytes,
    ),
    vcpus: rest(
      ({ dedicated, vcpus }) => (dedicated ? 0 : vcpus),
      ({ vcpus }) => vcpus,
    ),
    hvm: rest(
      ({ hvm }) => hvm,
      ({ hvm }) => hvm,
    ),
  };
}

function roomOf({ hosts }: World, slot: number): Sum {
  const [bytes, vcpus, hvm] = [hosts.freeBytes(slot), hosts.freeVcpus(slot), hosts.freeHvm(slot)];
  return { bytes: Math.max(0, bytes), vcpus: Math.max(0, vcpus), hvm: Math.max(0, hvm) };
}

/**
 * No answer that places them all uses fewer hosts: those in use, and the largest others that hold
 * the rest.
 */
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
    least(({ hvm }) => hvm),
  );
}

interface Kind {
  readonly room: Sum;
  readonly slots: readonly number[];
}

/**
 * Of more kinds of empty hosts no mix is made, more steps on the way are not taken, more mixes not
 * returned.
 */
const MOST_KINDS = 16;
const MOST_STEPS = 50_000;
const BEST_MIXES = 8;

/**
 * Hosts in use and so many empty ones, in each way to choose among the kinds of hosts whose sums
 * hold the queue: first those that leave most where they leave least. None where there is no
 * choice: all alike, or not enough of them.
 */
export function mixes(world: World, vms: readonly Vm[], allowed: readonly number[], count: number): number[][] {
  const asked = missing(world, vms);
  const used = usedSlots(world);
  const kinds = kindsOf(world, allowed);
  if (kinds.length < 2 || kinds.length > MOST_KINDS || count <= used.length) return [];
  const found: { chosen: number[]; worst: number; other: number }[] = [];
  let steps = 0;
  const visit = (index: number, wanted: number, chosen: readonly number[], sum: Sum): void => {
    const kind = kinds[index];
    steps++;
    if (wanted > 0 && !kind) return;
    if (wanted === 0 || !kind) {
      const [worst = 0, other = 0] = covered(sum, asked);
      if (worst >= 1) found.push({ chosen: [...used, ...chosen], worst, other });
      return;
    }
    for (let take = Math.min(wanted, kind.slots.length); take >= 0 && steps < MOST_STEPS; take--) {
      const { bytes, vcpus, hvm } = kind.room;
      const next = { bytes: sum.bytes + take * bytes, vcpus: sum.vcpus + take * vcpus, hvm: sum.hvm + take * hvm };
      visit(index + 1, wanted - take, [...chosen, ...kind.slots.slice(0, take)], next);
    }
  };
  visit(0, count - used.length, [], { bytes: 0, vcpus: 0, hvm: 0 });
  found.sort((a, b) => b.worst - a.worst || b.other - a.other);
  return found.slice(0, BEST_MIXES).map(({ chosen }) => chosen);
}

/** Empty hosts by what they have room for, the largest kind first. */
function kindsOf(world: World, allowed: readonly number[]): Kind[] {
  const kinds = new Map<string, { room: Sum; slots: number[] }>();
  for (const slot of allowed) {
    if (world.hosts.vms[slot] !== 0) continue;
    const room = roomOf(world, slot);
    const key = `${room.bytes}/${room.vcpus}/${room.hvm}`;
    const kind = kinds.get(key);
    if (kind) kind.slots.push(slot);
    else kinds.set(key, { room, slots: [slot] });
  }
  return [...kinds.values()].sort((a, b) => b.room.bytes - a.room.bytes || b.room.vcpus - a.room.vcpus);
}

/** What a sum covers of what is asked, the worst dimension first. */
function covered({ bytes, vcpus, hvm }: Sum, asked: Sum): number[] {
  const both = [bytes / Math.max(1, asked.bytes), vcpus / Math.max(1, asked.vcpus)];
  return [...both, ...(asked.hvm > 0 ? [hvm / asked.hvm] : [])].sort((a, b) => a - b);
}
