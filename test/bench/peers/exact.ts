/**
 * The fewest hosts that a fleet's pending VMs can be placed on, by HiGHS, an exact solver; where it
 * takes too long, the number of hosts that it has proved to be needed.
 *
 * The model counts VMs of one size per host instead of naming them (VMs alike are the worst
 * symmetry of packing), opens hosts of one kind in the order of their list, and starts from the
 * bound that is known.
 */
import loadHighs from 'highs';
import type { Fleet, FleetNode } from '../../../cli/fleet';

export interface Least {
  /** No answer uses fewer hosts. */
  readonly bound: number;
  /**
   * What shows that an answer with so few exists, or that ours is one; `open`: HiGHS ran out of
   * time.
   */
  readonly proof: 'sums' | 'HiGHS' | 'open';
  readonly seconds: number;
}

interface Kind {
  readonly vcpus: number;
  readonly memMiB: number;
  /** Of these no two share a host. */
  readonly group: string | null;
  readonly count: number;
}

function kindsOf(fleet: Fleet): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { vcpus, memMiB, group = null } of fleet.vms) {
    const key = `${vcpus}:${memMiB}:${group}`;
    kinds.set(key, { vcpus, memMiB, group, count: (kinds.get(key)?.count ?? 0) + 1 });
  }
  return [...kinds.values()];
}

const vcpusOf = ({ cpus, dom0Cpus }: FleetNode, fleet: Fleet): number => cpus * fleet.policy.vcpuRatio - dom0Cpus;
const memOf = ({ memMiB, dom0MiB }: FleetNode): number => memMiB - dom0MiB;

/**
 * As many of the largest hosts as hold the sum, in each dimension; and as many as the largest group
 * has VMs.
 */
export function plainBound(fleet: Fleet): number {
  const { nodes, vms } = fleet;
  const least = (rooms: readonly number[], asked: number): number => {
    let sum = 0;
    return 1 + [...rooms].sort((a, b) => b - a).findIndex((room) => (sum += room) >= asked);
  };
  const groups = new Map<string, number>();
  for (const { group } of vms) if (group) groups.set(group, (groups.get(group) ?? 0) + 1);
  const memory = vms.reduce((sum, { memMiB }) => sum + memMiB, 0);
  const vcpus = vms.reduce((sum, vm) => sum + vm.vcpus, 0);
  return Math.max(
    least(nodes.map(memOf), memory),
    least(
      nodes.map((node) => vcpusOf(node, fleet)),
      vcpus,
    ),
    ...groups.values(),
  );
}

/** The model as CPLEX LP text: `u` opens a host, `x` counts VMs of a kind on a host. */
export function model(fleet: Fleet, atLeast: number): string {
  const { nodes } = fleet;
  const kinds = kindsOf(fleet);
  const each = (text: (host: number) => string): string => nodes.map((_, host) => text(host)).join(' + ');
  const rows = [`${each((host) => `u${host}`)} >= ${atLeast}`];
  kinds.forEach(({ count }, kind) => rows.push(`${each((host) => `x${kind}_${host}`)} = ${count}`));
  const groups = new Set(kinds.flatMap(({ group }) => group ?? []));
  nodes.forEach((node, host) => {
    const sum = (part: (kind: Kind) => number): string =>
      kinds.map((kind, index) => `${part(kind)} x${index}_${host}`).join(' + ');
    rows.push(`${sum(({ vcpus }) => vcpus)} - ${vcpusOf(node, fleet)} u${host} <= 0`);
    rows.push(`${sum(({ memMiB }) => memMiB / 1024)} - ${memOf(node) / 1024} u${host} <= 0`);
    for (const group of groups) {
      const members = kinds.flatMap((kind, index) => (kind.group === group ? `x${index}_${host}` : []));
      rows.push(`${members.join(' + ')} - u${host} <= 0`);
    }
    const before = nodes.findLastIndex((other, index) => index < host && isAlike(other, node));
    if (before >= 0) rows.push(`u${before} - u${host} >= 0`);
  });
  const counts = kinds.flatMap((_, kind) => nodes.map((_node, host) => `x${kind}_${host}`));
  const opened = nodes.map((_, host) => `u${host}`);
  return [
    `Minimize\n obj: ${opened.join(' + ')}`,
    `Subject To\n${rows.map((row, index) => ` r${index}: ${row}`).join('\n')}`,
    `Generals\n ${counts.join('\n ')}`,
    `Binaries\n ${opened.join('\n ')}`,
    'End\n',
  ].join('\n');
}

function isAlike(a: FleetNode, b: FleetNode): boolean {
  return a.cpus === b.cpus && a.memMiB === b.memMiB && a.dom0Cpus === b.dom0Cpus && a.dom0MiB === b.dom0MiB;
}

/** Bounds from cheap to dear, until one is as high as the answer that is known. */
export async function leastHosts(fleet: Fleet, known: number, limitS: number): Promise<Least> {
  const bound = plainBound(fleet);
  if (bound >= known) return { bound, proof: 'sums', seconds: 0 };
  const start = performance.now();
  const secondsSince = (): number => (performance.now() - start) / 1000;
  // Without its groups a fleet is quicker to solve, and needs no more hosts.
  const freed = { ...fleet, vms: fleet.vms.map((vm) => ({ ...vm, group: null })) };
  const grouped = fleet.vms.some(({ group }) => group);
  const relaxed = grouped ? await solve(freed, bound, limitS) : { bound, best: Infinity };
  const last = relaxed.bound >= known ? relaxed : await solve(fleet, relaxed.bound, limitS);
  const proof = last.bound >= Math.min(known, last.best) ? 'HiGHS' : 'open';
  return { bound: last.bound, proof, seconds: secondsSince() };
}

async function solve(fleet: Fleet, atLeast: number, limitS: number): Promise<{ bound: number; best: number }> {
  const highs = await loadHighs();
  return highs.withModel({ format: 'lp', data: model(fleet, atLeast) }, (solver) => {
    solver.options.set({ output_flag: false, time_limit: limitS, random_seed: 1 });
    solver.run();
    const read = (name: string): number => Number(solver.info.get(name));
    // Whole numbers but for rounding.
    const bound = Math.max(atLeast, Math.ceil(read('mip_dual_bound') - 1e-6));
    return { bound, best: Math.round(read('objective_function_value')) };
  });
}
