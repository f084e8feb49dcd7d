/** Emptying hosts: every VM on them goes elsewhere, the largest first, or is listed with the reason. */
import { Chooser } from '../choose';
import { explain } from '../explain';
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
  const chooser = new Chooser(world);
  const objective = new Objective(world, objectiveName);
  const vms = names.flatMap((name) => world.vmsOn(name).filter((vm) => world.placed.get(vm.key)?.host === name));
  vms.sort((a, b) => b.needBytes - a.needBytes || (a.key < b.key ? -1 : 1));
  const moves: Move[] = [];
  const stuck: Vm[] = [];
  for (const vm of vms) {
    const from = world.remove(vm.key)?.host ?? '';
    const slot = pick(chooser, objective, vm, leaving);
    const to = slot < 0 ? from : world.hosts.spec(slot).name;
    world.add(vm, to);
    objective.refresh();
    if (slot < 0) stuck.push(vm);
    else moves.push({ vm, from, to });
  }
  return { moves, stuck: stuck.map((vm) => ({ vm, explanation: explainElsewhere(world, vm) })) };
}

function pick(chooser: Chooser, objective: Objective, vm: Vm, leaving: ReadonlySet<string>): number {
  const { hosts } = chooser.world;
  const veto = (slot: number): boolean => leaving.has(hosts.spec(slot).name);
  const load = loadOf(vm);
  const { nowhere } = objective;
  const cost = (slot: number): number =>
    objective.spreadAfter(nowhere, slot, load) + objective.penaltyOfMove(vm, nowhere, slot);
  objective.refresh();
  return chooser.pickBy(vm, cost, veto);
}

function explainElsewhere(world: World, vm: Vm): Explanation {
  const placed = world.remove(vm.key);
  const explanation = explain(world, vm);
  if (placed) world.add(placed.vm, placed.host);
  return explanation;
}
