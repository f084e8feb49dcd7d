/**
 * A stream of VMs that come and go, replayed on a fleet of hosts alike; and how full the hosts in
 * use were kept.
 */
import { Planner, Scheduler } from '../../../scheduler';
import type { HostState, Snapshot, VmSpec } from '../../../scheduler';
import type { Stay } from './arrivals';

const GIB = 2 ** 30;
const HOUR_S = 3600;
/** What guests may take of a host. */
export const HOST = { cpus: 46, gib: 252 };

export interface Placing {
  find(spec: VmSpec): string | undefined;
  assume(spec: VmSpec, host: string): void;
  forget(key: string): void;
}

export interface Outcome {
  /**
   * Hosts in use over the fewest that could hold the sum, in the mean of all hours; and at the
   * worst hour.
   */
  readonly mean: number;
  readonly worst: number;
  /** Share of the fleet that is empty, in the mean of all hours. */
  readonly empty: number;
  readonly refused: number;
  readonly gibMoved: number;
  readonly moves: number;
  readonly seconds: number;
}

export function fleetOf(count: number): HostState[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `h${String(index).padStart(4, '0')}`,
    ready: true,
    totalBytes: HOST.gib * GIB,
    dom0Bytes: 0,
    hypervisorBytes: 0,
    cpus: HOST.cpus,
    dom0Vcpus: 0,
    guestTypes: ['pvh'],
  }));
}

interface Event {
  readonly atS: number;
  readonly index: number;
  readonly comes: boolean;
}

/** In the order of time; who leaves goes before who comes. */
function eventsOf(stays: readonly Stay[]): Event[] {
  const events = stays.flatMap(({ fromS, untilS }, index): Event[] => [
    { atS: fromS, index, comes: true },
    ...(untilS < Infinity ? [{ atS: untilS, index, comes: false }] : []),
  ]);
  return events.sort((a, b) => a.atS - b.atS || Number(a.comes) - Number(b.comes) || a.index - b.index);
}

/** The most hosts that the sum ever needs. */
export function peakBound(stays: readonly Stay[]): number {
  let [vcpus, gib, peak] = [0, 0, 0];
  for (const { index, comes } of eventsOf(stays)) {
    const stay = stays[index] as Stay;
    vcpus += comes ? stay.vcpus : -stay.vcpus;
    gib += comes ? stay.gib : -stay.gib;
    peak = Math.max(peak, boundOf(vcpus, gib));
  }
  return peak;
}

function boundOf(vcpus: number, gib: number): number {
  return Math.max(1, Math.ceil(vcpus / HOST.cpus), Math.ceil(gib / HOST.gib - 1e-9));
}

/** With `compactHours`, hosts are emptied by moves at that interval. */
export function replay(
  stays: readonly Stay[],
  fleet: Omit<Snapshot, 'vms'>,
  placing: Placing,
  compactHours?: number,
): Outcome {
  const start = process.cpuUsage();
  const placed = new Map<string, VmSpec & { host: string }>();
  const sum = { vcpus: 0, gib: 0, ratio: 0, empty: 0, hours: 0, worst: 0, refused: 0, bytes: 0, moves: 0 };
  const compact = (): void => {
    const { moves, bytesMoved } = new Planner({ ...fleet, vms: [...placed.values()] }).compact();
    for (const { key, to } of moves) {
      const { host: _host, ...spec } = placed.get(key) as VmSpec;
      placing.assume(spec, to);
      placed.set(key, { ...spec, host: to });
    }
    sum.bytes += bytesMoved;
    sum.moves += moves.length;
  };
  const look = (): void => {
    const used = new Set([...placed.values()].map(({ host }) => host)).size;
    const ratio = used / boundOf(sum.vcpus, sum.gib);
    sum.ratio += ratio;
    sum.worst = Math.max(sum.worst, ratio);
    sum.empty += 1 - used / fleet.hosts.length;
    sum.hours++;
  };
  const events = eventsOf(stays);
  let nextHourS = (events[0]?.atS ?? 0) + HOUR_S;
  for (const { atS, index, comes } of events) {
    for (; atS >= nextHourS; nextHourS += HOUR_S) {
      look(); // before anything is moved: what an hour of coming and going has left
      if (compactHours !== undefined && sum.hours % compactHours === 0) compact();
    }
    const stay = stays[index] as Stay;
    const key = `vm${index}`;
    if (!comes) {
      if (!placed.delete(key)) continue;
      placing.forget(key);
      sum.vcpus -= stay.vcpus;
      sum.gib -= stay.gib;
      continue;
    }
    const spec = specOf(key, stay);
    const host = placing.find(spec);
    if (host === undefined) {
      sum.refused++;
      continue;
    }
    placing.assume(spec, host);
    placed.set(key, { ...spec, host });
    sum.vcpus += stay.vcpus;
    sum.gib += stay.gib;
  }
  const { user, system } = process.cpuUsage(start);
  return {
    mean: sum.ratio / sum.hours,
    worst: sum.worst,
    empty: sum.empty / sum.hours,
    refused: sum.refused,
    gibMoved: sum.bytes / GIB,
    moves: sum.moves,
    seconds: (user + system) / 1e6,
  };
}

