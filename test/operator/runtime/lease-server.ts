/**
 * One Lease with compare-and-swap in memory, for the leader's state machine. The system tests use
 * the real server.
 */
import { KubeError } from '../../../common/kube/errors';
import type { Lease, LeaseSpec } from '../../../common/kube/lease';
import type { KubeRequest, KubeTransport } from '../../../common/kube/transport';

export class LeaseServer {
  lease: Lease | undefined;
  private version = 0;

  /** The transport of one client. */
  connect(): LeaseLine {
    return new LeaseLine(this);
  }

  get spec(): LeaseSpec {
    return this.lease?.spec ?? {};
  }

  handle(request: KubeRequest): Lease {
    const body = request.body as Lease | undefined;
    if (request.method === 'POST' && this.lease !== undefined) throw new KubeError('alreadyExists', 'there is one');
    if (request.method === 'POST' && body !== undefined) return this.store(body);
    if (this.lease === undefined) throw new KubeError('notFound', 'none');
    if (request.method === 'GET' || body === undefined) return this.lease;
    if (body.metadata.resourceVersion !== this.lease.metadata.resourceVersion) throw new KubeError('conflict', 'stale');
    return this.store(body);
  }

  private store(lease: Lease): Lease {
    this.version += 1;
    this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(this.version) } };
    return this.lease;
  }
}

export class LeaseLine implements KubeTransport {
  isDown = false;
  /** The write is done, and the answer never comes. */
  losesAnswers = false;
  /** Calls hang until released. */
  hold: Promise<void> | undefined;
  writes = 0;

  constructor(private readonly server: LeaseServer) {}

  async request(request: KubeRequest): Promise<unknown> {
    await this.hold;
    if (request.signal?.aborted === true) throw new KubeError('aborted', 'given up');
    if (this.isDown) throw new KubeError('network', 'no route');
    if (request.method !== 'GET') request.guard?.();
    const answer = this.server.handle(request);
    if (request.method !== 'GET') this.writes += 1;
    if (this.losesAnswers && request.method !== 'GET') throw new KubeError('network', 'cut', { mayHaveLanded: true });
    return structuredClone(answer);
  }

  stream(): Promise<never> {
    return Promise.reject(new Error('no watches here'));
  }

  close(): void {}
}
