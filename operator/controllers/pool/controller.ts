/** One XenPool: shows its status. The rules themselves reach the scheduler through the ledger. */
import type { XenPool, XenPoolStatus } from '../../../crds/generated/types';
import { findCondition } from '../../../common/conditions';
import type { EventRecorder } from '../../../common/kube/events';
import { XENPOOLS } from '../../../common/kube/resources';
import { API_VERSION } from '../../../common/names';
import type { Clock } from '../../../common/ports';
import { gist, showPool } from '../../plan/pool/pool';
import { sameSpec } from '../../plan/same';
import type { ReconcileResult } from '../../runtime/controller';
import type { HostDirectory } from '../frame/host-directory';
import type { Ledger } from '../placement/ledger';
import type { Caches } from '../frame/caches';
import { STATUS_MANAGER, USAGE_EVERY_MS, type Writer } from '../frame/writer';

/** Before that, a new leader does not write that reports are missing: they are coming. */
const REPORTS_WITHIN_MS = 10_000;

export interface PoolControllerOptions {
  readonly caches: Caches;
  readonly directory: HostDirectory;
  readonly ledger: Ledger;
  readonly writer: Writer;
  readonly events: EventRecorder;
  readonly clock: Clock;
}

export class PoolController {
  readonly #options: PoolControllerOptions;
  readonly #writtenAt = new Map<string, number>();
  readonly #startedAt: number;

  constructor(options: PoolControllerOptions) {
    this.#options = options;
    this.#startedAt = options.clock.monotonicMs();
  }

  readonly reconcile = async (name: string): Promise<ReconcileResult | undefined> => {
    const { caches, directory, ledger, clock } = this.#options;
    const pool = caches.pools.get(name);
    if (pool === undefined) {
      this.#writtenAt.delete(name);
      return undefined;
    }
    ledger.flush();
    const members = new Set(caches.hosts.byIndex('pool', name).map((host) => host.metadata.name));
    const unreported = directory.unreported().filter((host) => members.has(host));
    const facts = { account: ledger.scheduler.poolAccount(name), unreported };
    const status = showPool(pool, facts, new Date(clock.wallMs()).toISOString());
    const { status: before = {} } = pool;
    if (sameSpec(before, status)) return undefined;
    const patience = this.#startedAt + REPORTS_WITHIN_MS - clock.monotonicMs();
    if (patience > 0 && findCondition(status.conditions, 'Ready')?.reason === 'AwaitingReports')
      return { requeueAfterMs: patience };
    const left = (this.#writtenAt.get(name) ?? -USAGE_EVERY_MS) + USAGE_EVERY_MS - clock.monotonicMs();
    if (left > 0 && sameSpec(gist(before), gist(status))) return { requeueAfterMs: left };
    this.#writtenAt.set(name, clock.monotonicMs());
    await this.#write(pool, status);
    return undefined;
  };

  /** Uses apply, so that a field that is not in the status any more is removed. */
  async #write(pool: XenPool, status: XenPoolStatus): Promise<void> {
    const { writer, events } = this.#options;
    const { name, resourceVersion } = pool.metadata;
    const metadata = { name, ...(resourceVersion && { resourceVersion }) };
    const object = { apiVersion: API_VERSION, kind: 'XenPool', metadata, status };
    const options = { subresource: 'status', fieldManager: STATUS_MANAGER, force: true } as const;
    await writer.apply(XENPOOLS, object, options);
    const verdict = findCondition(status.conditions, 'FailuresTolerated');
    const known = findCondition(pool.status?.conditions, 'FailuresTolerated');
    if (verdict?.status !== 'False' || verdict.reason === known?.reason) return;
    events.record(pool, { type: 'Warning', reason: verdict.reason, message: verdict.message });
  }
}
