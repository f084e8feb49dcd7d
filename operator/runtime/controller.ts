/** The worker loop: takes a key, reconciles it, and comes back later if asked or if it failed. */
import { isKubeError } from '../../common/kube/errors';
import type { Clock } from '../../common/ports';
import { survive, type OnFault } from '../../common/survive';
import { NotLeading } from './leader';
import type { WorkQueue } from './workqueue';

export interface ReconcileResult {
  readonly requeueAfterMs?: number;
  /** Priority of that later look, as in `WorkQueue.add`. */
  readonly priority?: number;
}
/**
 * Reads the world anew, makes it as declared, and may be called again at any time (it is
 * level-triggered). `signal` fires at `stop()`.
 */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult | undefined | void>;

/** Is counted and reported. The key is not tried again until something changes. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/**
 * `stale`: the world was newer than our picture of it (conflict, not found, exists already). The
 * key is tried again, and nothing is logged.
 */
export type ReconcileOutcome = 'ok' | 'requeueAfter' | 'stale' | 'notLeading' | 'stopped' | 'terminal' | 'error';

export interface ControllerOptions {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly reconcile: Reconcile;
  /** Default 1. */
  readonly workers?: number;
  readonly onReconciled?: (outcome: ReconcileOutcome, durationMs: number) => void;
  /** Errors worth a person's eye: outcomes `error` and `terminal`. */
  readonly onError?: (key: string, error: unknown) => void;
  /** Hears what these hooks throw; the worker goes on. */
  readonly onFault?: OnFault;
}

const unheard: OnFault = () => undefined;

export class Controller {
  private stopSignal = new AbortController();
  private workers: Promise<void>[] = [];

  constructor(private readonly options: ControllerOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** May be called again after `stop()`: what was queued meanwhile is worked on then. */
  start(): void {
    if (this.workers.length > 0) return;
    this.stopSignal = new AbortController();
    const { signal } = this.stopSignal;
    this.workers = Array.from({ length: this.options.workers ?? 1 }, () => this.work(signal));
  }

  /** Takes no new key and waits for those that are worked on; their `signal` fires. */
  async stop(): Promise<void> {
    this.stopSignal.abort();
    await Promise.all(this.workers);
    this.workers = [];
  }

  private async work(signal: AbortSignal): Promise<void> {
    const { queue, clock, onReconciled, onFault = unheard } = this.options;
    for (let key = await queue.take(signal); key !== undefined; key = await queue.take(signal)) {
      const startedMs = clock.monotonicMs();
      const outcome = await this.reconcile(key, signal);
      queue.done(key);
      survive('controller', onFault, () => onReconciled?.(outcome, clock.monotonicMs() - startedMs));
    }
  }

  private async reconcile(key: string, signal: AbortSignal): Promise<ReconcileOutcome> {
    const { queue, reconcile } = this.options;
    try {
      const result = await reconcile(key, signal);
      queue.forget(key);
      if (result?.requeueAfterMs === undefined) return 'ok';
      queue.addAfter(key, result.requeueAfterMs, result.priority);
      return 'requeueAfter';
    } catch (error) {
      return this.failed(key, error, signal);
    }
  }

  private failed(key: string, error: unknown, signal: AbortSignal): ReconcileOutcome {
    const { queue, onFault = unheard } = this.options;
    const onError = (): void => survive('controller', onFault, () => this.options.onError?.(key, error));
    if (signal.aborted && isKubeError(error, 'aborted')) {
      queue.add(key);
      return 'stopped';
    }
    if (error instanceof TerminalError) {
      queue.forget(key);
      onError();
      return 'terminal';
    }
    queue.addRateLimited(key, isKubeError(error) ? (error.retryAfterMs ?? 0) : 0);
    if (error instanceof NotLeading) return 'notLeading';
    if (isKubeError(error, 'conflict', 'notFound', 'alreadyExists')) return 'stale';
    onError();
    return 'error';
  }
}
