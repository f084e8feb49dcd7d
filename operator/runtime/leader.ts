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
import { isKubeError } from '../../common/kube/errors';
import { LEASES, renewedSpec } from '../../common/kube/lease';
import type { Lease, LeaseSpec } from '../../common/kube/lease';
import type { ObjectRef } from '../../common/kube/types';
import type { Clock, Random } from '../../common/ports';

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

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export class LeaderElector {
  private readonly timing: { leaseDurationMs: number; renewDeadlineMs: number; retryPeriodMs: number };
  private readonly stopSignal = new AbortController();
  private running: Promise<void> | undefined;
  private term = 0;
  /** Set while leading: when the last good renewal began. */
  private renewed: Moment | undefined;
  private mine: Lease | undefined;
  private seen: { readonly resourceVersion: string | undefined; readonly atMs: number } | undefined;

  constructor(private readonly options: LeaderOptions) {
    const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2000 } = options;
    if (!(retryPeriodMs < renewDeadlineMs && renewDeadlineMs < leaseDurationMs)) {
      throw new RangeError('needed: retryPeriodMs < renewDeadlineMs < leaseDurationMs');
    }
    this.timing = { leaseDurationMs, renewDeadlineMs, retryPeriodMs };
  }

  /** Whether we lead now, by our own clocks, which go on while the process is stopped. */
  isLeader(): boolean {
    return this.renewed !== undefined && this.elapsedMs(this.renewed) < this.timing.renewDeadlineMs;
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
    await this.attempt(() => this.release());
    this.options.onState?.('stopped');
  }

  private async untilWon(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.options;
    for (;;) {
      await this.attempt(() => this.tryAcquire());
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

  private async tryAcquire(): Promise<void> {
    const { client, clock, lease } = this.options;
    this.mine = undefined;
    const found = await client.get(LEASES, lease, this.call()).catch((error: unknown) => {
      if (isKubeError(error, 'notFound')) return undefined;
      throw error;
    });
    const begun = this.now();
    if (found === undefined) {
      const { namespace, name } = lease;
      const metadata = { name, ...(namespace !== undefined && { namespace }) };
      const object: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: this.spec() };
      return this.won(await client.create(LEASES, object, this.call()), begun);
    }
    if (!this.isFree(found, clock.monotonicMs())) return this.options.onHeld?.(found.spec?.holderIdentity ?? '');
    this.won(await client.update(LEASES, { ...found, spec: this.spec(found.spec) }, this.call()), begun);
  }

  private isFree({ metadata, spec }: Lease, nowMs: number): boolean {
    const holder = spec?.holderIdentity ?? '';
    if (holder === '' || holder === this.options.identity) return true;
    const { resourceVersion } = metadata;
    if (this.seen?.resourceVersion !== resourceVersion) this.seen = { resourceVersion, atMs: nowMs };
    const durationMs = spec?.leaseDurationSeconds === undefined ? undefined : spec.leaseDurationSeconds * 1000;
    return nowMs - (this.seen?.atMs ?? nowMs) > (durationMs ?? this.timing.leaseDurationMs);
  }

  private async renew(): Promise<void> {
    try {
      await this.renewOnce();
    } catch (error) {
      this.mine = undefined;
      if (!isKubeError(error, 'conflict')) throw error;
      await this.renewOnce(); // reads first, and so tells whether the lease is still ours
    }
  }

  private async renewOnce(): Promise<void> {
    const { client, lease, identity } = this.options;
    const begun = this.now();
    const before = this.mine ?? (await client.get(LEASES, lease, this.call()));
    if (before.spec?.holderIdentity !== identity) return this.lost();
    this.won(await client.update(LEASES, { ...before, spec: this.spec(before.spec) }, this.call()), begun);
  }

  /** Reads first if an answer was lost: the next leader need not wait for a lease nobody holds. */
  private async release(): Promise<void> {
    const { client, lease, identity } = this.options;
    const call = { deadlineMs: this.timing.retryPeriodMs };
    const before = this.mine ?? (await client.get(LEASES, lease, call));
    this.mine = undefined;
    if (before.spec?.holderIdentity !== identity) return;
    const spec: Mutable<LeaseSpec> = { ...this.spec(before.spec), leaseDurationSeconds: 1 };
    delete spec.holderIdentity;
    await client.update(LEASES, { ...before, spec }, call);
  }

  private won(lease: Lease, begun: Moment): void {
    this.mine = lease;
    this.renewed = begun;
  }

  private lost(): void {
    this.mine = undefined;
    this.renewed = undefined;
  }

  private spec(before?: LeaseSpec): LeaseSpec {
    const leaseDurationSeconds = Math.max(1, Math.ceil(this.timing.leaseDurationMs / 1000));
    return renewedSpec(before, {
      identity: this.options.identity,
      leaseDurationSeconds,
      wallMs: this.options.clock.wallMs(),
    });
  }

  /** Short enough for two attempts before the renew deadline, and never beyond it. */
  private call(): { deadlineMs: number; signal: AbortSignal } {
    const { renewDeadlineMs } = this.timing;
    const leftMs = this.renewed === undefined ? renewDeadlineMs : renewDeadlineMs - this.elapsedMs(this.renewed);
    return { deadlineMs: Math.max(1, Math.min(renewDeadlineMs / 2, leftMs)), signal: this.stopSignal.signal };
  }

  private now(): Moment {
    return { monotonicMs: this.options.clock.monotonicMs(), wallMs: this.options.clock.wallMs() };
  }

  /** The longer: monotonic time halts in a suspended VM, and wall time may have been set back. */
  private elapsedMs(since: Moment): number {
    const now = this.now();
    return Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
  }
}
