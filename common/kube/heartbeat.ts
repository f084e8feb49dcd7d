/** The agent's heartbeat: one write per interval into a Lease that exists already. */
import type { Clock } from '../ports';
import type { KubeClient } from './client';
import { sleep } from './clock';
import { isKubeError } from './errors';
import { LEASES, renewedSpec } from './lease';
import type { Lease } from './lease';
import type { ObjectRef } from './types';

export interface HeartbeatOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** The Lease is made by the operator; until it is there, beats fail. */
  readonly lease: ObjectRef;
  readonly holderIdentity: string;
  /** Default 25. */
  readonly leaseDurationSeconds?: number;
  /** Default 10 000. */
  readonly intervalMs?: number;
  /**
   * True for a holder whose Lease may be taken at once, for instance an earlier process of ours;
   * any other must first have been silent.
   */
  readonly mayTake: (holder: string) => boolean;
  /** After every beat, with the error of one that failed. */
  readonly onBeat?: (error?: unknown) => void;
}

/** Failed beats are repeated sooner, so that one lost answer does not make a host Unknown. */
const RETRY_MS = 2000;

/** Somebody else renews the Lease. */
export class HeldElsewhere extends Error {
  override readonly name = 'HeldElsewhere';

  constructor(readonly holder: string) {
    super(`the Lease is held by ${holder}`);
  }
}

/** Needs the verbs get and update only. */
export class Heartbeat {
  private readonly stopSignal = new AbortController();
  private running: Promise<void> | undefined;
  /** As the server has it, as far as we know; forgotten whenever in doubt. */
  private known: Lease | undefined;
  /** Another holder's renewal, and when it was first seen by our own clock. */
  private rival: { readonly holder: string; readonly renewTime: string; readonly seenMs: number } | undefined;

  constructor(private readonly options: HeartbeatOptions) {}

  start(): void {
    this.running ??= this.loop();
  }

  async stop(): Promise<void> {
    this.stopSignal.abort();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { clock, intervalMs = 10_000, onBeat } = this.options;
    const { signal } = this.stopSignal;
    while (!signal.aborted) {
      const startedMs = clock.monotonicMs();
      const error = await this.beat().then(
        () => undefined,
        (failure: unknown) => failure,
      );
      if (signal.aborted) return;
      onBeat?.(error);
      const periodMs = error === undefined ? intervalMs : Math.min(RETRY_MS, intervalMs);
      await sleep(clock, Math.max(0, startedMs + periodMs - clock.monotonicMs()), signal);
    }
  }

  private async beat(): Promise<void> {
    try {
      await this.renew();
    } catch (error) {
      this.known = undefined;
      if (!isKubeError(error, 'conflict')) throw error;
      await this.renew();
    }
  }

  private async renew(): Promise<void> {
    const { client, clock, lease, holderIdentity, leaseDurationSeconds = 25, intervalMs = 10_000 } = this.options;
    const call = { deadlineMs: intervalMs, signal: this.stopSignal.signal };
    const before = this.known ?? (await client.get(LEASES, lease, call));
    this.yieldTo(before);
    const renewal = { identity: holderIdentity, leaseDurationSeconds, wallMs: clock.wallMs() };
    this.known = await client.update(LEASES, { ...before, spec: renewedSpec(before.spec, renewal) }, call);
  }

  /**
   * Throws HeldElsewhere while another holder renews. Its times are not compared with our clock:
   * what counts is whether they change.
   */
  private yieldTo({ spec }: Lease): void {
    const { clock, holderIdentity, mayTake } = this.options;
    const { holderIdentity: holder = '', renewTime = '', leaseDurationSeconds = 25 } = spec ?? {};
    if (holder === '' || holder === holderIdentity || mayTake(holder)) {
      this.rival = undefined;
      return;
    }
    const nowMs = clock.monotonicMs();
    if (this.rival?.holder !== holder || this.rival.renewTime !== renewTime)
      this.rival = { holder, renewTime, seenMs: nowMs };
    if (nowMs - this.rival.seenMs <= leaseDurationSeconds * 1000) throw new HeldElsewhere(holder);
  }
}
