/**
 * VMs that come and go: hosts kept in use by best fit and by ours, against the fewest that could
 * hold the sum.
 */
import type { Cell } from '../../../cli/table';
import { Scheduler } from '../../../scheduler';
import { makeTrace, readTrace } from './arrivals';
import type { Stay } from './arrivals';
import { BestFit, BestFitTolerant, fleetOf, peakBound, replay } from './replay';
import type { Outcome, Placing } from './replay';
import { print, progress } from './section';

/** Of a real trace the first so many VMs, most of a day: all of it takes long with N+1. */
const MOST_VMS = 60_000;
/** Hosts for each that the peak needs. */
const SPARE = 1.1;
/**
 * Points of the fleet by which compacting must beat best fit in empty hosts. On the real trace best
 * fit is so near the bound that there is little left to win: there it must not be worse.
 */
const POINTS = { made: 3, real: 0 };

interface Way {
  readonly name: string;
  readonly make: (fleet: Parameters<typeof replay>[1], failures: number) => Placing;
  readonly compactHours?: number;
}

const WAYS: readonly Way[] = [
  {
    name: 'best fit',
    make: (fleet, failures) => (failures > 0 ? new BestFitTolerant(fleet) : new BestFit(fleet.hosts)),
  },
  { name: 'balance', make: (fleet) => new Scheduler({ ...fleet, vms: [] }) },
  { name: 'pack', make: (fleet) => new Scheduler({ ...fleet, vms: [] }, 'pack') },
  { name: 'pack, compact each 6 h', make: (fleet) => new Scheduler({ ...fleet, vms: [] }, 'pack'), compactHours: 6 },
  { name: 'pack, compact each hour', make: (fleet) => new Scheduler({ ...fleet, vms: [] }, 'pack'), compactHours: 1 },
];

export function trace(seed: number): string[] {
  const folder = process.env.TRACE;
  const stays = folder ? firstOf(readTrace(folder)) : makeTrace(seed, 6, 4000);
  const count = Math.ceil(peakBound(stays) * SPARE);
  const least = folder ? POINTS.real : POINTS.made;
  const low: string[] = [];
  const rows: Cell[][] = [];
  for (const failures of [0, 1] as const) {
    const fleet = {
      hosts: fleetOf(count),
      pools: [{ name: 'default', vcpuRatio: 1, hostFailuresToTolerate: failures }],
    };
    const results = WAYS.map((way): Outcome => {
      const outcome = replay(stays, fleet, way.make(fleet, failures), way.compactHours);
      progress(`trace: ${way.name}, N+1 ${failures > 0 ? 'on' : 'off'}: ${outcome.mean.toFixed(3)}`);
      return outcome;
    });
    const base = results[0]?.empty ?? 0;
    results.forEach((one, index) => {
      const { name = '', compactHours } = WAYS[index] ?? {};
      const points = 100 * (one.empty - base);
      rows.push([
        name,
        failures > 0 ? 'on' : 'off',
        one.mean.toFixed(3),
        one.worst.toFixed(2),
        `${(100 * one.empty).toFixed(1)} %`,
        points.toFixed(1),
        one.refused,
        one.moves,
        Math.round(one.gibMoved),
        one.seconds.toFixed(1),
      ]);
      if (compactHours !== undefined && !(points >= least))
        low.push(`trace: ${name}: ${points.toFixed(1)} points more empty hosts than best fit, at least ${least}`);
    });
  }
  const source = folder ? `Azure 2017, ${stays.length} VMs` : `made, seed ${seed}, ${stays.length} VMs`;
  const header = ['placing', 'N+1', 'used / bound', 'worst', 'empty', 'points', 'refused', 'moves', 'GiB', 'CPU s'];
  print(`${source} that come and go on ${count} hosts of 46 CPUs and 252 GiB`, header, rows);
  return low;
}

/**
 * The stream ends with the last arrival: VMs that would leave later stay, or the fleet would only
 * drain.
 */
function firstOf(all: readonly Stay[]): Stay[] {
  const stays = all.slice(0, MOST_VMS);
  const endS = stays.at(-1)?.fromS ?? 0;
  return stays.map((stay) => (stay.untilS > endS ? { ...stay, untilS: Infinity } : stay));
}
