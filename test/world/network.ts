/**
 * What becomes of the calls of each process: time on the wire, cuts, and an API server that is
 * away.
 */
import type { Random } from '../../common/ports';
import type { Fate, Link } from './api/ports';

export class Network {
  /** Nobody reaches the API server. */
  isServerAway = false;
  /** Machines and operators that do not reach it. */
  readonly cut = new Set<string>();
  /** Of calls that go wrong in some way, 0 to 1. */
  loss = 0;
  /** All calls take that much longer, in milliseconds. */
  slowMs = 0;

  constructor(private readonly random: Random) {}

  link(of: string): Link {
    return { fate: () => this.#fate(of), lineMs: () => this.#wireMs() };
  }

  isReachable(from: string): boolean {
    return !this.isServerAway && !this.cut.has(from);
  }

  heal(): void {
    this.isServerAway = false;
    this.cut.clear();
    this.loss = 0;
    this.slowMs = 0;
  }

  #fate(of: string): Fate {
    const way = { arriveMs: this.#wireMs(), answerMs: this.#wireMs() };
    // A cut network is silent; a server that is not there refuses.
    if (!this.isReachable(of)) return { ...way, outcome: this.isServerAway ? 'refused' : 'deaf' };
    if (this.loss === 0 || this.random.next() >= this.loss) return way;
    const outcomes = [
      'refused',
      'lostRequest',
      'lostAnswer',
      'mute',
      { code: 500 },
      { code: 500, afterTheAct: true },
      { code: 429, retryAfterSeconds: 1 },
    ] as const;
    return { ...way, outcome: outcomes[Math.floor(this.random.next() * outcomes.length)]! };
  }

  #wireMs(): number {
    return this.slowMs + 0.5 + this.random.next() ** 4 * 20;
  }
}
