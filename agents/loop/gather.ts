/**
 * All that a decision about one domain needs, as it is now: its order, its record, what xl shows,
 * and the host.
 */
import type { Clock } from '../../common/ports';
import type { ObjectMeta } from '../../crds/generated/types';
import type { AgentApi } from '../api/types';
import type { Checkpoints } from '../dom0/checkpoints';
import type { View } from '../dom0/view';
import { lasting, sinceMs } from '../reconcile/lasting';
import type { Lasting } from '../reconcile/lasting';
import type { DiskFile } from '../reconcile/disks';
import type { Seen, StepInput } from '../reconcile/types';
import type { Mark } from '../xl/mark';
import type { PolicyResult } from '../xl/policy';

export interface GatherOptions {
  readonly api: AgentApi;
  readonly checkpoints: Checkpoints;
  readonly view: View;
  readonly policy: () => Promise<PolicyResult>;
  /** The files of a UUID's disks, as last observed. */
  readonly diskFiles: (uuid: string) => readonly DiskFile[];
  readonly clock: Clock;
  /** False while another agent holds the Lease of the host: then this one does and says nothing. */
  readonly mayAct: () => boolean;
  /** Whether all orders were heard in this boot of the Dom0. */
  readonly isConfirmed: (bootID: string) => boolean;
}

/** Which listing of the host counts for a domain. */
export interface Freshness {
  /** A new listing is needed. */
  stale: boolean;
  /** Number of the first look that began after our last act. Older looks say nothing. */
  notBefore: number;
  lasting: Lasting;
  /** What our last act left, until there is a listing that began after it. */
  left?: Seen;
}

export type Gathered =
  /** `order`: metadata of the very order that is in `input`. */
  | { readonly kind: 'whole'; readonly input: StepInput; readonly order: ObjectMeta | undefined }
  /** The record cannot be read: nobody may touch its domain. */
  | { readonly kind: 'unreadable'; readonly message: string }
  /** The host could not be listed now, but a moment ago it could. */
  | { readonly kind: 'blind' }
  /**
   * Another agent acts for this host, or its boot is not known yet. When that changes the worker is
   * woken.
   */
  | { readonly kind: 'mayNotAct' };

/** If a listing fails once or twice, that says nothing about the guests. */
const BLIND_MS = 30_000;

export class Gatherer {
  constructor(private readonly options: GatherOptions) {}

  async gather(uuid: string, freshness: Freshness): Promise<Gathered> {
    const { api, checkpoints, view, clock, mayAct } = this.options;
    const unreadable = checkpoints.unreadable.get(uuid);
    if (unreadable !== undefined) return { kind: 'unreadable', message: unreadable };
    const seen = await this.look(uuid, freshness);
    const { bootID } = view;
    if (bootID === undefined || !mayAct()) return { kind: 'mayNotAct' };
    if (seen.kind === 'unknown' && clock.monotonicMs() - view.goodMs < BLIND_MS) return { kind: 'blind' };
    const mark = await this.mark(uuid, seen);
    const policy = await this.options.policy();
    // Nothing is awaited from here on, so order, metadata, record and host are of one moment.
    const host = this.host(bootID, policy);
    const record = checkpoints.records.get(uuid);
    const order = this.orderOf(uuid, bootID);
    const [nowMs, monotonicMs] = [clock.wallMs(), clock.monotonicMs()];
    freshness.lasting = lasting(freshness.lasting, { seen, record, wallMs: nowMs, monotonicMs });
    const rowForMs = sinceMs(freshness.lasting.row, monotonicMs);
    const askedForMs = sinceMs(freshness.lasting.asked, monotonicMs);
    const times = { nowMs, rowForMs, askedForMs };
    const files = this.options.diskFiles(uuid);
    const input = { uuid, order, seen, host, files, ...times, ...(record && { record }), ...(mark && { mark }) };
    return { kind: 'whole', input, order: api.order(uuid)?.domain.metadata };
  }

  private host(bootID: string, policy: PolicyResult): StepInput['host'] {
    const { api, checkpoints } = this.options;
    const fleetID = checkpoints.fleet?.fleetID;
    const confirmedBootID = api.agent()?.spec.confirmedBootID;
    return {
      bootID,
      ...(confirmedBootID !== undefined && { confirmedBootID }),
      startUnconfirmed: policy.ok && policy.policy.startUnconfirmed,
      ...(fleetID !== undefined && { fleetID }),
    };
  }

  /** Read only if it could decide whose the domain is. */
  private async mark(uuid: string, seen: Seen): Promise<Mark | undefined> {
    const { checkpoints, view } = this.options;
    if (seen.kind !== 'rows' || seen.rows.length === 0) return undefined;
    return checkpoints.records.get(uuid)?.started === undefined ? view.mark(uuid) : undefined;
  }

  private async look(uuid: string, freshness: Freshness): Promise<Seen> {
    const { view } = this.options;
    if (freshness.stale) {
      freshness.stale = false;
      await view.look();
    }
    let seen = view.seen(uuid, freshness.notBefore);
    if (seen) delete freshness.left;
    if (!seen && freshness.left) return freshness.left;
    if (!seen) await view.look();
    seen ??= view.seen(uuid, freshness.notBefore);
    return seen ?? { kind: 'unknown', reason: 'HostUnreachable', message: 'the host could not be asked' };
  }

  private orderOf(uuid: string, bootID: string): StepInput['order'] {
    const { api, isConfirmed } = this.options;
    if (!api.authoritative()) return { kind: 'unheard' };
    const order = api.order(uuid);
    if (!order) return { kind: 'vanished' };
    const { invalid, domain } = order;
    const { spec, metadata, status } = domain;
    const confirmed = isConfirmed(bootID);
    // The status may be of an older order, and speak of a disk in another pool.
    const madeDisks = status?.observedGeneration === metadata.generation ? (status?.madeDisks ?? []) : [];
    const operations = status?.operations;
    const told = { madeDisks, ...(operations && { operations }) };
    return { kind: 'given', spec, confirmed, ...told, ...(invalid !== undefined && { invalid }) };
  }
}
