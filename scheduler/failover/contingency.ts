/** One loss to be tolerated, and the plan that answers it: which VM would be restarted where. */
import type { Vm } from '../state/demand';
import type { World } from '../state/world';
import type { Targets } from './restart';

interface Reserve {
  bytes: number;
  /** vCPUs of shared VMs; the physical CPUs of dedicated ones are in `pcpus`. */
  vcpus: number;
  pcpus: number;
  hvm: number;
}

const NOTHING: Readonly<Reserve> = { bytes: 0, vcpus: 0, pcpus: 0, hvm: 0 };

export class Contingency {
  targets: Targets = new Map();
  readonly #reserves = new Map<number, Reserve>();

  /** The pool that is to tolerate the loss, and the slots of the lost hosts. */
  constructor(
    readonly pool: string,
    readonly lost: readonly number[],
  ) {}

  slots(): Iterable<number> {
    return this.#reserves.keys();
  }

  set(targets: Targets): void {
    this.targets = targets;
    this.#reserves.clear();
    for (const [vm, slot] of targets) this.#reserve(vm, slot, 1);
  }

  drop(vm: Vm): void {
    const slot = this.targets.get(vm);
    if (slot === undefined) return;
    this.targets.delete(vm);
    this.#reserve(vm, slot, -1);
  }

  reservedBytes(slot: number): number {
    return this.#reserves.get(slot)?.bytes ?? 0;
  }

  /** Whether a host has room for a VM beside what the plan would put there. */
  leavesRoom({ hosts }: World, slot: number, vm: Vm): boolean {
    const { bytes, vcpus, pcpus, hvm } = this.#reserves.get(slot) ?? NOTHING;
    const ratio = hosts.vcpuRatio[slot] ?? 0;
    const whole = pcpus + (vm.dedicated ? vm.vcpus : 0);
    const shared = vcpus + (vm.dedicated ? 0 : vm.vcpus);
    if (bytes + vm.needBytes > hosts.freeBytes(slot) || shared + ratio * whole > hosts.freeVcpus(slot)) return false;
    if (hvm + vm.hvm > 0 && hvm + vm.hvm > hosts.freeHvm(slot)) return false;
    return whole === 0 || whole <= hosts.freePcpus(slot);
  }

  /** Whether some VM of the plan asks anything of this one, or is asked by it. */
  concerns(world: World, vm: Vm): boolean {
    const mine = world.relations.of(vm);
    for (const other of this.targets.keys()) {
      if (other.spec.namespace !== vm.spec.namespace) continue;
      const theirs = world.relations.of(other);
      const asked = [...theirs.antiAffinity, ...theirs.affinity, ...theirs.spreads.map(({ term }) => term)];
      if (asked.some((term) => mine.labels.terms.includes(term))) return true;
      if (mine.antiAffinity.some((term) => theirs.labels.terms.includes(term))) return true;
    }
    return vm.diskBytes.size > 0 && this.targets.size > 0;
  }

  #reserve(vm: Vm, slot: number, sign: number): void {
    const reserve = this.#reserves.get(slot) ?? { ...NOTHING };
    reserve.hvm += sign * vm.hvm;
    reserve.bytes += sign * vm.needBytes;
    if (vm.dedicated) reserve.pcpus += sign * vm.vcpus;
    else reserve.vcpus += sign * vm.vcpus;
    this.#reserves.set(slot, reserve);
  }
}
