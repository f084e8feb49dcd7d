/** Keys to work on: each once, one at a time, later with growing delays where it fails. */
import type { Clock, Random } from '../../common/ports';

export interface WorkQueueHooks {
  readonly onDepth?: (depth: number) => void;
  /** Milliseconds a key waited since it was due. */
  readonly onTaken?: (waitedMs: number) => void;
  readonly onDone?: (workedMs: number) => void;
  readonly onRetry?: () => void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** First delay after a failure (default 5) and the longest (default 60 000). */
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly hooks?: WorkQueueHooks;
}

export class WorkQueue {
  constructor(readonly options: WorkQueueOptions) {}
  get depth(): number {
    throw new Error('to come');
  }
  /** Due now; a higher priority comes first (default 0), equal ones in order of arrival. While the key is worked on: once more afterwards. */
  add(_key: string, _priority?: number): void {
    throw new Error('to come');
  }
  /** Due in `delayMs`; of several times for one key the earliest counts. */
  addAfter(_key: string, _delayMs: number): void {
    throw new Error('to come');
  }
  /** Due after this key's own back-off, and not before `atLeastMs`. */
  addRateLimited(_key: string, _atLeastMs?: number): void {
    throw new Error('to come');
  }
  /** The key did well: its back-off begins anew. */
  forget(_key: string): void {
    throw new Error('to come');
  }
  /** The next key, or undefined once the queue is shut down and empty. */
  take(): Promise<string | undefined> {
    throw new Error('to come');
  }
  done(_key: string): void {
    throw new Error('to come');
  }
  /** Takes nothing new; what is due now is still handed out, what is due later is forgotten. */
  shutDown(): void {
    throw new Error('to come');
  }
}
