/**
 * How uneven a fleet is, as one number that planners lower: the standard deviation over hosts of
 * the share of memory in use plus that of vCPUs, plus penalties.
 *
 * - `balance` (the product's): shares of what guests may take, weighted by capacity. Wishes of
 *   VMs that are not met (preferred affinity) count by their weight. Zero means: every host equally
 *   full.
 * - `ganeti`: the formula of Ganeti's cluster score for shared storage without dynamic load:
 *   unweighted deviations of free memory by total memory and of vCPUs by CPUs, Dom0's included; 1
 *   per VM on a host with no memory left, 20 per VM on a host that is away, 1 per VM that shares a
 *   failure domain with its group.
 */
import type { Vm } from '../../state/demand';
import type { World } from '../../state/world';
import type { Load } from './load';
import { Penalties } from './penalties';
import type { ObjectiveName } from './penalties';

export type { ObjectiveName } from './penalties';

type Column = 'memory' | 'vcpus' | 'perByte' | 'perVcpu' | 'perPcpu' | 'weightBytes' | 'weightVcpus';

export class Objective {
  /** Per slot: what a byte and a vCPU more add to the host's shares. */
  readonly #perByte: Float64Array;
  readonly #perVcpu: Float64Array;
  readonly #perPcpu: Float64Array;
  readonly #weightBytes: Float64Array;
  readonly #weightVcpus: Float64Array;
  readonly #online: Uint8Array;
  readonly #memory: Float64Array;
  readonly #vcpus: Float64Array;
  readonly #penalties: Penalties;
  #meanMemory = 0;
  #meanVcpus = 0;
  #varMemory = 0;
  #varVcpus = 0;

