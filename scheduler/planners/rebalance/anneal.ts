/**
 * The same score for fewer bytes: one or two VMs at a time change places, drawn from a fixed seed,
 * and a change that is a little worse is borne, less so as time goes by (threshold accepting): so
 * the search leaves the valleys in which single steps end. What a lower score is worth in bytes is
 * raised while the score is too high and lowered while it is not.
 */
import type { Arrangement, Mover } from './arrangement';

export interface Goal {
  /** Without any move, and to be reached. */
  readonly scoreBefore: number;
  readonly score: number;
  readonly mostMoves: number;
  readonly tries: number;
}

const SEED = 1;
const GIB = 2 ** 30;
/** What one change may lose, in bytes, at first and at last. */
const FIRST_THRESHOLD = 12 * GIB;
const LAST_THRESHOLD = 0.125 * GIB;
/** Bytes that a lower score is worth at first: so many times what the score has cost so far. */
const FIRST_PRICE = 4;
const PRICE_STEP = 1.1;
const TRIES_PER_PRICE = 1024;

/** One VM goes somewhere, and perhaps another. Places in the arrangement's list; -1: none. */
interface Change {
  first: number;
  to: number;
  second: number;
  secondTo: number;
}

/** Mulberry32: small, and the same everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Where each VM is in the cheapest arrangement found that keeps to the goal; undefined if none
 * does.
 */
export function anneal(state: Arrangement, goal: Goal): readonly number[] | undefined {
  const draw = drawer(state);
  const undo: Change = { first: -1, to: -1, second: -1, secondTo: -1 };
  const cooling = Math.pow(LAST_THRESHOLD / FIRST_THRESHOLD, 1 / goal.tries);
  let price = (FIRST_PRICE * Math.max(state.bytes, GIB)) / Math.max(goal.scoreBefore - goal.score, 1e-3);
  let threshold = FIRST_THRESHOLD;
  let now = Infinity;
  let best: number[] | undefined;
  let least = Infinity;
  const keep = (): void => {
    if (state.bytes >= least || state.moves > goal.mostMoves || state.spread() > goal.score) return;
    least = state.bytes;
    best = state.movers.map(({ at }) => at);
  };
  keep();
  for (let done = 0; done < goal.tries && state.movers.length > 0; done++, threshold *= cooling) {
    if (done % TRIES_PER_PRICE === 0) {
      state.sum();
      price *= state.spread() > goal.score ? PRICE_STEP : 1 / PRICE_STEP;
      now = state.bytes + price * state.spread();
    }
    if (!make(state, draw(), undo)) continue;
    const after = state.bytes + price * state.spread();
    if (after - now <= threshold && state.moves <= goal.mostMoves) {
      now = after;
      keep();
    } else revert(state, undo);
  }
  return best;
}

/** Makes a change if there is room for it, and notes how to take it back. */
function make(state: Arrangement, { first, to, second, secondTo }: Change, undo: Change): boolean {
  const one = state.movers[first] as Mover;
  if (first === second || !state.canGo(one, to)) return false;
  [undo.first, undo.to, undo.second] = [first, one.at, second];
  state.go(first, to);
  if (second < 0) return true;
  const other = state.movers[second] as Mover;
  undo.secondTo = other.at;
  if (state.canGo(other, secondTo)) {
    state.go(second, secondTo);
    return true;
  }
  state.go(first, undo.to);
  return false;
}

function revert(state: Arrangement, { first, to, second, secondTo }: Change): void {
  if (second >= 0) state.go(second, secondTo);
  state.go(first, to);
}

/** Draws changes, mostly of VMs that have moved; the shares of the kinds were found by trying. */
function drawer(state: Arrangement): () => Change {
  const next = random(SEED);
  const { movers, slots, away, natives } = state;
  const below = (count: number): number => Math.floor(next() * count);
  const any = (places: readonly number[]): number => places[below(places.length)] as number;
  const change: Change = { first: -1, to: -1, second: -1, secondTo: -1 };
  return () => {
    change.first = away.length > 0 && next() < 0.8 ? any(away) : below(movers.length);
    change.second = -1;
    change.to = any(slots);
    const { at, home } = movers[change.first] as Mover;
    const kind = next();
    if (at === home || kind >= 0.8) return change;
    if (kind < 0.2) {
      // Two that have moved change places.
      change.second = any(away);
      change.to = (movers[change.second] as Mover).at;
      change.secondTo = at;
    } else {
      // One goes home, and another, mostly of the same home, goes there instead or anywhere.
      change.second = kind < 0.6 ? any(natives[home] as number[]) : below(movers.length);
      change.secondTo = next() < 0.7 ? at : change.to;
      change.to = home;
    }
    return change;
  };
}
