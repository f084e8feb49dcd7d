/**
 * What hosts have left while VMs are tried on them: numbers alone where nothing sets the VMs apart,
 * else the world itself.
 */
import type { HostPicker } from '../host-picker';
import type { Vm } from '../state/demand';
import type { World } from '../state/world';

/**
 * Whether it matters for a VM who is placed before it: by affinity and by spread it does.
 * Anti-affinity keeps two VMs apart in whatever order they come.
 */
export function looksAtOthers(world: World, vm: Vm): boolean {
  const { affinity, spreads } = world.relations.of(vm);
  return affinity.length + spreads.length > 0;
}

/** What hosts have left, taken and given back as VMs are tried. */
export interface Room {
  /** No VM in it can be let in by another one. */
  readonly isPlain: boolean;
  /** Whether where a VM fits depends on which others are there already. */
  looksAtOthers(vm: Vm): boolean;
  fits(vm: Vm, slot: number): boolean;
  take(vm: Vm, slot: number): void;
  giveBack(vm: Vm, slot: number): void;
  freeBytes(slot: number): number;
  freeHvm(slot: number): number;
}

/** Arrays only: for VMs that nothing sets apart. */
export class PlainRoom implements Room {
  readonly isPlain = true;
  readonly #bytes: Float64Array;
  readonly #vcpus: Float64Array;
  readonly #pcpus: Float64Array;
  readonly #hvm: Int32Array;

  constructor(
    readonly picker: HostPicker,
    slots: readonly number[],
  ) {
    const { hosts } = picker.world;
    [this.#bytes, this.#vcpus, this.#pcpus] = [1, 2, 3].map(() => new Float64Array(hosts.size)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    this.#hvm = new Int32Array(hosts.size);
    for (const slot of slots) {
      this.#bytes[slot] = hosts.freeBytes(slot);
      this.#vcpus[slot] = hosts.freeVcpus(slot);
      this.#pcpus[slot] = hosts.freePcpus(slot);
      this.#hvm[slot] = hosts.freeHvm(slot);
    }
  }

  fits(vm: Vm, slot: number): boolean {
    if (vm.needBytes > (this.#bytes[slot] as number) || this.#shared(vm, slot) > (this.#vcpus[slot] as number))
      return false;
    if (vm.hvm > 0 && vm.hvm > (this.#hvm[slot] as number)) return false;
    return (!vm.dedicated || vm.vcpus <= (this.#pcpus[slot] as number)) && this.picker.allows(vm, slot);
  }

  looksAtOthers(): boolean {
    return false;
  }

  take(vm: Vm, slot: number): void {
    this.#change(vm, slot, -1);
  }

  giveBack(vm: Vm, slot: number): void {
    this.#change(vm, slot, 1);
  }

  freeBytes(slot: number): number {
    return this.#bytes[slot] as number;
  }

  freeHvm(slot: number): number {
    return this.#hvm[slot] as number;
  }

  #shared(vm: Vm, slot: number): number {
    return vm.dedicated ? vm.vcpus * (this.picker.world.hosts.vcpuRatio[slot] as number) : vm.vcpus;
  }

  #change(vm: Vm, slot: number, sign: number): void {
    this.#bytes[slot] = (this.#bytes[slot] as number) + sign * vm.needBytes;
    this.#vcpus[slot] = (this.#vcpus[slot] as number) + sign * this.#shared(vm, slot);
    this.#hvm[slot] = (this.#hvm[slot] as number) + sign * vm.hvm;
    if (vm.dedicated) this.#pcpus[slot] = (this.#pcpus[slot] as number) + sign * vm.vcpus;
  }
}

/** The world itself: every rule is asked. */
export class RealRoom implements Room {
  readonly isPlain = false;

  constructor(readonly picker: HostPicker) {}

  looksAtOthers(vm: Vm): boolean {
    return looksAtOthers(this.picker.world, vm);
  }

  fits(vm: Vm, slot: number): boolean {
    return this.picker.fits(vm, slot);
  }

  take(vm: Vm, slot: number): void {
    this.picker.world.add(vm, this.picker.world.hosts.spec(slot).name);
  }

  giveBack(vm: Vm): void {
    this.picker.world.remove(vm.key);
  }

  freeBytes(slot: number): number {
    return this.picker.world.hosts.freeBytes(slot);
  }

  freeHvm(slot: number): number {
    return this.picker.world.hosts.freeHvm(slot);
  }
}
