/**
 * Writes the status of each XenDomain without holding up the work. The newest update of a UUID is
 * tried until the API server has it. Dropped are older updates, and those about another order than
 * the one that is there now.
 */
import type { Clock, Timer } from '../../common/ports';
import type { AgentApi } from '../api/types';
import { errorText, type Log } from '../log';
import type { DomainRecord } from '../reconcile/record';
import type { Report } from '../reconcile/types';
import { domainStatus } from './domain-status';

export interface StatusUpdate {
  readonly report: Report;
  readonly record: DomainRecord | undefined;
  readonly bootID: string;
  readonly domid: number | undefined;
  /** UID of the order that was obeyed. */
  readonly uid: string | undefined;
  readonly generation: number | undefined;
}

/** What is to be written about one UUID. */
interface Pending {
  update?: StatusUpdate;
  busy: boolean;
  writing?: Promise<void>;
  failures: number;
  timer?: Timer;
}

export interface DomainStatusWriterOptions {
  readonly api: AgentApi;
  readonly clock: Clock;
  readonly log: Log;
}

const RETRY_BASE_MS = 500;
const RETRY_MAX_MS = 30_000;
/** A state that is over sooner is not worth a write. */
export const TRANSIENT_MS = 1000;

export class DomainStatusWriter {
  private readonly pending = new Map<string, Pending>();
  private stopped = false;

  constructor(private readonly options: DomainStatusWriterOptions) {}

  set(uuid: string, update: StatusUpdate): void {
    const pending = this.pending.get(uuid) ?? { busy: false, failures: 0 };
    this.pending.set(uuid, pending);
    const waited = pending.update?.report.transient === true && pending.timer !== undefined;
    pending.update = update;
    if (update.report.transient === true && this.isNewPhase(uuid, update)) {
      if (!waited) this.later(uuid, pending, TRANSIENT_MS);
      return;
    }
    pending.timer?.cancel();
    delete pending.timer;
    this.flush(uuid, pending);
  }

  /** Waits for writes under way. What has failed is not tried again. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const pending of this.pending.values()) pending.timer?.cancel();
    await Promise.all([...this.pending.values()].map((pending) => pending.writing ?? Promise.resolve()));
  }

  private isNewPhase(uuid: string, { report }: StatusUpdate): boolean {
    return this.options.api.order(uuid)?.domain.status?.phase !== report.phase;
  }

  private later(uuid: string, pending: Pending, delayMs: number): void {
    pending.timer?.cancel();
    pending.timer = this.options.clock.setTimer(delayMs, () => {
      delete pending.timer;
      this.flush(uuid, pending);
    });
  }

  private flush(uuid: string, pending: Pending): void {
    if (pending.busy || this.stopped) return;
    pending.busy = true;
    pending.writing = this.write(uuid, pending).finally(() => {
      pending.busy = false;
      if (pending.update && !pending.timer) this.flush(uuid, pending);
      else if (!pending.update && !pending.timer) this.pending.delete(uuid);
    });
  }

  private async write(uuid: string, pending: Pending): Promise<void> {
    const { api, clock, log } = this.options;
    const { update } = pending;
    const domain = api.order(uuid)?.domain;
    if (!update) return;
    const { uid, generation } = domain?.metadata ?? {};
    if (!domain || uid !== update.uid || generation !== update.generation) return this.done(pending, update);
    try {
      const status = domainStatus({ domain, ...update, nowMs: clock.wallMs() });
      if ((await api.writeDomainStatus(domain, status)) !== 'stale') this.done(pending, update);
      else if (api.order(uuid)?.domain === domain) this.later(uuid, pending, RETRY_BASE_MS);
      pending.failures = 0;
    } catch (error) {
      pending.failures += 1;
      const delayMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** Math.min(pending.failures - 1, 10));
      log.warn({ uuid, error: errorText(error), delayMs }, 'the status of a domain could not be written; trying again');
      if (pending.update === update) this.later(uuid, pending, delayMs);
    }
  }

  private done(pending: Pending, update: StatusUpdate): void {
    if (pending.update === update) delete pending.update;
  }
}
