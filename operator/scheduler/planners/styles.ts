/**
 * Rebalancing in more than one way, and the best of them. With a score to reach, few moves count most, then few bytes:
 * single moves are tried before swaps, valued by gain alone and by gain for what is moved. Without one, the lowest score
 * counts. Large fleets are given one way only. What turns out not to have been needed is moved back.
 */
import type { Vm } from '../state/demand';
import type { World } from '../state/world';
import { Objective } from './objective';
import type { Move } from './order';
import { Rebalancer, isReached } from './rebalance';
import type { RebalanceOptions } from './rebalance';
import type { Style } from './steps';

const SMALL_FLEET = 64;
const THOROUGH: Style = { costExponent: 0.25, swaps: true, exact: false };
const FRUGAL: Style = { costExponent: 0.5, swaps: true, exact: false };
const FEW_MOVES: readonly Style[] = [0, 0.1].map((costExponent) => ({ costExponent, swaps: false, exact: true }));

interface Result {
  readonly moves: readonly Move[];
  readonly bytes: number;
  readonly score: number;
}

/** The moves, by VM, that even the fleet out; the world is left as it was. */
export function evenOut(world: World, options: RebalanceOptions): readonly Move[] {
  const homes = new Map([...world.placed.values()].map(({ vm, host }) => [vm, host]));
  const small = world.hosts.slots().length <= SMALL_FLEET;
  const run = (style: Style): Result => {
    new Rebalancer(world, options, style).run();
    const result = trim(world, homes, options);
    for (const { vm, from } of result.moves) world.add(vm, from);
    return result;
  };
  if (!small) return run(THOROUGH).moves;
  if (options.untilScore === undefined) {
    const [first, second] = [run(THOROUGH), run(FRUGAL)];
    return second.score < first.score ? second.moves : first.moves;
  }
  const reached = FEW_MOVES.map(run).filter(({ score }) => isReached(score, options));
  const fewest = Math.min(...reached.map(({ moves }) => moves.length));
  const [best] = reached.filter(({ moves }) => moves.length === fewest).sort((a, b) => a.bytes - b.bytes);
  return (best ?? run(THOROUGH)).moves;
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
    if (needed || slot === undefined || world.hosts.freeBytes(slot) < 0 || world.hosts.freeVcpus(slot) < 0) {
      world.add(vm, to);
      kept.push(move);
    } else score = without;
  }
  return { moves: kept, bytes: kept.reduce((sum, { vm }) => sum + vm.needBytes, 0), score };
}

function movesSince(world: World, homes: ReadonlyMap<Vm, string>): Move[] {
  const moves: Move[] = [];
  for (const { vm, host } of world.placed.values()) {
    const from = homes.get(vm) ?? host;
    if (from !== host) moves.push({ vm, from, to: host });
  }
  return moves.sort((a, b) => b.vm.needBytes - a.vm.needBytes || (a.vm.key < b.vm.key ? -1 : 1));
}
