/**
 * Rebalancing in more than one way, and the best of them. With a score to reach, few moves count
 * most (the step that gains most, no swaps), then few bytes; or few bytes alone. Without one, the
 * lowest score counts. Large fleets are given one way only. What turns out not to have been needed
 * is moved back.
 */
import { HostPicker } from '../../host-picker';
import type { Vm } from '../../state/demand';
import type { World } from '../../state/world';
import { anneal } from './anneal';
import { Arrangement } from './arrangement';
import type { Mover } from './arrangement';
import { Objective } from '../shared/objective';
import type { Move } from '../shared/order';
import { Rebalancer, isReached } from './rebalance';
import type { RebalanceOptions } from './rebalance';
import type { Style } from './steps';

const SMALL_FLEET = 64;
const THOROUGH: Style = { costExponent: 0.25, swaps: true, exact: false };
const FRUGAL: Style = { costExponent: 0.5, swaps: true, exact: false };
const FEW_MOVES: Style = { costExponent: 0, swaps: false, exact: true };
/** Where to start looking for fewer bytes: from few large moves, and from more and smaller ones. */
const FEW_BYTES: readonly Style[] = [0, 0.25, 0.5].map((costExponent) => ({
  costExponent,
  swaps: false,
  exact: false,
}));
/** Changes tried in search of fewer bytes: a blink, or half a second for each start. */
const TRIES = { moves: 60_000, bytes: 1_000_000 };

interface Result {
  readonly moves: readonly Move[];
  readonly bytes: number;
  readonly score: number;
}

/** The moves, by VM, that even the fleet out; the world is left as it was. */
export function evenOut(world: World, options: RebalanceOptions): readonly Move[] {
  const scoreBefore = new Objective(world, options.objective ?? 'balance').score();
  const homes = new Map([...world.placed.values()].map(({ vm, host }) => [vm, host]));
  const small = world.hosts.slots().length <= SMALL_FLEET;
  const run = (style: Style, tries = 0): Result => {
    new Rebalancer(world, options, style).run();
    // Wishes of VMs about each other would change with every step: there the greedy answer stays.
    if (tries > 0 && !world.relations.hasWishes) spareBytes(world, homes, { ...options, scoreBefore, tries });
    const result = trim(world, homes, options);
    for (const { vm, from } of result.moves) world.add(vm, from);
    return result;
  };
  if (!small) return run(THOROUGH).moves;
  const { untilScore, prefer = 'moves' } = options;
  if (untilScore === undefined) {
    const [first, second] = [run(THOROUGH), run(FRUGAL)];
    return second.score < first.score ? second.moves : first.moves;
  }
  const starts = prefer === 'moves' ? [FEW_MOVES] : FEW_BYTES;
  const results = starts.map((style) => run(style, TRIES[prefer])).filter(({ score }) => isReached(score, options));
  const [best] = results.sort((a, b) => a.bytes - b.bytes);
  return (best ?? run(THOROUGH)).moves;
}

/**
 * Arranges the world so that the score is reached with fewer bytes, by no more moves unless bytes
 * are preferred.
 */
function spareBytes(
  world: World,
  homes: ReadonlyMap<Vm, string>,
  options: RebalanceOptions & { readonly scoreBefore: number; readonly tries: number },
): void {
  const {
    scoreBefore,
    tries,
    untilScore = 0,
    prefer = 'moves',
    objective: name = 'balance',
    maxSteps = Infinity,
  } = options;
  const objective = new Objective(world, name);
  const state = new Arrangement(new HostPicker(world), objective, homes, options.pinned);
  const mostMoves = prefer === 'moves' ? state.moves : maxSteps;
  const penalties = objective.score() - objective.spread();
  const places = anneal(state, { scoreBefore, score: untilScore - penalties, mostMoves, tries });
  places?.forEach((slot, place) => {
    const { vm } = state.movers[place] as Mover;
    const host = world.hosts.spec(slot).name;
    if (world.placed.get(vm.key)?.host !== host) world.add(vm, host);
  });
}

/** Takes back what the goal, or all but nothing of the score, can do without: the largest first. */
function trim(world: World, homes: ReadonlyMap<Vm, string>, options: RebalanceOptions): Result {
  const objective = new Objective(world, options.objective ?? 'balance');
  let score = objective.score();
  const kept: Move[] = [];
  for (const move of movesSince(world, homes)) {
    const { vm, from, to } = move;
    const slot = world.hosts.slotOf(from);
    world.add(vm, from);
    objective.refresh();
    const without = objective.score();
    const needed = without > score && !isReached(without, options);
    if (needed || slot === undefined || isOverfull(world, slot)) {
      world.add(vm, to);
      kept.push(move);
    } else score = without;
  }
  return { moves: kept, bytes: kept.reduce((sum, { vm }) => sum + vm.needBytes, 0), score };
}

function isOverfull({ hosts }: World, slot: number): boolean {
  return hosts.freeBytes(slot) < 0 || hosts.freeVcpus(slot) < 0 || hosts.freeHvm(slot) < 0;
}

function movesSince(world: World, homes: ReadonlyMap<Vm, string>): Move[] {
  const moves: Move[] = [];
  for (const { vm, host } of world.placed.values()) {
    const from = homes.get(vm) ?? host;
    if (from !== host) moves.push({ vm, from, to: host });
  }
  return moves.sort((a, b) => b.vm.needBytes - a.vm.needBytes || (a.vm.key < b.vm.key ? -1 : 1));
}
