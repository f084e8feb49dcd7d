/**
 * Room for one VM by moving others: the cheapest set of moves found that lets it in. On each of the
 * hosts that miss least, first one VM is tried, then several; every VM that leaves must find a
 * place, and the newcomer must fit then.
 */
import type { Placer } from '../../placer';
import type { Vm } from '../../state/demand';
import { isNeeded } from '../shared/order';
import type { Move } from '../shared/order';

export interface Admission {
  readonly host: string;
  /** In an order in which each finds its room; then the VM fits. */
  readonly moves: readonly Move[];
  readonly bytes: number;
}

/** Hosts looked at. */
const HOSTS = 16;
/** VMs that may have to leave one host. */
const MOST_MOVES = 6;

/** The VM is nowhere; the world is left as it was. */
export function admit(placer: Placer, vm: Vm): Admission | undefined {
  const { hosts } = placer.world;
  const missing = (slot: number): number => Math.max(0, vm.needBytes - hosts.freeBytes(slot));
  const slots = hosts
    .slots()
    .filter((slot) => placer.picker.allows(vm, slot) && vm.needBytes <= (hosts.capBytes[slot] ?? 0));
  const nearest = [...slots].sort((a, b) => missing(a) - missing(b)).slice(0, HOSTS);
  let best: Admission | undefined;
  for (const slot of nearest) {
    const found =
      single(placer, vm, slot, best?.bytes ?? Infinity) ?? several(placer, vm, slot, best?.bytes ?? Infinity);
    if (found) best = found;
  }
  return best;
}

function movable(placer: Placer, host: string): Vm[] {
  return placer.world.vmsOn(host).filter((vm) => {
    const placed = placer.world.placed.get(vm.key);
    return placed?.host === host && placed.inboundHost === undefined;
  });
}

/** The smallest VM whose leaving is enough. */
function single(placer: Placer, vm: Vm, slot: number, limit: number): Admission | undefined {
  const host = placer.world.hosts.spec(slot).name;
  for (const other of movable(placer, host).sort((a, b) => a.needBytes - b.needBytes)) {
    if (other.needBytes >= limit) return undefined;
    const found = tryAll(placer, vm, slot, [other]);
    if (found) return found;
  }
  return undefined;
}

/** Small ones first until there is room, then those that were not needed after all stay. */
function several(placer: Placer, vm: Vm, slot: number, limit: number): Admission | undefined {
  const host = placer.world.hosts.spec(slot).name;
  const leaving: Vm[] = [];
  let found: Admission | undefined;
  for (const other of movable(placer, host).sort((a, b) => a.needBytes - b.needBytes)) {
    leaving.push(other);
    if (leaving.length > MOST_MOVES) leaving.shift();
    found = leaving.length > 1 ? tryAll(placer, vm, slot, leaving) : undefined;
    if (found) break;
  }
  for (const other of found ? [...leaving].reverse() : []) {
    const fewer = leaving.filter((one) => one !== other);
    const better = fewer.length > 0 ? tryAll(placer, vm, slot, fewer) : undefined;
    if (!better) continue;
    leaving.splice(leaving.indexOf(other), 1);
    found = better;
  }
  return found && found.bytes < limit ? found : undefined;
}

/** Really moves them, looks whether the VM fits then, and takes everything back. */
function tryAll(placer: Placer, vm: Vm, slot: number, leaving: readonly Vm[]): Admission | undefined {
  const host = placer.world.hosts.spec(slot).name;
  const moves: Move[] = [];
  for (const other of leaving) {
    if (isNeeded(placer, other, host)) break;
    placer.take(other.key);
    const target = placer.pick(other, (veto) => placer.picker.pick(other, (one) => one === slot || veto(one)));
    placer.put(other, target < 0 ? host : placer.world.hosts.spec(target).name);
    if (target < 0) break;
    moves.push({ vm: other, from: host, to: placer.world.hosts.spec(target).name });
  }
  const fits =
    moves.length === leaving.length && placer.picker.fits(vm, slot) && placer.tolerates(vm, slot) === undefined;
  for (const move of [...moves].reverse()) placer.put(move.vm, host);
  return fits ? { host, moves, bytes: moves.reduce((sum, move) => sum + move.vm.needBytes, 0) } : undefined;
}
