/**
 * Plans for a whole fleet, on the scheduler's own ledger and rules. What is planned to move is left
 * where it was.
 */
import { Placer } from '../placer';
import { admit } from './place/admit';
import { capacity } from './place/capacity';
import type { Capacity } from './place/capacity';
import { compact } from './rebalance/compact';
import { evacuate } from './evacuate/evacuate';
import { Objective } from './shared/objective';
import type { ObjectiveName } from './shared/objective';
import { carryOut } from './shared/order';
import type { Move } from './shared/order';
import { placeAll } from './place/place';
import type { PlaceOptions } from './place/place';
import type { PlacedVm } from './place/queue';
import type { RebalanceOptions } from './rebalance/rebalance';
import { evenOut } from './rebalance/styles';
import type { Vm } from '../state/demand';
import { World } from '../state/world';
import type { Explanation, Snapshot, VmSpec } from '../types';

export interface PlannedMove {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
}

export interface Plan {
  /** In an order in which every state in between obeys every rule. */
  readonly moves: readonly PlannedMove[];
  readonly scoreBefore: number;
  readonly scoreAfter: number;
  readonly bytesMoved: number;
  readonly refused: readonly { readonly key: string; readonly explanation: Explanation }[];
}

export interface PlacementPlan {
  readonly placed: readonly PlacedVm[];
  readonly refused: readonly string[];
  readonly scoreBefore: number;
  readonly scoreAfter: number;
}

export class Planner {
  readonly #world: World;
  readonly #objectives = new Map<ObjectiveName, { readonly objective: Objective; readonly revision: number }>();

  constructor(snapshot: Snapshot) {
    this.#world = new World(snapshot);
  }

  score(objective: ObjectiveName = 'balance'): number {
    return this.#objective(objective).score();
  }

  #objective(name: ObjectiveName): Objective {
    const { revision } = this.#world.hosts;
    const known = this.#objectives.get(name);
    if (known?.revision === revision) {
      known.objective.refresh();
      return known.objective;
    }
    const objective = new Objective(this.#world, name);
    this.#objectives.set(name, { objective, revision });
    return objective;
  }

  /** Places a queue in its order; the fleet then holds what was placed. */
  place(queue: readonly VmSpec[], options: PlaceOptions = {}): PlacementPlan {
    const { objective = 'balance' } = options;
    const scoreBefore = this.score(objective);
    const vms = queue.map((spec) => this.#world.compile(spec));
    const placed = placeAll(this.#world, vms, options);
    const scoreAfter = this.score(objective);
    const taken = new Set(placed.map(({ key }) => key));
    return { placed, refused: vms.filter(({ key }) => !taken.has(key)).map(({ key }) => key), scoreBefore, scoreAfter };
  }

  rebalance(options: RebalanceOptions = {}): Plan {
    const world = this.#world;
    const objective = options.objective ?? 'balance';
    const scoreBefore = this.score(objective);
    const rescued = this.#rescue(objective);
    const pinned = new Set([...(options.pinned ?? []), ...rescued.map(({ vm }) => vm.key)]);
    const scoreThen = this.score(objective);
    const wanted = evenOut(world, { ...options, pinned });
    const moves = carryOut(new Placer(world, 'ifHeld'), wanted);
    if (moves.length < wanted.length || scoreThen < this.score(objective)) this.#cutToBest(moves, objective);
    return this.#finish([...rescued, ...moves], [], objective, scoreBefore);
  }

  /**
   * Ganeti's score counts VMs on hosts that are away and its planner takes them off; so does ours
   * by that score. By our own it leaves them: a VM of a host that is away may still run, and must
   * be fenced before it is started elsewhere.
   */
  #rescue(objective: ObjectiveName): Move[] {
    const { hosts } = this.#world;
    const away = hosts.slots().map((slot) => hosts.spec(slot));
    const names = away.filter(({ ready }) => !ready).map(({ name }) => name);
    if (objective !== 'ganeti' || names.length === 0) return [];
    return this.#empty(names, objective).moves;
  }

  /** Moves VMs off hosts, and leaves the hosts themselves as they are. */
  #empty(names: readonly string[], objective: ObjectiveName): ReturnType<typeof evacuate> {
    const { hosts } = this.#world;
    const before = names.flatMap((name) => hosts.slotOf(name) ?? []).map((slot) => ({ slot, spec: hosts.spec(slot) }));
    const answer = evacuate(this.#world, names, this.#objective(objective));
    for (const { slot, spec } of before) if (hosts.spec(slot) !== spec) this.#world.setHost(spec);
    return answer;
  }

  evacuate(hosts: readonly string[], objective: ObjectiveName = 'balance'): Plan {
    const scoreBefore = this.score(objective);
    const { moves, stuck } = this.#empty(hosts, objective);
    const refused = stuck.map(({ vm, explanation }) => ({ key: vm.key, explanation }));
    return this.#finish(moves, refused, objective, scoreBefore);
  }

  /** Moves that empty hosts; see compact.ts. */
  compact(): Plan {
    const scoreBefore = this.score();
    return this.#finish(compact(this.#world), [], 'balance', scoreBefore);
  }

  /** How many more VMs like this one fit. */
  capacity(like: VmSpec): Capacity {
    const make = (index: number): Vm => this.#world.compile({ ...like, key: `trial ${index}` });
    return capacity(new Placer(this.#world), make);
  }

  /**
   * The cheapest moves found that let a pending VM in, and where it then goes; undefined if there
   * are none.
   */
  admit(spec: VmSpec): { readonly host: string; readonly moves: readonly PlannedMove[] } | undefined {
    const found = admit(new Placer(this.#world), this.#world.compile(spec));
    return found && { host: found.host, moves: found.moves.map(planned) };
  }

  /** Where not every move could be carried out, those that came may end better earlier. */
  #cutToBest(moves: Move[], objective: ObjectiveName): void {
    const scores = [this.score(objective)];
    for (const { vm, from } of [...moves].reverse()) {
      this.#world.add(vm, from);
      scores.unshift(this.score(objective));
    }
    moves.length = scores.indexOf(Math.min(...scores));
    for (const { vm, to } of moves) this.#world.add(vm, to);
  }

  /** Reads the score, then takes every VM back to where it was. */
  #finish(moves: readonly Move[], refused: Plan['refused'], objective: ObjectiveName, scoreBefore: number): Plan {
    const scoreAfter = this.score(objective);
    for (const { vm, from } of [...moves].reverse()) this.#world.add(vm, from);
    const list = moves.map(planned);
    const bytesMoved = list.reduce((sum, move) => sum + move.bytes, 0);
    return { moves: list, scoreBefore, scoreAfter, bytesMoved, refused };
  }
}

function planned({ vm, from, to }: Move): PlannedMove {
  return { key: vm.key, from, to, bytes: vm.spec.memoryBytes };
}
