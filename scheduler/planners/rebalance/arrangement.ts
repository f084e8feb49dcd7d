/**
 * Who is where, in columns of its own, so that a change costs nanoseconds and the world is not
 * touched: for a search that tries changes by the hundred thousand. Only VMs take part that nothing
 * but the host and the room on it decides about; the others count where they are.
 */
import type { HostPicker } from '../../host-picker';
import type { Vm } from '../../state/demand';
import { loadOf } from '../shared/load';
import type { Objective } from '../shared/objective';

export interface Mover {
  readonly vm: Vm;
  readonly home: number;
  at: number;
  readonly bytes: number;
  readonly vcpus: number;
  readonly pcpus: number;
  readonly hvm: number;
}

export class Arrangement {
  readonly movers: Mover[] = [];
  readonly slots: readonly number[];
  /** Places in `movers` of those that are not at home. */
  readonly away: number[] = [];
  /** By slot, places of the VMs whose home it is. */
  readonly natives: number[][] = [];
  /** To be moved, of those in `movers`. */
  bytes = 0;
  readonly #columns: Objective['columns'];
  readonly #memory: Float64Array;
  readonly #vcpus: Float64Array;
  readonly #freeBytes: Float64Array;
  readonly #freeVcpus: Float64Array;
  readonly #freePcpus: Float64Array;
  readonly #freeHvm: Float64Array;
  readonly #ratio: Float64Array;
  readonly #placeInAway: number[] = [];
  /** Moved VMs that take no part. */
  #others = 0;
  /** Weighted sums of the shares and of their squares. */
  #memorySum = 0;
  #memorySquares = 0;
  #vcpuSum = 0;
  #vcpuSquares = 0;

  constructor(
    readonly picker: HostPicker,
    objective: Objective,
    homes: ReadonlyMap<Vm, string>,
    pinned: ReadonlySet<string> | undefined,
  ) {
    const { hosts } = picker.world;
    const column = (of: (slot: number) => number): Float64Array =>
      Float64Array.from({ length: hosts.size }, (_, slot) => of(slot));
    this.slots = hosts.slots().filter((slot) => objective.isOnline(slot));
    this.#columns = objective.columns;
    this.#memory = Float64Array.from(this.#columns.memory);
    this.#vcpus = Float64Array.from(this.#columns.vcpus);
    // By Ganeti's score a host must not be full to the last byte.
    this.#freeBytes = column((slot) => hosts.freeBytes(slot) - (objective.name === 'ganeti' ? 1 : 0));
    this.#freeVcpus = column((slot) => hosts.freeVcpus(slot));
    this.#freePcpus = column((slot) => hosts.freePcpus(slot));
    this.#freeHvm = column((slot) => hosts.freeHvm(slot));
    this.#ratio = hosts.vcpuRatio;
    // By key: the order in which the world took them in must not tell.
    const placed = [...picker.world.placed.values()].sort((a, b) => (a.vm.key < b.vm.key ? -1 : 1));
    for (const { vm, host, inboundHost } of placed) {
      const at = hosts.slotOf(host) ?? -1;
      const home = hosts.slotOf(homes.get(vm) ?? host) ?? -1;
      const apart = picker.isSimple(vm) && !picker.world.relations.isAsked(vm);
      const takesPart = apart && inboundHost === undefined && pinned?.has(vm.key) !== true;
      if (takesPart && objective.isOnline(at) && objective.isOnline(home)) this.#take({ vm, home, at, ...loadOf(vm) });
      else if (home !== at) this.#others++;
    }
    this.sum();
  }

  get moves(): number {
    return this.away.length + this.#others;
  }

  /** The deviations, as the objective counts them. */
  spread(): number {
    const memory = this.#memorySquares - this.#memorySum * this.#memorySum;
    const vcpus = this.#vcpuSquares - this.#vcpuSum * this.#vcpuSum;
    return Math.sqrt(memory > 0 ? memory : 0) + Math.sqrt(vcpus > 0 ? vcpus : 0);
  }

