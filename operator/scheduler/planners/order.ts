/**
 * The order in which a set of moves can be carried out: before each move its VM fits on the target by every rule, with
 * everybody else where the moves so far have left them. Where moves wait for each other in a ring, one VM waits on a
 * third host; a move that cannot be carried out at all is given up, and its VM stays.
 */
import type { Chooser } from '../choose';
import type { Vm } from '../state/demand';
import type { World } from '../state/world';

export interface Move {
  readonly vm: Vm;
  readonly from: string;
  readonly to: string;
}

/** Takes the world from where the moves begin to where they end; returns them as they were carried out. */
export function carryOut(world: World, chooser: Chooser, wanted: readonly Move[]): Move[] {
  const done: Move[] = [];
  let waiting = [...wanted];
  while (waiting.length > 0) {
    const left = waiting.filter((move) => {
      if (!tryMove(world, chooser, move)) return true;
      done.push(move);
      return false;
    });
    if (left.length === waiting.length) {
      const staged = stage(world, chooser, left);
      if (!staged) break;
      done.push(staged.move);
      waiting = staged.waiting;
    } else waiting = left;
  }
  return done;
}

/** Moves a VM if it fits, as if it were nowhere meanwhile: it must not stand in its own way. */
function tryMove(world: World, chooser: Chooser, { vm, from, to }: Move): boolean {
  const slot = world.hosts.slotOf(to);
  if (slot === undefined) return false;
  world.remove(vm.key);
  const fits = chooser.fits(vm, slot);
  world.add(vm, fits ? to : from);
  return fits;
}

/** Lets one VM wait on a third host so that another can take its place: the smallest that helps. */
function stage(world: World, chooser: Chooser, waiting: readonly Move[]): { move: Move; waiting: Move[] } | undefined {
  const targets = new Set(waiting.map(({ to }) => to));
  for (const move of [...waiting].sort((a, b) => a.vm.needBytes - b.vm.needBytes)) {
    if (!targets.has(move.from)) continue;
    world.remove(move.vm.key);
    const slot = chooser.pick(move.vm, (other) => targets.has(world.hosts.spec(other).name));
    const helps =
      slot >= 0 && waiting.some((other) => other.to === move.from && other !== move && fitsNow(world, chooser, other));
    world.add(move.vm, move.from);
    if (!helps) continue;
    const host = world.hosts.spec(slot).name;
    world.add(move.vm, host);
    const rest = waiting.map((other) => (other === move ? { ...move, from: host } : other));
    return { move: { ...move, to: host }, waiting: rest };
  }
  return undefined;
}

function fitsNow(world: World, chooser: Chooser, { vm, from, to }: Move): boolean {
  const slot = world.hosts.slotOf(to);
  if (slot === undefined) return false;
  world.remove(vm.key);
  const fits = chooser.fits(vm, slot);
  world.add(vm, from);
  return fits;
}
