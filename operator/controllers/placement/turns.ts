/**
 * Work in turns of the event loop. A turn has a budget, and what is left waits for the next one:
 * however much one tenant asks for, the Lease is renewed and others have their turn meanwhile.
 */
import type { Clock } from '../../../common/ports';
import type { Logger } from '../../adapters/types';
import type { FairQueue } from './fair-queue';

export interface TurnsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Calls as soon as possible, in a later turn of the event loop. */
  readonly defer: (run: () => void) => void;
  readonly turn: () => void;
  /** Whether a turn has left something for the next one. */
  readonly isLeft: () => boolean;
}

export interface Work {
  /** Milliseconds. The key at hand is always finished. */
  readonly budgetMs: number;
  readonly act: (key: string) => void;
  /** An exception concerns only the key that caused it; the others have their turn. */
  readonly onError: (key: string, error: unknown) => void;
}

export class Turns {
  readonly #options: TurnsOptions;
  #scheduled = false;
  #stopped = false;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** There is a turn soon, one for all who ask meanwhile. */
  kick(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    const { defer, turn, isLeft, log } = this.#options;
    defer(() => {
      this.#scheduled = false;
      if (this.#stopped) return;
      try {
        turn();
      } catch (error) {
        log.error('a turn of the placement loop failed', { error });
      }
      if (isLeft()) this.kick();
    });
  }

  work(queue: FairQueue, { budgetMs, act, onError }: Work): void {
    const { clock } = this.#options;
    const untilMs = clock.monotonicMs() + budgetMs;
    for (let key = queue.take(); key !== undefined; key = queue.take()) {
      try {
        act(key);
      } catch (error) {
        onError(key, error);
      }
      if (clock.monotonicMs() >= untilMs) return;
    }
  }
}
