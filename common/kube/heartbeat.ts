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
  /** After every beat, with the error of one that failed. */
  readonly onBeat?: (error?: unknown) => void;
}

/** Failed beats are repeated sooner, so that one lost answer does not make a host Unknown. */
const RETRY_MS = 2000;

/** Needs the verbs get and update only. */
export class Heartbeat {
  private readonly stopSignal = new AbortController();
  private running: Promise<void> | undefined;
  /** As the server has it, as far as we know; forgotten whenever in doubt. */
  private known: Lease | undefined;

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
    const renewal = { identity: holderIdentity, leaseDurationSeconds, wallMs: clock.wallMs() };
    this.known = await client.update(LEASES, { ...before, spec: renewedSpec(before.spec, renewal) }, call);
  }
}
