/**
 * Writes the status of the XenAgent: what the host is, has and runs. It writes at most once per
 * heartbeat, at once if the operator waits for it, and never if nothing has changed.
 */
import type { XenAgent, XenAgentStatus } from '../../crds/generated/types';
import type { Timer } from '../../common/ports';
import type { AgentApi } from '../api/types';
import { errorText } from '../log';
import { agentStatus, isWorthWriting } from './agent-status';
import { HostObserver } from './observer';
import type { Observed, ObserverOptions } from './observer';
import type { FoundDisk } from '../storage/driver';

export interface AgentStatusWriterOptions extends ObserverOptions {
  readonly api: AgentApi;
  readonly version: string;
  readonly heartbeatMs: number;
  /** ID of the machine. Undefined until it is known. */
  readonly machine: () => string | undefined;
  readonly mayReport: () => boolean;
}

/** `soon`: something that a report needs is missing, or its write failed. It is tried again. */
type Outcome = 'done' | 'soon';

const RETRY_MS = 2000;

export class AgentStatusWriter {
  private readonly observer: HostObserver;
  private running = false;
  private wanted = false;
  private stopped = false;
  private timer: Timer | undefined;
  private reportedMs = Number.NEGATIVE_INFINITY;
  /** A new agent does not report at once what moves by itself. */
  private writtenMs: number;

  constructor(private readonly options: AgentStatusWriterOptions) {
    this.writtenMs = options.clock.monotonicMs();
    this.observer = new HostObserver(options);
  }

  /** Something has changed: report with the next heartbeat, or now if the operator waits for it. */
  wake(): void {
    if (this.stopped) return;
    this.wanted = true;
    if (this.running) return;
    const sinceMs = this.options.clock.monotonicMs() - this.reportedMs;
    this.runIn(this.isAwaited() ? 0 : Math.max(0, this.options.heartbeatMs - sinceMs));
  }

  /** The files of a UUID's disks, as last observed. */
  diskFiles(uuid: string): readonly FoundDisk[] {
    return this.observer.diskFiles(uuid);
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
    this.observer.stop();
  }

  /** Whether this is the first report, or the operator has written another nonce or spec. */
  private isAwaited(): boolean {
    const agent = this.options.api.agent();
    if (!agent) return false;
    const { nonce, observedGeneration } = agent.status ?? {};
    return agent.spec.nonce !== nonce || agent.metadata.generation !== observedGeneration;
  }

  private runIn(delayMs: number): void {
    this.timer?.cancel();
    if (!this.stopped) this.timer = this.options.clock.setTimer(delayMs, () => void this.run());
  }

  private async run(): Promise<void> {
    if (this.running || this.stopped) return;
    this.running = true;
    this.wanted = false;
    const outcome = await this.tryToReport();
    this.running = false;
    this.reportedMs = this.options.clock.monotonicMs();
    // While reports fail they do not come faster, even if the operator waits.
    if (outcome === 'soon') this.runIn(RETRY_MS);
    else this.runIn(this.wanted && this.isAwaited() ? 0 : this.options.heartbeatMs);
  }

  private async tryToReport(): Promise<Outcome> {
    try {
      return await this.report();
    } catch (error) {
      this.options.log.warn({ error: errorText(error) }, 'the report of the host could not be made; trying again');
      return 'soon';
    }
  }

  private async report(): Promise<Outcome> {
    const { api, clock } = this.options;
    const before = api.agent();
    // Otherwise two agents would overwrite each other's reports.
    if (!before || !this.options.mayReport()) return 'done';
    const { nonce } = before.spec;
    const awaited = this.isAwaited();
    // A nonce is answered only with what was looked at after the orders were listed anew, which
    // itself comes after the nonce.
    if (nonce !== before.status?.nonce) await api.relist();
    const observed = await this.observer.observe(before, awaited);
    const agent = api.agent();
    if (!agent) return 'done';
    // Before all orders are listed, every record would look like one without an order.
    if (!observed || !api.authoritative()) return 'soon';
    const status = this.statusOf(agent, observed, nonce);
    if (!isWorthWriting(agent.status, status, clock.monotonicMs() - this.writtenMs)) return 'done';
    const result = await api.writeAgentStatus(agent, status);
    if (result === 'written') this.writtenMs = clock.monotonicMs();
    return result === 'stale' ? 'soon' : 'done';
  }

  private statusOf(agent: XenAgent, { listed, observation }: Observed, nonce: string | undefined): XenAgentStatus {
    const { checkpoints, api, version, policy, clock, machine } = this.options;
    return agentStatus({
      agent,
      version,
      machineID: machine(),
      bootID: listed.bootID,
      fleet: checkpoints.fleet,
      observation,
      listing: listed.listing,
      records: checkpoints.records,
      poolID: (pool) => checkpoints.poolID(pool),
      hasOrder: (uuid) => api.order(uuid) !== undefined,
      policyDigest: policy.digest,
      trouble: this.observer.trouble(),
      nonce,
      nowMs: clock.wallMs(),
    });
  }
}
