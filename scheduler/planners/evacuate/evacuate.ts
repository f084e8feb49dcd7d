/**
 * Emptying hosts: every VM on them goes elsewhere, the largest first, or is listed with the reason.
 */
import { explain } from '../../explain';
import { Placer } from '../../placer';
import type { Vm } from '../../state/demand';
import type { World } from '../../state/world';
import type { Explanation } from '../../types';
import { loadOf } from '../shared/load';
import type { Objective } from '../shared/objective';
import type { Move } from '../shared/order';

export interface Stuck {
  readonly vm: Vm;
  readonly explanation: Explanation;
}

/** Moves the VMs in the world; the moves are in an order in which each finds its room. */
export function evacuate(
  world: World,
  names: readonly string[],
  objective: Objective,
): { moves: Move[]; stuck: Stuck[] } {
  const leaving = new Set(names);
  // The objective chooses: no scorer's cost is worked out.
  const placer = new Placer(world, 'always', []);
  const vms = [...leaving].flatMap((name) => world.vmsOn(name).filter((vm) => world.placed.get(vm.key)?.host === name));
  vms.sort((a, b) => b.needBytes - a.needBytes || (a.key < b.key ? -1 : 1));
  const isSpread = vms.some((vm) => world.relations.of(vm).spreads.length > 0);
  if (isSpread || placer.failover.isAsked()) close(world, names);
  const moves: Move[] = [];
  /** Where the last VM was put: to be read anew with the next. */
  let last = -1;
  const tryOne = (vm: Vm): boolean => {
    const from = placer.take(vm.key)?.host ?? '';
    const home = world.hosts.slotOf(from) ?? -1;
    objective.touch(home, last);
    const slot = pick(placer, objective, vm, leaving);
    const to = slot < 0 ? from : world.hosts.spec(slot).name;
    placer.put(vm, to);
    last = slot < 0 ? home : slot;
    if (slot >= 0) moves.push({ vm, from, to });
    return slot >= 0;
  };
  let stuck = vms.filter((vm) => !tryOne(vm));
  // One that had to wait for another (affinity, spread) may find its place now.
  for (let before = vms.length; stuck.length > 0 && stuck.length < before;) {
    before = stuck.length;
    stuck = stuck.filter((vm) => !tryOne(vm));
  }
  if (stuck.length > 0) close(world, names);
  return { moves, stuck: stuck.map((vm) => ({ vm, explanation: explainElsewhere(placer, vm) })) };
}

/** No plan, spread or explanation may count on a host that is being emptied. */
function close(world: World, names: readonly string[]): void {
  for (const name of names) {
    const slot = world.hosts.slotOf(name);
    if (slot !== undefined) world.setHost({ ...world.hosts.spec(slot), cordoned: true });
  }
}

function pick(placer: Placer, objective: Objective, vm: Vm, leaving: ReadonlySet<string>): number {
  const { hosts } = placer.world;
  const load = loadOf(vm);
  const { nowhere } = objective;
  const cost = (slot: number): number =>
    objective.spreadAfter(nowhere, slot, load) + objective.penaltyOfMove(vm, nowhere, slot);
  return placer.pick(vm, (veto) => {
    return placer.picker.pickBy(vm, cost, (slot) => leaving.has(hosts.spec(slot).name) || veto(slot));
  });
}

function explainElsewhere(placer: Placer, vm: Vm): Explanation {
  const placed = placer.take(vm.key);
  const explanation = explain(placer.world, vm, { tolerates: (slot) => placer.tolerates(vm, slot) });
  if (placed) placer.put(placed.vm, placed.host);
  return explanation;
}
