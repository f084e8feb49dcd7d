/**
 * Questions about pending VMs that are asked again and again: VMs of one shape share an answer, and
 * it is kept until something changes that it depends on.
 */
import type { Placer } from './placer';
import type { Vm } from './state/demand';
import type { World } from './state/world';
import type { Explanation, Unabsorbed } from './types';

/** At most so many explanations are kept; each may name every host. */
const MOST_KEPT = 1024;

/**
 * All that filters and scorers read of a VM, its relations to other VMs among it; not who it is or
 * how old.
 */
function answerKey({ sizeKey, relationsKey, spec }: Vm): string {
  return JSON.stringify([sizeKey, relationsKey, spec.protected !== false, spec.inboundHost]);
}

/**
 * VMs of one key get the same answer from find and explain. A placed VM has a key of its own, since
 * it is judged as if it were not there; so has every VM while host failures are to be tolerated,
 * since the plans for them depend on who is restarted first, and explanations name who would be
 * left.
 */
export function shapeKey(placer: Placer, vm: Vm): string {
  const isAlone = placer.world.placed.has(vm.key) || placer.failover.isAsked();
  return isAlone ? JSON.stringify([answerKey(vm), vm.key]) : answerKey(vm);
}

/**
 * Whether a VM that was pending may fit now that something changed on these hosts; asked after the
 * change is known. True if unsure: failures to tolerate are not asked. Not only the changed hosts
 * are looked at, because a VM that left one may have kept others away from a whole domain.
 */
export function couldHelp({ world, picker }: Placer, vm: Vm, changedHosts: readonly string[]): boolean {
  if (changedHosts.length === 0) return false;
  const slots = changedHosts.map((name) => world.hosts.slotOf(name));
  return slots.some((slot) => slot !== undefined && picker.fits(vm, slot)) || picker.pick(vm) >= 0;
}

export class Explanations {
  readonly #kept = new Map<string, Explanation>();
  #version = -1;

  constructor(
    readonly world: World,
    readonly isFailoverAsked: () => boolean,
  ) {}

  /** The VM is on no host. What depends on failures to tolerate is worked out each time. */
  of(
    vm: Vm,
    tolerates: (slot: number) => Unabsorbed | undefined,
    explain: (tolerates: (slot: number) => Unabsorbed | undefined) => Explanation,
  ): Explanation {
    if (this.#version !== this.world.version) this.#kept.clear();
    this.#version = this.world.version;
    const key = answerKey(vm);
    const known = this.#kept.get(key);
    if (known) return known;
    let isShared = true;
    const explanation = explain((slot) => {
      const loss = tolerates(slot);
      isShared &&= !this.isFailoverAsked();
      return loss;
    });
    if (isShared) this.#keep(key, explanation);
    return explanation;
  }

  #keep(key: string, explanation: Explanation): void {
    if (this.#kept.size >= MOST_KEPT) for (const oldest of this.#kept.keys()) if (this.#kept.delete(oldest)) break;
    this.#kept.set(key, explanation);
  }
}
