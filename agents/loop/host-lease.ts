/** The heartbeat of one agent, and what it may do by who holds the Lease. */
import type { KubeClient } from '../../common/kube/client';
import { Heartbeat } from '../../common/kube/heartbeat';
import { AGENT_LEASE, hostNamespace } from '../../common/names';
import type { Clock } from '../../common/ports';
import { errorText, type Log } from '../log';
import { Tenure } from './tenure';

export interface HostLeaseOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly log: Log;
  /** Name of the XenHost. */
  readonly host: string;
  /** Tells this process from all others. */
  readonly process: string;
  readonly intervalMs: number;
  readonly machine: () => string | undefined;
  /** The boot that the Dom0 is in. */
  readonly boot: () => string | undefined;
  /** To be called when what this agent may do has changed. */
  readonly onChanged: () => void;
  /** To be called when this process is to begin anew: another one has acted for the host. */
  readonly onOutdated: () => void;
  /** Another process has begun on this Dom0. If this one has the Lease still, it begins anew. */
  readonly wasDisplaced: () => boolean;
}

/** A host that is silent for this long gets no heartbeat, so that the fleet hears of it. */
const SILENT_MS = 20_000;

export class HostLease {
  private readonly tenure: Tenure;
  private heartbeat: Heartbeat | undefined;
  private identity = '';
  /** It was told that it is to begin anew. Beats may go on for a moment. */
  private isEnding = false;

  constructor(private readonly options: HostLeaseOptions) {
    this.tenure = new Tenure(options.host, options.process);
  }

  /** `heard`: to act by orders of the API, not by those on disk. */
  mayAct(heard: boolean): boolean {
    return this.tenure.mayAct(heard);
  }

  /**
   * Goes on until it is stopped. After a boot of the Dom0 it goes on under a new name. The Lease
   * says that the host answers, not only that this process lives: `unreachableMs` is how long the
   * host has not been reached.
   */
  beat(unreachableMs: number): void {
    if (unreachableMs > SILENT_MS) void this.stop();
    else this.keepBeating();
  }

  private keepBeating(): void {
    const { client, clock, host, intervalMs, machine, boot } = this.options;
    const identity = this.tenure.identity(machine(), boot());
    if (this.heartbeat && this.identity === identity) return;
    void this.heartbeat?.stop();
    this.identity = identity;
    this.heartbeat = new Heartbeat({
      client,
      clock,
      lease: { namespace: hostNamespace(host), name: AGENT_LEASE },
      holderIdentity: identity,
      mayTake: (holder) => this.tenure.mayTake(holder, machine()),
      intervalMs,
      onBeat: (error) => this.onBeat(error),
    });
    this.heartbeat.start();
  }

  async stop(): Promise<void> {
    const { heartbeat } = this;
    this.heartbeat = undefined;
    await heartbeat?.stop();
  }

  private onBeat(error?: unknown): void {
    const { log, onChanged, onOutdated, wasDisplaced } = this.options;
    if (error !== undefined) log.warn({ error: errorText(error) }, 'no heartbeat');
    const isChanged = this.tenure.beat(error);
    const isOutdated = this.tenure.isOutdated || (error === undefined && wasDisplaced());
    if (isOutdated && !this.isEnding) {
      this.isEnding = true;
      onOutdated();
    } else if (isChanged) onChanged();
  }
}
