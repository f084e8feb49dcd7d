/**
 * Leader election by Lease. Safety comes from compare-and-swap; the election saves work. Even so,
 * whoever may not lead must not write, so everybody asks right before each write.
 *
 *     candidate ──won──► leading ──expired, lost, stop()──► steppingDown ──► candidate │ stopped
 *
 *     time since the start of the last good renewal:
 *     0 ─────── renewed every retryPeriod ─────── renewDeadline ───────── leaseDuration
 *     we may write                                │ we stop the workers    │ others may take over
 *
 * Another's lease lapses by our own clock, from when we last saw it change, not by its time stamps.
 */
import type { KubeClient } from '../../common/kube/client';
import { sleep } from '../../common/kube/clock';
import type { ObjectRef } from '../../common/kube/types';
import type { Clock, Random } from '../../common/ports';
import { HeldLease } from './held-lease';
import { elapsedMs, type Moment } from './moment';

/** A write was refused because the lease could have lapsed, or was lost since the work began. */
export class NotLeading extends Error {
  override readonly name = 'NotLeading';
}

export type LeaderState = 'candidate' | 'leading' | 'steppingDown' | 'stopped';

export interface LeaderOptions {
  /** A client that is not guarded by this leadership. */
  readonly client: KubeClient;
  readonly lease: ObjectRef;
  /** Of this process and no other, e.g. the pod name and a random part. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Whole seconds, in milliseconds; default 15 000. */
  readonly leaseDurationMs?: number;
  /** After this time without a renewal we stop writing and step down; default 10 000. */
  readonly renewDeadlineMs?: number;
  /** Time between attempts; default 2 000. */
  readonly retryPeriodMs?: number;
  /**
   * Leadership begins: start the workers. `term` grows each time. If it rejects, we step down.
   * `signal` fires at the end of the term; look at it before you start anything after a wait.
   */
  readonly onStarted: (term: number, signal: AbortSignal) => void | Promise<void>;
  /** Leadership ends: stop the workers; the lease is released only after this. */
  readonly onStopped: (term: number) => void | Promise<void>;
  /** Somebody else holds the Lease. Called at every look at it. */
  readonly onHeld?: (holder: string) => void;
  readonly onState?: (state: LeaderState) => void;
  readonly onError?: (error: unknown) => void;
}

export class LeaderElector {
  private readonly timing: { leaseDurationMs: number; renewDeadlineMs: number; retryPeriodMs: number };
  private readonly stopSignal = new AbortController();
  private running: Promise<void> | undefined;
  private term = 0;
  /** Set while leading: when the last good renewal began. */
  private renewed: Moment | undefined;
  private readonly lease: HeldLease;

  constructor(private readonly options: LeaderOptions) {
    const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2000 } = options;
    if (!(retryPeriodMs < renewDeadlineMs && renewDeadlineMs < leaseDurationMs)) {
      throw new RangeError('needed: retryPeriodMs < renewDeadlineMs < leaseDurationMs');
    }
    this.timing = { leaseDurationMs, renewDeadlineMs, retryPeriodMs };
    this.lease = new HeldLease({ ...options, leaseDurationMs });
  }

  /** Whether we lead now, by our own clocks, which go on while the process is stopped. */
  isLeader(): boolean {
    return this.renewed !== undefined && elapsedMs(this.options.clock, this.renewed) < this.timing.renewDeadlineMs;
  }

  /** Throws NotLeading if we do not lead now. */
  assertLeading(): void {
    if (!this.isLeader()) throw new NotLeading(`${this.options.identity} does not lead, or could not renew in time`);
  }

  /** For `KubeClient.guarded`: a check that refuses after this term, also if a later one is won. */
  guard(): () => void {
    const { term } = this;
    return () => {
      if (term !== this.term) throw new NotLeading(`the work was begun in term ${term}, now is ${this.term}`);
      this.assertLeading();
    };
  }

  start(): void {
    this.running ??= this.loop();
  }

  /** Stops the workers and releases the lease. */
  async stop(): Promise<void> {
    this.stopSignal.abort();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopSignal;
    while (!signal.aborted) {
      this.options.onState?.('candidate');
      await this.untilWon(signal);
      if (!signal.aborted) await this.lead(signal);
    }
    // The signal of stop() has fired already, and ends all other calls.
    await this.attempt(() => this.lease.release(() => ({ deadlineMs: this.timing.retryPeriodMs })));
    this.options.onState?.('stopped');
  }

  private async untilWon(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.options;
    for (;;) {
      await this.attempt(() => this.take());
      if (this.isLeader() || signal.aborted) return;
      await sleep(clock, this.timing.retryPeriodMs * (1 + 0.2 * random.next()), signal);
      if (signal.aborted) return;
    }
  }

  private async lead(signal: AbortSignal): Promise<void> {
    const { clock, onStarted, onStopped, onState } = this.options;
    this.term += 1;
    const { term } = this;
    const ending = new AbortController();
    onState?.('leading');
    (async () => onStarted(term, ending.signal))().catch((error: unknown) => {
      this.options.onError?.(error);
      if (this.term === term) this.renewed = undefined;
    });
    while (!signal.aborted && this.isLeader()) {
      await sleep(clock, this.timing.retryPeriodMs, signal);
      if (!signal.aborted && this.isLeader()) await this.attempt(() => this.renew());
    }
    this.renewed = undefined;
    onState?.('steppingDown');
    ending.abort();
    await this.attempt(async () => onStopped(term));
  }

  private async attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.options.onError?.(error);
    }
  }

  private async take(): Promise<void> {
    const taken = await this.lease.take(this.call);
    if ('since' in taken) this.renewed = taken.since;
    else this.options.onHeld?.(taken.holder);
  }

  private async renew(): Promise<void> {
    this.renewed = await this.lease.renew(this.call);
  }

  /** Short enough for two attempts before the renew deadline, and never beyond it. */
  private readonly call = (): { deadlineMs: number; signal: AbortSignal } => {
    const { renewDeadlineMs } = this.timing;
    const leftMs =
      this.renewed === undefined ? renewDeadlineMs : renewDeadlineMs - elapsedMs(this.options.clock, this.renewed);
    return { deadlineMs: Math.max(1, Math.min(renewDeadlineMs / 2, leftMs)), signal: this.stopSignal.signal };
  };
}
