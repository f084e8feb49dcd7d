/**
 * Keys to work on: each once and one at a time. A key that fails comes back with growing delays.
 *
 *     add ─────────────► ready ──take──► working ──done──► (gone)
 *     addAfter ─► later ──┘  ▲             │  add: once more
 *                            └─────────────┘
 */
import { backoffMs } from '../../common/kube/backoff';
import type { Clock, Random, Timer } from '../../common/ports';
import { ReadyKeys } from './ready-keys';

export interface WorkQueueHooks {
  /** How many keys are due and not taken. */
  readonly onDepth?: (depth: number) => void;
  /** How many milliseconds a key waited since it was due. */
  readonly onTaken?: (waitedMs: number) => void;
  readonly onDone?: (workedMs: number) => void;
  readonly onRetry?: () => void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /**
   * First delay after a failure (default 5) and the longest (default 60 000). The upper half of
   * each delay is random.
   */
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly hooks?: WorkQueueHooks;
}

export class WorkQueue {
  private readonly ready = new ReadyKeys();
  private readonly later = new Map<string, { readonly dueMs: number; readonly timer: Timer }>();
  /** The monotonic time (ms) since when each key is worked on. */
  private readonly working = new Map<string, number>();
  /** Keys that were added while they are worked on, with their priority. */
  private readonly again = new Map<string, number>();
  private readonly failures = new Map<string, number>();
  private waiters: ((key: string | undefined) => void)[] = [];
  private isShut = false;

  constructor(private readonly options: WorkQueueOptions) {}

  /** How many keys are due and not taken. */
  get depth(): number {
    return this.ready.size;
  }

  /**
   * Due now. The highest priority comes first (default 0), and within it the first that arrived. A
   * key that is worked on comes once more afterwards.
   */
  add(key: string, priority = 0): void {
    if (this.isShut) return;
    this.dropLater(key);
    if (this.working.has(key)) {
      this.again.set(key, Math.max(priority, this.again.get(key) ?? priority));
      return;
    }
    this.makeReady(key, priority);
  }

  /**
   * Due in `delayMs`, then as by `add`. Of several times for one key the earliest counts, and a key
   * that is due now stays so.
   */
  addAfter(key: string, delayMs: number, priority = 0): void {
    if (delayMs <= 0) return this.add(key, priority);
    if (this.isShut || this.ready.has(key) || this.again.has(key)) return;
    const dueMs = this.options.clock.monotonicMs() + delayMs;
    const known = this.later.get(key);
    if (known !== undefined && known.dueMs <= dueMs) return;
    known?.timer.cancel();
    this.later.set(key, { dueMs, timer: this.options.clock.setTimer(delayMs, () => this.add(key, priority)) });
  }

  /** Due after this key's own back-off, and not before `atLeastMs`. */
  addRateLimited(key: string, atLeastMs = 0): void {
    const { random, baseDelayMs: baseMs = 5, maxDelayMs: maxMs = 60_000, hooks } = this.options;
    const failures = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failures);
    hooks?.onRetry?.();
    this.addAfter(key, Math.max(atLeastMs, backoffMs(failures, { baseMs, maxMs, random })));
  }

  /** The key succeeded: its back-off begins anew. */
  forget(key: string): void {
    this.failures.delete(key);
  }

  /** The next key. Undefined once the queue is shut down and empty, or if `signal` fires first. */
  take(signal?: AbortSignal): Promise<string | undefined> {
    if (signal?.aborted === true) return Promise.resolve(undefined);
    const key = this.takeReady();
    if (key !== undefined || this.isShut) return Promise.resolve(key);
    return new Promise((resolve) => {
      const waiter = (taken: string | undefined): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve(taken);
      };
      const giveUp = (): void => {
        this.waiters = this.waiters.filter((other) => other !== waiter);
        resolve(undefined);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.waiters.push(waiter);
    });
  }

  /** The key is about to be read anew, so what was added for it until now needs no further look. */
  rereading(key: string): void {
    this.again.delete(key);
  }

  done(key: string): void {
    const startedMs = this.working.get(key);
    if (startedMs === undefined) return;
    this.working.delete(key);
    this.options.hooks?.onDone?.(this.options.clock.monotonicMs() - startedMs);
    const priority = this.again.get(key);
    if (priority === undefined) return;
    this.again.delete(key);
    this.makeReady(key, priority);
  }

  /** Takes no new keys. Keys that are due now are still handed out, later ones are forgotten. */
  shutDown(): void {
    this.isShut = true;
    for (const key of [...this.later.keys()]) this.dropLater(key);
    if (this.ready.size === 0) for (const waiter of this.waiters.splice(0)) waiter(undefined);
  }

  private makeReady(key: string, priority: number): void {
    this.ready.add(key, priority, this.options.clock.monotonicMs());
    this.options.hooks?.onDepth?.(this.ready.size);
    const waiter = this.waiters.shift();
    if (waiter !== undefined) waiter(this.takeReady());
  }

  private takeReady(): string | undefined {
    const next = this.ready.take();
    if (next === undefined) return undefined;
    const nowMs = this.options.clock.monotonicMs();
    this.working.set(next.key, nowMs);
    this.options.hooks?.onDepth?.(this.ready.size);
    this.options.hooks?.onTaken?.(nowMs - next.sinceMs);
    return next.key;
  }

  private dropLater(key: string): void {
    this.later.get(key)?.timer.cancel();
    this.later.delete(key);
  }
}
