/**
 * Placing one VM after the other by every rule, the failures to be tolerated among them. Whoever
 * changes who is where goes through `put` and `take`, so that the plans for failures stay true.
 */
import { HostPicker } from './host-picker';
import type { Veto } from './host-picker';
import { Failover } from './failover/failover';
import type { Check } from './failover/failover';
import type { Scorer } from './scores/scorer';
import type { Vm } from './state/demand';
import type { Placed, World } from './state/world';
import type { Unabsorbed } from './types';

/** At most so many kinds are known to be hopeless. */
const MOST_HOPELESS = 1024;

type Choice = (veto: Veto) => number;

export class Placer {
  readonly picker: HostPicker;
  readonly failover: Failover;
  /** The last check that was good: the VM is most likely put there next. */
  #checked: { readonly vm: Vm; readonly slot: number; readonly changes: number; readonly check: Check } | undefined;
  /** Kinds of VM that no host could take since something last left. */
  readonly #hopeless = new Set<string>();
  #hopelessAt = -1;

  /** A fleet that tolerates too little as it is may still be moved about (`failures: 'ifHeld'`). */
  readonly #ignoresFailures: boolean;

  constructor(
    readonly world: World,
    failures: 'always' | 'ifHeld' = 'always',
    scorers?: readonly Scorer[],
  ) {
    this.picker = new HostPicker(world, scorers);
    this.failover = new Failover(this.picker);
    this.#ignoresFailures = failures === 'ifHeld' && !this.failover.holds();
  }

  /**
   * The best host (by the scorers, unless another choice is given) that every rule allows; -1 if
   * there is none.
   */
  pick(vm: Vm, choose: Choice = (veto) => this.picker.pick(vm, veto)): number {
    if (this.#ignoresFailures || !this.failover.isAsked()) return choose(() => false);
    if (this.#isHopeless(vm)) return -1;
    const refused = new Set<number>();
    for (;;) {
      const slot = choose((other) => refused.has(other));
      if (slot < 0) {
        if (this.picker.isFree(vm) && vm.diskBytes.size === 0) this.#giveUp(vm);
        return -1;
      }
      if (this.tolerates(vm, slot) === undefined) return slot;
      refused.add(slot);
    }
  }

  /** Undefined if all failures are still tolerated with the VM there, else what is not. */
  tolerates(vm: Vm, slot: number): Unabsorbed | undefined {
    if (this.#ignoresFailures || !this.failover.isAsked()) return undefined;
    const check = this.failover.check(vm, slot);
    if (!check.ok) return check.why;
    this.#checked = { vm, slot, changes: this.world.hosts.changes, check };
    return undefined;
  }

  put(vm: Vm, host: string): void {
    this.take(vm.key);
    const slot = this.world.hosts.slotOf(host);
    const known = this.#checked;
    const fresh = known?.vm === vm && known.slot === slot && known.changes === this.world.hosts.changes;
    if (slot !== undefined) this.failover.added(vm, slot, fresh ? known.check : undefined);
    this.world.add(vm, host);
    this.#checked = undefined;
  }

  take(key: string): Placed | undefined {
    const gone = this.world.remove(key);
    const slot = gone && this.world.hosts.slotOf(gone.host);
    if (gone && slot !== undefined) this.failover.removed(gone.vm, slot);
    if (gone) this.#hopeless.clear();
    return gone;
  }

  #giveUp(vm: Vm): void {
    if (this.#hopeless.size >= MOST_HOPELESS) this.#hopeless.clear();
    this.#hopeless.add(vm.sizeKey);
  }

  #isHopeless(vm: Vm): boolean {
    if (this.#hopelessAt !== this.world.hosts.revision) this.#hopeless.clear();
    this.#hopelessAt = this.world.hosts.revision;
    return this.#hopeless.has(vm.sizeKey);
  }
}
