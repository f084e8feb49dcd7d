/**
 * How long the API server has been silent. A process that nobody answers looks alive, and does
 * nothing.
 */
import type { Clock } from '../ports';
import type { RequestReport } from './transport';

/** Milliseconds of silence after which an operator or an agent reports it. */
export const NO_ANSWER_MS = 120_000;

export class LastAnswer {
  #atMs: number;
  #word: string | number = 'nothing was asked';

  constructor(private readonly clock: Clock) {
    this.#atMs = clock.monotonicMs();
  }

  /** For `TransportOptions.onRequest`. To be refused entry counts as no answer. */
  note({ code }: Pick<RequestReport, 'code'>): void {
    this.#word = code;
    if (typeof code === 'number' && code !== 401) this.#atMs = this.clock.monotonicMs();
  }

  /** In words, once it has lasted for NO_ANSWER_MS. */
  troubles(): string[] {
    const silentMs = this.clock.monotonicMs() - this.#atMs;
    if (silentMs < NO_ANSWER_MS) return [];
    const minutes = Math.floor(silentMs / 60_000);
    return [
      `no answer from the API server for ${minutes} min (the last call: ${this.#word}); look at its address, its certificates and ours`,
    ];
  }
}
