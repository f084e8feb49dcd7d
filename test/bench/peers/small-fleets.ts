/**
 * Small fleets to pack, from a seed: cloud flavours (compute, general and memory kinds of 1 to 16
 * vCPUs), vCPUs not overcommitted, so that both dimensions bind. In the neutral form of `xenfleet
 * simulate`; every VM is pending.
 */
import type { Fleet, FleetNode, FleetVm } from '../../../cli/fleet';
import { seeded } from '../../seeded';

export const MIXES = ['hosts alike', 'three kinds', 'groups apart', 'large VMs'] as const;
export type Mix = (typeof MIXES)[number];

const VCPUS = [1, 2, 4, 8, 16] as const;
const MANY_SMALL = [0.15, 0.3, 0.3, 0.15, 0.1];
const MANY_LARGE = [0, 0.1, 0.25, 0.35, 0.3];
const GIB_PER_VCPU = [2, 4, 8] as const;
/** What guests may take. Where all hosts are alike, they are of the first kind. */
const HOSTS = [
  { cpus: 30, gib: 140 },
  { cpus: 24, gib: 188 },
  { cpus: 40, gib: 124 },
] as const;

/** Draws an index by weight. */
function draw(next: () => number, weights: readonly number[]): number {
  let left = next();
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  return index < 0 ? weights.length - 1 : index;
}

/** 40 to 120 VMs, and hosts enough for each answer. */
export function smallFleet(mix: Mix, seed: number): Fleet {
  const next = seeded(seed);
  const count = 40 + Math.floor(next() * 81);
  const sizes = mix === 'large VMs' ? MANY_LARGE : MANY_SMALL;
  const vms = Array.from({ length: count }, (_, index): FleetVm => {
    const vcpus = VCPUS[draw(next, sizes)] ?? 1;
    const memMiB = vcpus * 1024 * (GIB_PER_VCPU[Math.floor(next() * 3)] ?? 4);
    return { name: `vm${String(index).padStart(3, '0')}`, vcpus, memMiB, node: null, group: null };
  });
  return {
    policy: { vcpuRatio: 1 },
    nodes: nodes(mix, Math.ceil(vms.reduce((sum, { vcpus }) => sum + vcpus, 0) / 12)),
    vms: mix === 'groups apart' ? inGroups(vms, next) : vms,
  };
}

function nodes(mix: Mix, count: number): FleetNode[] {
  return Array.from({ length: count }, (_, index): FleetNode => {
    const { cpus, gib } = HOSTS[mix === 'three kinds' ? index % 3 : 0] ?? HOSTS[0];
    const name = `h${String(index).padStart(2, '0')}`;
    return { name, memMiB: gib * 1024, dom0MiB: 0, cpus, dom0Cpus: 0, rack: null, offline: false };
  });
}

/** About half of the VMs in groups of 3 to 8 that share no host. */
function inGroups(vms: readonly FleetVm[], next: () => number): FleetVm[] {
  let [left, group] = [0, 0];
  return vms.map((vm, index) => {
    if (left === 0 && index < vms.length / 2) [left, group] = [3 + Math.floor(next() * 6), group + 1];
    if (left === 0) return vm;
    left--;
    return { ...vm, group: `g${group}` };
  });
}
