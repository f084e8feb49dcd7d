/** Leader election by Lease: for efficiency; safety is compare-and-swap. Still, who may not lead must not write. */
import type { Clock, Random } from '../../common/ports';
import type { KubeClient } from '../../common/kube/client';
import type { ObjectRef } from '../../common/kube/types';

/** A write was refused because the lease could have lapsed, or was lost since the work began. */
export class NotLeading extends Error {
  override readonly name = 'NotLeading';
}

export type LeaderState = 'candidate' | 'leading' | 'steppingDown' | 'stopped';

export interface LeaderOptions {
  /** Not a guarded one. */
  readonly client: KubeClient;
  readonly lease: ObjectRef;
  /** Of this process and no other: e.g. pod name and a random part. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Default 15 000. */
  readonly leaseDurationMs?: number;
  /** Without a renewal for so long we step down; default 10 000. */
  readonly renewDeadlineMs?: number;
  /** Between attempts; default 2 000. */
  readonly retryPeriodMs?: number;
  /** Leadership begins: start the workers. `term` grows with each; `signal` fires when it ends. */
  readonly onStarted: (term: number, signal: AbortSignal) => void | Promise<void>;
  /** Leadership ends: stop the workers; the lease is released only after this. */
  readonly onStopped: (term: number) => void | Promise<void>;
  readonly onState?: (state: LeaderState, error?: unknown) => void;
}

export class LeaderElector {
  constructor(readonly options: LeaderOptions) {}
  /** By our own clock, now. */
  isLeader(): boolean {
    throw new Error('to come');
  }
  /** Throws NotLeading. */
  assertLeading(): void {
    throw new Error('to come');
  }
  /** A check for one term only: also refuses after leadership was lost and won again. For `KubeClient.guarded`. */
  guard(): () => void {
    throw new Error('to come');
  }
  start(): void {
    throw new Error('to come');
  }
  /** Stops the workers, releases the lease. */
  stop(): Promise<void> {
    throw new Error('to come');
  }
}