  constructor(
    readonly world: World,
    readonly name: ObjectiveName,
  ) {
    const size = world.hosts.size + 1;
    const column = (): Float64Array => new Float64Array(size);
    [this.#perByte, this.#perVcpu, this.#perPcpu] = [column(), column(), column()];
    [this.#weightBytes, this.#weightVcpus] = [column(), column()];
    [this.#memory, this.#vcpus, this.#online] = [column(), column(), new Uint8Array(size)];
    this.#penalties = new Penalties(world, name, this.#online);
    this.#weigh();
    this.refresh();
  }

  /** By slot: the shares in use, what a load adds to them, and how much they count. */
  get columns(): Readonly<Record<Column, Float64Array>> {
    return {
      memory: this.#memory,
      vcpus: this.#vcpus,
      perByte: this.#perByte,
      perVcpu: this.#perVcpu,
      perPcpu: this.#perPcpu,
      weightBytes: this.#weightBytes,
      weightVcpus: this.#weightVcpus,
    };
  }

  isOnline(slot: number): boolean {
    return this.#online[slot] === 1;
  }

  /** Reads the world anew, after VMs were moved. */
  refresh(): void {
    for (const slot of this.world.hosts.slots()) if (this.#online[slot] === 1) this.#read(slot);
    this.#sum();
  }

  /** Reads some hosts anew. */
  touch(...slots: readonly number[]): void {
    for (const slot of slots) if (this.#online[slot] === 1) this.#read(slot);
    this.#sum();
  }

  /** Deviations alone: what changes with every move. */
  spread(): number {
    return Math.sqrt(this.#varMemory) + Math.sqrt(this.#varVcpus);
  }

  /** Whether a host has more (positive) or less than its share. */
  excess(slot: number): number {
    return (this.#memory[slot] ?? 0) - this.#meanMemory + (this.#vcpus[slot] ?? 0) - this.#meanVcpus;
  }

  /** How much a host has to do with it. */
  deviation(slot: number): number {
    const [memory, vcpus] = [(this.#memory[slot] ?? 0) - this.#meanMemory, (this.#vcpus[slot] ?? 0) - this.#meanVcpus];
    return (this.#weightBytes[slot] ?? 0) * memory * memory + (this.#weightVcpus[slot] ?? 0) * vcpus * vcpus;
  }

  score(): number {
    return this.spread() + this.#penalties.total();
  }

  /** The slot of a VM that is on no host. */
  get nowhere(): number {
    return this.#penalties.nowhere;
  }

  /** The deviations if a load went from one host to another. */
  spreadAfter(from: number, to: number, flow: Load): number {
    const outM = -flow.bytes * (this.#perByte[from] as number);
    const inM = flow.bytes * (this.#perByte[to] as number);
    const outV = -flow.vcpus * (this.#perVcpu[from] as number) - flow.pcpus * (this.#perPcpu[from] as number);
    const inV = flow.vcpus * (this.#perVcpu[to] as number) + flow.pcpus * (this.#perPcpu[to] as number);
    const wOutM = (this.#weightBytes[from] as number) * outM;
    const wInM = (this.#weightBytes[to] as number) * inM;
    const wOutV = (this.#weightVcpus[from] as number) * outV;
    const wInV = (this.#weightVcpus[to] as number) * inV;
    const varM =
      this.#varMemory +
      wOutM * (2 * ((this.#memory[from] as number) - this.#meanMemory) + outM) +
      wInM * (2 * ((this.#memory[to] as number) - this.#meanMemory) + inM) -
      (wOutM + wInM) * (wOutM + wInM);
    const varV =
      this.#varVcpus +
      wOutV * (2 * ((this.#vcpus[from] as number) - this.#meanVcpus) + outV) +
      wInV * (2 * ((this.#vcpus[to] as number) - this.#meanVcpus) + inV) -
      (wOutV + wInV) * (wOutV + wInV);
    return Math.sqrt(varM > 0 ? varM : 0) + Math.sqrt(varV > 0 ? varV : 0);
  }

  /** How much the penalties change if a VM goes from a host, or from `nowhere`, to another one. */
  penaltyOfMove(vm: Vm, from: number, to: number): number {
    return this.#penalties.ofMove(vm, from, to);
  }

  #weigh(): void {
    const { hosts } = this.world;
    const own = this.name === 'balance';
    const online = hosts.slots().filter((slot) => this.#counts(slot));
    let [allBytes, allVcpus] = [0, 0];
    for (const slot of online) {
      const ratio = own ? (hosts.vcpuRatio[slot] as number) : 1;
      const bytes = own ? (hosts.capBytes[slot] as number) : hosts.spec(slot).totalBytes;
      const vcpus = (hosts.cpus[slot] as number) * ratio;
      this.#online[slot] = 1;
      [this.#perByte[slot], this.#perVcpu[slot], this.#perPcpu[slot]] = [1 / bytes, 1 / vcpus, ratio / vcpus];
      [this.#weightBytes[slot], this.#weightVcpus[slot]] = [bytes, vcpus];
      allBytes += bytes;
      allVcpus += vcpus;
    }
    for (const slot of online) {
      this.#weightBytes[slot] = own ? (this.#weightBytes[slot] as number) / allBytes : 1 / online.length;
      this.#weightVcpus[slot] = own ? (this.#weightVcpus[slot] as number) / allVcpus : 1 / online.length;
    }
  }

  #counts(slot: number): boolean {
    const { ready, cordoned } = this.world.hosts.spec(slot);
    return ready && (this.name === 'ganeti' || (cordoned !== true && (this.world.hosts.capBytes[slot] as number) > 0));
  }

  #read(slot: number): void {
    const { hosts } = this.world;
    const fixed = this.name === 'ganeti' ? hosts.spec(slot).totalBytes - (hosts.capBytes[slot] ?? 0) : 0;
    const dedicated = (hosts.dedicatedVcpus[slot] ?? 0) * (this.name === 'ganeti' ? 1 : (hosts.vcpuRatio[slot] ?? 1));
    const vcpus = (hosts.fixedVcpus[slot] ?? 0) + (hosts.sharedVcpus[slot] ?? 0) + dedicated;
    this.#memory[slot] = (fixed + (hosts.usedBytes[slot] ?? 0)) * (this.#perByte[slot] ?? 0);
    this.#vcpus[slot] = vcpus * (this.#perVcpu[slot] ?? 0);
  }

  /**
   * In the order of slots and from nothing, so that no rounding error is carried from move to move.
   */
  #sum(): void {
    const [memory, vcpus, weightBytes, weightVcpus] = [this.#memory, this.#vcpus, this.#weightBytes, this.#weightVcpus];
    let [meanM, meanV, varM, varV] = [0, 0, 0, 0];
    for (let slot = 0; slot < memory.length; slot++) {
      meanM += (weightBytes[slot] as number) * (memory[slot] as number);
      meanV += (weightVcpus[slot] as number) * (vcpus[slot] as number);
    }
    for (let slot = 0; slot < memory.length; slot++) {
      const [m, v] = [(memory[slot] as number) - meanM, (vcpus[slot] as number) - meanV];
      varM += (weightBytes[slot] as number) * m * m;
      varV += (weightVcpus[slot] as number) * v * v;
    }
    [this.#meanMemory, this.#meanVcpus, this.#varMemory, this.#varVcpus] = [meanM, meanV, varM, varV];
  }
}
