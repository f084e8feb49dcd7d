/** The hosts among which steps are looked for, worst first, chosen anew as steps are taken. */
import type { World } from '../../state/world';
import type { Objective } from '../shared/objective';

/**
 * In a fleet larger than this, a host looks for its match among this many of the most uneven ones
 * only.
 */
const PEERS = 64;
/** Where nothing is found among them it looks among more, up to this many. */
const MOST_PEERS = 256;
/** After this many steps they are chosen anew. */
const STEPS_PER_CHOICE = 16;

export class UnevenHosts {
  #peers: readonly number[] = [];
  #taken = 0;
  #width = PEERS;

  constructor(
    readonly world: World,
    readonly objective: Objective,
  ) {}

  /** A step was taken: from time to time, other hosts are the most uneven ones. */
  stepTaken(): void {
    if (++this.#taken % STEPS_PER_CHOICE === 0) this.#peers = [];
  }

  /** Looks at more hosts from now on; false if there are no more that are worth it. */
  widen(): boolean {
    if (this.#width >= Math.min(MOST_PEERS, this.world.hosts.slots().length)) return false;
    this.#width *= 2;
    this.#peers = [];
    return true;
  }

  /**
   * The hosts worth looking at: all of a small fleet, the most uneven ones of a large fleet, worst
   * first.
   */
  list(): readonly number[] {
    if (this.#peers.length > 0) return this.#peers;
    const online = this.world.hosts.slots().filter((slot) => this.objective.isOnline(slot));
    const sorted = online.sort((a, b) => this.objective.deviation(b) - this.objective.deviation(a));
    const half = this.#width / 2;
    if (sorted.length > this.#width) {
      // Givers and takers: the fullest hosts alone would find no place among themselves.
      const giving = sorted.filter((slot) => this.objective.excess(slot) > 0).slice(0, half);
      const taking = sorted.filter((slot) => this.objective.excess(slot) <= 0).slice(0, half);
      this.#peers = [...giving, ...taking];
    } else this.#peers = sorted;
    return this.#peers;
  }
}
