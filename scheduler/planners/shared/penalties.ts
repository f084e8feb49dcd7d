/**
 * What an objective counts beside deviations: wishes of VMs that are not met, and for `ganeti` VMs
 * on hosts that are full or away. The head of `objective.ts` names the weights.
 */
import type { Vm } from '../../state/demand';
import type { World } from '../../state/world';

export type ObjectiveName = 'balance' | 'ganeti';

const AWAY_PENALTY = 20;

export class Penalties {
  /** `online`: by slot, 1 for the hosts that count; its last slot stands for no host. */
  constructor(
    readonly world: World,
    readonly name: ObjectiveName,
    readonly online: Readonly<Uint8Array>,
  ) {}

  /** The slot of a VM that is on no host. */
  get nowhere(): number {
    return this.online.length - 1;
  }

  /**
   * How much the penalties change if a VM goes from one host to another (from `nowhere`: is
   * placed).
   */
  ofMove(vm: Vm, from: number, to: number): number {
    const { preferred } = this.world.relations.of(vm);
    const placed = from !== this.nowhere;
    let cost = preferred.length === 0 ? 0 : this.#wish(vm, to, from) - (placed ? this.#wish(vm, from, from) : 0);
    if (this.name === 'balance') return cost;
    cost += this.#fullPenalty(to, vm.needBytes, 1);
    if (placed) cost += this.online[from] === 1 ? this.#fullPenalty(from, -vm.needBytes, -1) : -AWAY_PENALTY;
    return cost;
  }

  /** The penalties of the fleet as it is. */
  total(): number {
    const { hosts, placed } = this.world;
    let cost = 0;
    if (this.name === 'ganeti') {
      for (const slot of hosts.slots()) {
        const vms = hosts.vms[slot] ?? 0;
        if (this.online[slot] !== 1) cost += AWAY_PENALTY * vms;
        else if (hosts.freeBytes(slot) <= 0) cost += vms;
      }
    }
    if (!this.world.relations.hasWishes) return cost;
    return cost + this.#wishes([...placed.values()].map(({ vm }) => vm));
  }

  #wishes(vms: readonly Vm[]): number {
    let cost = 0;
    if (this.name === 'balance') {
      for (const vm of vms) {
        if (this.world.relations.of(vm).preferred.length === 0) continue;
        const slot = this.world.hosts.slotOf(this.world.placed.get(vm.key)?.host ?? '');
        if (slot !== undefined) cost += this.#wish(vm, slot, slot);
      }
      return cost;
    }
    const terms = new Set(vms.flatMap((vm) => this.world.relations.of(vm).preferred.map(({ term }) => term)));
    for (const term of terms) for (const count of term.matching.values()) cost += count - 1;
    return cost;
  }

  /** What unmet wishes cost a VM on a host, as if it were not on `from`. */
  #wish(vm: Vm, slot: number, from: number): number {
    const { preferred, labels } = this.world.relations.of(vm);
    let cost = 0;
    for (const { term, weight } of preferred) {
      const domain = term.topology.domain(slot);
      if (domain < 0) continue;
      const self =
        from !== this.nowhere && term.topology.domain(from) === domain && labels.terms.includes(term) ? 1 : 0;
      const others = (term.matching.get(domain) ?? 0) - self;
      cost -= (weight / 100) * (this.name === 'ganeti' ? Math.min(1, others) : others);
    }
    return cost;
  }

  /** Ganeti counts every VM on a host without free memory. */
  #fullPenalty(slot: number, bytes: number, vms: number): number {
    const { hosts } = this.world;
    const free = hosts.freeBytes(slot);
    const before = hosts.vms[slot] ?? 0;
    if (free > 0 && free - bytes > 0) return 0;
    return (free - bytes <= 0 ? before + vms : 0) - (free <= 0 ? before : 0);
  }
}
