/** Hosts used by our packing against the fewest that any answer could use, on small fleets. */
import type { Cell } from '../../../cli/table';
import { toSnapshot } from '../../../cli/fleet';
import { Planner } from '../../../scheduler';
import { leastHosts } from './exact';
import { print, progress } from './section';
import { MIXES, smallFleet } from './small-fleets';

const SEEDS = 4;
const LIMIT_S = 10;
/** Hosts used over hosts needed, in sum. */
const MOST = 1.01;

export async function quality(first: number): Promise<string[]> {
  const rows: Cell[][] = [];
  const sum = { ours: 0, bound: 0, ms: 0 };
  const low: string[] = [];
  for (const mix of MIXES) {
    for (let seed = first; seed < first + SEEDS; seed++) {
      const fleet = smallFleet(mix, seed);
      const snapshot = toSnapshot(fleet);
      const start = performance.now();
      const { placed, refused } = new Planner(snapshot).place(snapshot.vms, { strategy: 'pack' });
      const ms = performance.now() - start;
      const ours = new Set(placed.map(({ host }) => host)).size;
      const { bound, proof, seconds } = await leastHosts(fleet, ours, LIMIT_S);
      progress(`quality: ${mix}, seed ${seed}: ${ours} hosts, ${bound} needed`);
      if (refused.length > 0) low.push(`${mix}, seed ${seed}: ${refused.length} VMs were not placed`);
      rows.push([mix, seed, placed.length, ours, bound, (ours / bound).toFixed(3), proof, Math.round(ms), seconds]);
      sum.ours += ours;
      sum.bound += bound;
      sum.ms += ms;
    }
  }
  const ratio = sum.ours / sum.bound;
  rows.push(['all', '', '', sum.ours, sum.bound, ratio.toFixed(3), '', Math.round(sum.ms), '']);
  const header = ['fleet', 'seed', 'VMs', 'hosts, ours', 'hosts needed', 'ratio', 'proof', 'our ms', 'solver s'];
  print('hosts used by packing against the fewest possible', header, rows);
  if (!(ratio <= MOST)) low.push(`hosts used: ${ratio.toFixed(3)} of those needed, at most ${MOST}`);
  return low;
}
