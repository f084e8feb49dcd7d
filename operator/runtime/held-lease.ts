/**
 * The Lease of the leader in the API: taken, renewed and released by compare-and-swap. When, and
 * what follows from it, `leader.ts` decides.
 */
import type { KubeClient } from '../../common/kube/client';
import { isKubeError } from '../../common/kube/errors';
import { LEASES, renewedSpec } from '../../common/kube/lease';
import type { Lease, LeaseSpec } from '../../common/kube/lease';
import type { ObjectRef } from '../../common/kube/types';
import type { Clock } from '../../common/ports';
import { momentOf, type Moment } from './moment';

export interface HeldLeaseOptions {
  readonly client: KubeClient;
  readonly lease: ObjectRef;
  /** Of this process and no other. */
  readonly identity: string;
  readonly clock: Clock;
  /** What is written into the Lease, in whole seconds, and assumed of one that says nothing. */
  readonly leaseDurationMs: number;
}

/** How long a call may take; asked anew before each call. */
export type CallOptions = () => { readonly deadlineMs: number; readonly signal?: AbortSignal };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class HeldLease {
  /** As we wrote it last, so that a renewal needs no read. Undefined if an answer was lost. */
  private mine: Lease | undefined;
  private seen: { readonly resourceVersion: string | undefined; readonly atMs: number } | undefined;

  constructor(private readonly options: HeldLeaseOptions) {}

  /** When the write that took it began, or who holds it instead. */
  async take(call: CallOptions): Promise<{ readonly since: Moment } | { readonly holder: string }> {
    const { client, clock, lease } = this.options;
    this.mine = undefined;
    const found = await client.get(LEASES, lease, call()).catch((error: unknown) => {
      if (isKubeError(error, 'notFound')) return undefined;
      throw error;
    });
    const since = momentOf(clock);
    if (found === undefined) this.mine = await client.create(LEASES, this.fresh(), call());
    else if (this.isFree(found, since.monotonicMs)) this.mine = await this.write(found, this.spec(found.spec), call);
    else return { holder: found.spec?.holderIdentity ?? '' };
    return { since };
  }

  /** When the renewal began; undefined if another one holds it now. */
  async renew(call: CallOptions): Promise<Moment | undefined> {
    try {
      return await this.renewOnce(call);
    } catch (error) {
      this.mine = undefined;
      if (!isKubeError(error, 'conflict')) throw error;
      return this.renewOnce(call); // reads first, and so tells whether the lease is still ours
    }
  }

  /** Reads first if an answer was lost: the next leader need not wait for a lease nobody holds. */
  async release(call: CallOptions): Promise<void> {
    const before = this.mine ?? (await this.read(call));
    this.mine = undefined;
    if (!this.isMine(before)) return;
    const spec: Mutable<LeaseSpec> = { ...this.spec(before.spec), leaseDurationSeconds: 1 };
    delete spec.holderIdentity;
    await this.write(before, spec, call);
  }

  private async renewOnce(call: CallOptions): Promise<Moment | undefined> {
    const since = momentOf(this.options.clock);
    const before = this.mine ?? (await this.read(call));
    this.mine = this.isMine(before) ? await this.write(before, this.spec(before.spec), call) : undefined;
    return this.mine && since;
  }

  private read(call: CallOptions): Promise<Lease> {
    return this.options.client.get(LEASES, this.options.lease, call());
  }

  private write(before: Lease, spec: LeaseSpec, call: CallOptions): Promise<Lease> {
    return this.options.client.update(LEASES, { ...before, spec }, call());
  }

  private isMine({ spec }: Lease): boolean {
    return spec?.holderIdentity === this.options.identity;
  }

  /** Another's lease lapses by our own clock, from when we last saw it change. */
  private isFree(found: Lease, nowMs: number): boolean {
    const { metadata, spec } = found;
    if ((spec?.holderIdentity ?? '') === '' || this.isMine(found)) return true;
    const { resourceVersion } = metadata;
    if (this.seen?.resourceVersion !== resourceVersion) this.seen = { resourceVersion, atMs: nowMs };
    const durationMs = spec?.leaseDurationSeconds === undefined ? undefined : spec.leaseDurationSeconds * 1000;
    return nowMs - (this.seen?.atMs ?? nowMs) > (durationMs ?? this.options.leaseDurationMs);
  }

  private fresh(): Lease {
    const { namespace, name } = this.options.lease;
    const metadata = { name, ...(namespace !== undefined && { namespace }) };
    return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: this.spec() };
  }

  private spec(before?: LeaseSpec): LeaseSpec {
    const { identity, clock, leaseDurationMs } = this.options;
    const leaseDurationSeconds = Math.max(1, Math.ceil(leaseDurationMs / 1000));
    return renewedSpec(before, { identity, leaseDurationSeconds, wallMs: clock.wallMs() });
  }
}
