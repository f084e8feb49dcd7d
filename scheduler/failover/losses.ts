/**
 * Which loss would hurt a pool most: of those that cannot be absorbed the one that leaves most
 * memory without a place, else, of hosts with VMs, the one after which least would be free. Sums
 * decide whom to look at; few losses are tried.
 */
import type { Vm } from '../state/demand';
import type { HostLoss } from '../types';
import type { Failover } from './failover';
import { isPlaceable } from './placeable';
import { restart } from './restart';

/** At most this many losses that cannot be absorbed are compared. */
const COMPARED = 4;

interface Member {
  readonly slot: number;
  readonly name: string;
  /** What others could still take in: nothing on a host that takes no VMs. */
  readonly freeBytes: number;
  readonly restarted: readonly Vm[];
  readonly needBytes: number;
  readonly held: number;
}

export interface Losses {
  readonly tolerated: boolean;
  readonly worst: HostLoss;
}

/** The losses of a pool's hosts (at least one); `failures` of them at once. */
export function worstLoss(failover: Failover, pool: string, slots: readonly number[], failures: number): Losses {
  const members = slots.map((slot) => memberOf(failover, slot)).sort(byHurt);
  const bySlot = new Map(members.map((member) => [member.slot, member]));
  const free = members.reduce((sum, { freeBytes }) => sum + freeBytes, 0);
  const hurtOf = (lost: readonly number[]): number =>
    lost.reduce((sum, slot) => sum + hurt(bySlot.get(slot) as Member), 0);
  const judge = (lost: readonly number[], left: readonly Vm[]): HostLoss =>
    lossOf(
      lost.map((slot) => bySlot.get(slot) as Member),
      left,
      free - hurtOf(lost),
    );
  const leftBy = (lost: readonly number[]): readonly Vm[] =>
    restart(
      failover.picker,
      lost,
      lost.flatMap((slot) => bySlot.get(slot)?.restarted ?? []),
    ).left;

  const failing: HostLoss[] = [];
  for (const plan of failover.suspects(pool).sort((a, b) => hurtOf(b.lost) - hurtOf(a.lost))) {
    if (failing.length === COMPARED) break;
    if (!failover.absorbs(plan)) failing.push(judge(plan.lost, leftBy(plan.lost)));
  }
  const [first] = failing.sort((a, b) => b.leftBytes - a.leftBytes || b.bytes - a.bytes);
  if (first) return { tolerated: false, worst: first };
  const likely = members.slice(0, Math.max(1, failures)).map(({ slot }) => slot);
  return { tolerated: true, worst: judge(likely, failures === 0 ? leftBy(likely) : []) };
}

function memberOf({ world }: Failover, slot: number): Member {
  const spec = world.hosts.spec(slot);
  const { name } = spec;
  const vms = world.vmsOn(name).filter((vm) => world.placed.get(vm.key)?.host === name);
  const restarted = vms.filter(isPlaceable);
  return {
    slot,
    name,
    freeBytes: spec.ready && spec.cordoned !== true ? Math.max(0, world.hosts.freeBytes(slot)) : 0,
    restarted,
    needBytes: bytesOf(restarted),
    held: vms.filter(({ spec: { disks } }) => disks?.some(({ madeOn }) => madeOn !== undefined)).length,
  };
}

const bytesOf = (vms: readonly Vm[]): number => vms.reduce((sum, { needBytes }) => sum + needBytes, 0);

/** What the pool is short of without the host: its room, and room for what ran there. */
const hurt = ({ freeBytes, needBytes }: Member): number => freeBytes + needBytes;

function byHurt(a: Member, b: Member): number {
  const empty = ({ restarted, held }: Member): number => Number(restarted.length + held === 0);
  return empty(a) - empty(b) || hurt(b) - hurt(a) || b.needBytes - a.needBytes || (a.name < b.name ? -1 : 1);
}

function lossOf(lost: readonly Member[], left: readonly Vm[], headroomBytes: number): HostLoss {
  return {
    hosts: lost.map(({ name }) => name).sort(),
    vms: lost.reduce((sum, { restarted }) => sum + restarted.length, 0),
    bytes: lost.reduce((sum, { needBytes }) => sum + needBytes, 0),
    held: lost.reduce((sum, { held }) => sum + held, 0),
    left: left.map(({ spec }) => `${spec.namespace}.${spec.name}`),
    leftBytes: bytesOf(left),
    headroomBytes,
  };
}