function specOf(key: string, { vcpus, gib }: Stay): VmSpec {
  const memoryBytes = gib * GIB;
  return { key, namespace: 'default', name: key, type: 'pvh', vcpus, memoryBytes, overheadBytes: 0 };
}

/**
 * Best fit, as the textbooks have it: the host that is fullest with the VM on it, by the dimension
 * that is fuller.
 */
export class BestFit implements Placing {
  readonly #free: { readonly name: string; vcpus: number; gib: number }[];
  readonly #hosts = new Map<string, { readonly at: number; readonly spec: VmSpec }>();

  constructor(
    fleet: readonly HostState[],
    /** Asked of a host before it is taken. */
    readonly fits: (spec: VmSpec, host: string) => boolean = () => true,
  ) {
    this.#free = fleet.map(({ name }) => ({ name, vcpus: HOST.cpus, gib: HOST.gib }));
  }

  find(spec: VmSpec): string | undefined {
    const gib = spec.memoryBytes / GIB;
    const candidates = this.#free
      .filter((host) => host.vcpus >= spec.vcpus && host.gib >= gib)
      .map((host) => ({ host, left: Math.min((host.vcpus - spec.vcpus) / HOST.cpus, (host.gib - gib) / HOST.gib) }))
      .sort((a, b) => a.left - b.left);
    return candidates.find(({ host }) => this.fits(spec, host.name))?.host.name;
  }

  assume(spec: VmSpec, host: string): void {
    this.forget(spec.key);
    const at = this.#free.findIndex(({ name }) => name === host);
    this.#hosts.set(spec.key, { at, spec });
    this.#add(at, spec, -1);
  }

  forget(key: string): void {
    const known = this.#hosts.get(key);
    if (known) this.#add(known.at, known.spec, 1);
    this.#hosts.delete(key);
  }

  #add(at: number, { vcpus, memoryBytes }: VmSpec, sign: number): void {
    const host = this.#free[at];
    if (!host) return;
    host.vcpus += sign * vcpus;
    host.gib += (sign * memoryBytes) / GIB;
  }
}

/** Best fit that asks the N+1 rule of our library, as there is no other. */
export class BestFitTolerant implements Placing {
  readonly #scheduler: Scheduler;
  readonly #bestFit: BestFit;

  constructor(fleet: Omit<Snapshot, 'vms'>) {
    const scheduler = new Scheduler({ ...fleet, vms: [] });
    this.#scheduler = scheduler;
    this.#bestFit = new BestFit(fleet.hosts, (spec, host) => scheduler.fits(spec, host));
  }

  find(spec: VmSpec): string | undefined {
    return this.#bestFit.find(spec);
  }

  assume(spec: VmSpec, host: string): void {
    this.#scheduler.assume(spec, host);
    this.#bestFit.assume(spec, host);
  }

  forget(key: string): void {
    this.#scheduler.forget(key);
    this.#bestFit.forget(key);
  }
}
