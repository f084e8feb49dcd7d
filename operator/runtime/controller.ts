/** The worker loop: key in, reconcile, come back later where asked or where it failed. */
import type { Clock } from '../../common/ports';
import type { WorkQueue } from './workqueue';

export interface ReconcileResult {
  readonly requeueAfterMs?: number;
}
/** Level-triggered: reads the world anew, makes it as declared, may be called again at any time. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult | undefined | void>;

/** Counted and reported, not tried again until something changes. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

export type ReconcileOutcome = 'ok' | 'requeueAfter' | 'conflict' | 'notLeading' | 'error' | 'terminal';

export interface ControllerOptions {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly reconcile: Reconcile;
  /** Default 1. */
  readonly workers?: number;
  readonly onReconciled?: (outcome: ReconcileOutcome, durationMs: number) => void;
  readonly onError?: (key: string, error: unknown) => void;
}

export class Controller {
  constructor(readonly options: ControllerOptions) {}
  start(): void {
    throw new Error('to come');
  }
  /** Takes no new key and waits for those being worked on; their `signal` fires. */
  stop(): Promise<void> {
    throw new Error('to come');
  }
}
