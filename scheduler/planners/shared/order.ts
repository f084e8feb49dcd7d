/**
 * The order in which a set of moves can be carried out: before each move its VM fits on the target
 * by every rule, with everybody else where the moves so far have left them. Where moves wait for
 * each other in a ring, one VM waits on a third host; a move that cannot be carried out at all is
 * given up, and its VM stays.
 */
import type { Placer } from '../../placer';
import type { Vm } from '../../state/demand';

export interface Move {
  readonly vm: Vm;
  readonly from: string;
  readonly to: string;
}

/**
 * Takes the world from where the moves begin to where they end; returns them as they were carried
 * out.
 */
export function carryOut(placer: Placer, wanted: readonly Move[]): Move[] {
  const done: Move[] = [];
  let waiting = [...wanted];
  while (waiting.length > 0) {
    const left = waiting.filter((move) => {
      if (!tryMove(placer, move)) return true;
      done.push(move);
      return false;
    });
    if (left.length === waiting.length) {
      const staged = stage(placer, left);
      if (!staged) break;
      done.push(staged.move);
      waiting = staged.waiting;
    } else waiting = left;
  }
  return done;
}

/**
 * Moves a VM if every rule agrees, as if it were nowhere meanwhile: it must not stand in its own
 * way.
 */
function tryMove(placer: Placer, move: Move): boolean {
  const fits = isPossible(placer, move);
  if (fits) placer.put(move.vm, move.to);
  return fits;
}

function isPossible(placer: Placer, { vm, from, to }: Move): boolean {
  const slot = placer.world.hosts.slotOf(to);
  if (slot === undefined || isNeeded(placer, vm, from)) return false;
  placer.take(vm.key);
  const fits = placer.picker.fits(vm, slot) && placer.tolerates(vm, slot) === undefined;
  placer.put(vm, from);
  return fits;
}

/** A VM that others rely on (required affinity) does not leave them. */
export function isNeeded({ world }: Placer, vm: Vm, host: string): boolean {
  const slot = world.hosts.slotOf(host);
  return slot !== undefined && world.relations.isNeeded(vm, slot);
}

/** Lets one VM wait on a third host so that another can take its place: the smallest that helps. */
function stage(placer: Placer, waiting: readonly Move[]): { move: Move; waiting: Move[] } | undefined {
  const { hosts } = placer.world;
  const targets = new Set(waiting.map(({ to }) => to));
  for (const move of [...waiting].sort((a, b) => a.vm.needBytes - b.vm.needBytes)) {
    if (!targets.has(move.from) || isNeeded(placer, move.vm, move.from)) continue;
    placer.take(move.vm.key);
    const slot = placer.picker.pick(move.vm, (other) => targets.has(hosts.spec(other).name));
    const safe = slot >= 0 && placer.tolerates(move.vm, slot) === undefined;
    const next = ({ to }: Move): boolean => to === move.from;
    const helps = safe && waiting.some((other) => other !== move && next(other) && isPossible(placer, other));
    placer.put(move.vm, move.from);
    if (!helps) continue;
    const host = hosts.spec(slot).name;
    placer.put(move.vm, host);
    return {
      move: { ...move, to: host },
      waiting: waiting.map((other) => (other === move ? { ...move, from: host } : other)),
    };
  }
  return undefined;
}
