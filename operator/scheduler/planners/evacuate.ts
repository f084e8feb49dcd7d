/** Emptying hosts: every VM on them goes elsewhere, the largest first, or is listed with the reason. */
import { explain } from '../explain';
import { Placer } from '../placer';
import type { Vm } from '../state/demand';
import type { World } from '../state/world';
import type { Explanation } from '../types';
import { Objective, loadOf } from './objective';
import type { ObjectiveName } from './objective';
import type { Move } from './order';

export interface Stuck {
  readonly vm: Vm;
  readonly explanation: Explanation;
}

/** Moves the VMs in the world; the moves are in an order in which each finds its room. */
export function evacuate(
  world: World,
  names: readonly string[],
  objectiveName: ObjectiveName,
): { moves: Move[]; stuck: Stuck[] } {
  const leaving = new Set(names);
  for (const name of names) {
    const slot = world.hosts.slotOf(name);
    if (slot !== undefined) world.setHost({ ...world.hosts.spec(slot), cordoned: true });
  }
  const placer = new Placer(world);
  const objective = new Objective(world, objectiveName);
  const vms = names.flatMap((name) => world.vmsOn(name).filter((vm) => world.placed.get(vm.key)?.host === name));
  vms.sort((a, b) => b.needBytes - a.needBytes || (a.key < b.key ? -1 : 1));
  const moves: Move[] = [];
  const stuck: Vm[] = [];
  for (const vm of vms) {
    const from = placer.take(vm.key)?.host ?? '';
    const slot = pick(placer, objective, vm, leaving);
    const to = slot < 0 ? from : world.hosts.spec(slot).name;
    placer.put(vm, to);
    objective.refresh();
    if (slot < 0) stuck.push(vm);
    else moves.push({ vm, from, to });
  }
  return { moves, stuck: stuck.map((vm) => ({ vm, explanation: explainElsewhere(placer, vm) })) };
}

function pick(placer: Placer, objective: Objective, vm: Vm, leaving: ReadonlySet<string>): number {
  const { hosts } = placer.world;
  const load = loadOf(vm);
  const { nowhere } = objective;
  const cost = (slot: number): number =>
    objective.spreadAfter(nowhere, slot, load) + objective.penaltyOfMove(vm, nowhere, slot);
  objective.refresh();
  return placer.pick(vm, (veto) => {
    return placer.chooser.pickBy(vm, cost, (slot) => leaving.has(hosts.spec(slot).name) || veto(slot));
  });
}

function explainElsewhere(placer: Placer, vm: Vm): Explanation {
  const placed = placer.take(vm.key);
  const explanation = explain(placer.world, vm, { tolerates: (slot) => placer.tolerates(vm, slot) });
  if (placed) placer.put(placed.vm, placed.host);
  return explanation;
}
