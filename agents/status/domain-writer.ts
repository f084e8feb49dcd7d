/**
 * Says how each domain fares, beside the work and never in its way: the newest report of a UUID is written until it is heard, an older
 * one is dropped. A report about another order than the one that is there now is dropped too.
 */
import type { Clock, Timer } from '../../common/ports';
import { domainStatus } from './domain-status';
import type { AgentApi } from '../api/types';
import { errorText, type Log } from '../log';
import type { DomainRecord } from '../reconcile/record';
import type { Report } from '../reconcile/types';

export interface Saying {
  readonly report: Report;
  readonly record: DomainRecord | undefined;
  readonly bootID: string;
  readonly domid: number | undefined;
  /** Of the order that was obeyed. */
  readonly uid: string | undefined;
  readonly generation: number | undefined;
}

interface Lane {
  saying?: Saying;
  busy: boolean;
  writing?: Promise<void>;
  failures: number;
  timer?: Timer;
}

export interface SayerOptions {
  readonly api: AgentApi;
  readonly clock: Clock;
  readonly log: Log;
}

const RETRY_BASE_MS = 500;
const RETRY_MAX_MS = 30_000;
/** A state that is over sooner is not worth a write. */
export const TRANSIENT_MS = 1000;

export class Sayer {
  private readonly lanes = new Map<string, Lane>();
  private stopped = false;

  constructor(private readonly options: SayerOptions) {}

  say(uuid: string, saying: Saying): void {
    const lane = this.lanes.get(uuid) ?? { busy: false, failures: 0 };
    this.lanes.set(uuid, lane);
    const waited = lane.saying?.report.transient === true && lane.timer !== undefined;
    lane.saying = saying;
    if (saying.report.transient === true && this.isNews(uuid, saying)) {
      if (!waited) this.later(uuid, lane, TRANSIENT_MS);
      return;
    }
    lane.timer?.cancel();
    delete lane.timer;
    this.flush(uuid, lane);
  }

  /** Waits for what is being written; what failed is left. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const lane of this.lanes.values()) lane.timer?.cancel();
    await Promise.all([...this.lanes.values()].map((lane) => lane.writing ?? Promise.resolve()));
  }

  private isNews(uuid: string, { report }: Saying): boolean {
    return this.options.api.order(uuid)?.domain.status?.phase !== report.phase;
  }

  private later(uuid: string, lane: Lane, delayMs: number): void {
    lane.timer?.cancel();
    lane.timer = this.options.clock.setTimer(delayMs, () => {
      delete lane.timer;
      this.flush(uuid, lane);
    });
  }

  private flush(uuid: string, lane: Lane): void {
    if (lane.busy || this.stopped) return;
    lane.busy = true;
    lane.writing = this.write(uuid, lane).finally(() => {
      lane.busy = false;
      if (lane.saying && !lane.timer) this.flush(uuid, lane);
      else if (!lane.saying && !lane.timer) this.lanes.delete(uuid);
    });
  }

  private async write(uuid: string, lane: Lane): Promise<void> {
    const { api, clock, log } = this.options;
    const { saying } = lane;
    const domain = api.order(uuid)?.domain;
    if (!saying) return;
    const { uid, generation } = domain?.metadata ?? {};
    if (!domain || uid !== saying.uid || generation !== saying.generation) return this.done(lane, saying);
    try {
      const status = domainStatus({ domain, ...saying, nowMs: clock.wallMs() });
      if ((await api.writeDomainStatus(domain, status)) !== 'stale') this.done(lane, saying);
      else if (api.order(uuid)?.domain === domain) this.later(uuid, lane, RETRY_BASE_MS);
      lane.failures = 0;
    } catch (error) {
      lane.failures += 1;
      const delayMs = Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** Math.min(lane.failures - 1, 10));
      log.warn({ uuid, error: errorText(error), delayMs }, 'the status of a domain could not be written; trying again');
      if (lane.saying === saying) this.later(uuid, lane, delayMs);
    }
  }

  private done(lane: Lane, saying: Saying): void {
    if (lane.saying === saying) delete lane.saying;
  }
}