  canGo({ vm, bytes, vcpus, pcpus, hvm, at }: Mover, to: number): boolean {
    if (to === at || bytes > (this.#freeBytes[to] as number) || pcpus > (this.#freePcpus[to] as number)) return false;
    if (hvm > 0 && hvm > (this.#freeHvm[to] as number)) return false;
    const asked = vcpus + pcpus * (this.#ratio[to] as number);
    return asked <= (this.#freeVcpus[to] as number) && this.picker.allows(vm, to);
  }

  go(place: number, to: number): void {
    const mover = this.movers[place] as Mover;
    const { at, home, bytes } = mover;
    if (at === to) return;
    this.#count(mover, at, -1);
    this.#count(mover, to, 1);
    mover.at = to;
    if (at === home) {
      this.bytes += bytes;
      this.#leave(place);
    } else if (to === home) {
      this.bytes -= bytes;
      this.#comeHome(place);
    }
  }

  /** Anew, so that no rounding error is carried on. */
  sum(): void {
    const { weightBytes, weightVcpus } = this.#columns;
    [this.#memorySum, this.#memorySquares, this.#vcpuSum, this.#vcpuSquares] = [0, 0, 0, 0];
    for (const slot of this.slots) {
      const [memory, vcpus] = [this.#memory[slot] as number, this.#vcpus[slot] as number];
      this.#memorySum += (weightBytes[slot] as number) * memory;
      this.#memorySquares += (weightBytes[slot] as number) * memory * memory;
      this.#vcpuSum += (weightVcpus[slot] as number) * vcpus;
      this.#vcpuSquares += (weightVcpus[slot] as number) * vcpus * vcpus;
    }
  }

  #take(mover: Mover): void {
    const place = this.movers.push(mover) - 1;
    (this.natives[mover.home] ??= []).push(place);
    if (mover.at === mover.home) return;
    this.bytes += mover.bytes;
    this.#leave(place);
  }

  #count({ bytes, vcpus, pcpus, hvm }: Mover, slot: number, sign: 1 | -1): void {
    const { perByte, perVcpu, perPcpu, weightBytes, weightVcpus } = this.#columns;
    const memory = this.#memory[slot] as number;
    const cpu = this.#vcpus[slot] as number;
    const nextMemory = memory + sign * bytes * (perByte[slot] as number);
    const nextCpu = cpu + sign * (vcpus * (perVcpu[slot] as number) + pcpus * (perPcpu[slot] as number));
    this.#memorySum += (weightBytes[slot] as number) * (nextMemory - memory);
    this.#memorySquares += (weightBytes[slot] as number) * (nextMemory * nextMemory - memory * memory);
    this.#vcpuSum += (weightVcpus[slot] as number) * (nextCpu - cpu);
    this.#vcpuSquares += (weightVcpus[slot] as number) * (nextCpu * nextCpu - cpu * cpu);
    this.#memory[slot] = nextMemory;
    this.#vcpus[slot] = nextCpu;
    this.#freeBytes[slot] = (this.#freeBytes[slot] as number) - sign * bytes;
    this.#freePcpus[slot] = (this.#freePcpus[slot] as number) - sign * pcpus;
    this.#freeHvm[slot] = (this.#freeHvm[slot] as number) - sign * hvm;
    this.#freeVcpus[slot] = (this.#freeVcpus[slot] as number) - sign * (vcpus + pcpus * (this.#ratio[slot] as number));
  }

  #leave(place: number): void {
    this.#placeInAway[place] = this.away.length;
    this.away.push(place);
  }

  #comeHome(place: number): void {
    const hole = this.#placeInAway[place] as number;
    const last = this.away.pop() as number;
    if (last === place) return;
    this.away[hole] = last;
    this.#placeInAway[last] = hole;
  }
}
