/** Which moves and swaps the rules allow: room on the target, and every filter. */
import type { HostPicker } from '../../host-picker';
import type { Vm } from '../../state/demand';
import type { World } from '../../state/world';
import type { Load } from '../shared/load';
import type { ObjectiveName } from '../shared/objective';

export class StepRules {
  readonly #world: World;

  constructor(
    readonly picker: HostPicker,
    readonly objective: ObjectiveName,
  ) {
    this.#world = picker.world;
  }

  /** Whether a host has room for a load, by its sums alone. */
  hasRoom(slot: number, flow: Load): boolean {
    const { hosts } = this.#world;
    const free = hosts.freeBytes(slot) - flow.bytes;
    if (free < 0 || (free === 0 && this.objective === 'ganeti')) return false;
    if (flow.pcpus > 0 && flow.pcpus > hosts.freePcpus(slot)) return false;
    if (flow.hvm > 0 && flow.hvm > hosts.freeHvm(slot)) return false;
    return flow.vcpus + flow.pcpus * (hosts.vcpuRatio[slot] as number) <= hosts.freeVcpus(slot);
  }

  canMove(vm: Vm, from: number, to: number): boolean {
    if (this.#world.relations.isNeeded(vm, from)) return false;
    if (this.picker.isSimple(vm)) return this.picker.allows(vm, to);
    this.#world.remove(vm.key);
    const fits = this.picker.fits(vm, to);
    this.#world.add(vm, this.#world.hosts.spec(from).name);
    return fits;
  }

  canSwap(mine: Vm, from: number, theirs: Vm, to: number): boolean {
    const { relations } = this.#world;
    if (relations.isNeeded(mine, from) || relations.isNeeded(theirs, to)) return false;
    if (this.picker.isSimple(mine) && this.picker.isSimple(theirs))
      return this.picker.allows(mine, to) && this.picker.allows(theirs, from);
    const world = this.#world;
    world.remove(mine.key);
    world.remove(theirs.key);
    let fits = this.picker.fits(mine, to);
    if (fits) {
      world.add(mine, world.hosts.spec(to).name);
      fits = this.picker.fits(theirs, from);
    }
    world.add(mine, world.hosts.spec(from).name);
    world.add(theirs, world.hosts.spec(to).name);
    return fits;
  }
}
