/**
 * An API server in memory, as one agent sees it: orders, its XenAgent, lists and events. It can be
 * away.
 */
import type { AgentApi, ApiListener, WriteResult } from '../../agents/api/types';
import type { Clock } from '../../common/ports';
import { KubeError } from '../../common/kube/errors';
import type {
  XenAgent,
  XenAgentSpec,
  XenAgentStatus,
  XenDomain,
  XenDomainSpec,
  XenDomainStatus,
} from '../../crds/generated/types';
import { FLEET, UUID, order } from './orders';

/** One API server, as one agent sees it. */
export class FakeServer {
  readonly domains = new Map<string, XenDomain>();
  agent: XenAgent | undefined = {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenAgent',
    metadata: { name: 'h1', namespace: 'xenhost-h1', generation: 1, resourceVersion: '1' },
    spec: {
      fleetID: FLEET,
      nonce: 'n1',
      roster: ['h1'],
      storagePools: [{ name: 'local', driver: 'file', path: '/var/lib/xenfleet/disks', locality: 'local' }],
    },
  };
  away = false;
  /** The operator names a boot as soon as it has seen its report. */
  confirms = true;
  machineID: string | undefined;
  /** How long a list of orders takes; the XenAgent is heard at once. */
  listMs = 0;
  /** Every report that was written. */
  readonly reports: XenAgentStatus[] = [];
  writes: string[] = [];
  readonly clients = new Set<FakeApi>();
  private version = 1;

  order(changes: Partial<XenDomainSpec> = {}, uuid = UUID): void {
    const before = this.domains.get(uuid);
    const metadata = {
      name: uuid,
      namespace: 'xenhost-h1',
      uid: before?.metadata.uid ?? `uid-${(this.version += 1)}`,
      generation: (before?.metadata.generation ?? 0) + 1,
      resourceVersion: String((this.version += 1)),
    };
    const spec = { ...order(), vm: { namespace: 'tenant', name: 'web', uid: uuid }, ...changes };
    this.domains.set(uuid, {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenDomain',
      metadata,
      spec,
      ...(before?.status && { status: before.status }),
    });
    this.tell((client) => client.heard(uuid));
  }

  remove(uuid = UUID): void {
    this.domains.delete(uuid);
    this.tell((client) => client.heard(uuid));
  }

  furnish(spec: Partial<XenAgentSpec>): void {
    this.edit(spec);
  }

  setNonce(nonce: string): void {
    this.edit({ nonce });
  }

  private edit(changes: Partial<XenAgentSpec>): void {
    const { agent } = this;
    if (!agent) return;
    const metadata = {
      ...agent.metadata,
      generation: (agent.metadata.generation ?? 0) + 1,
      resourceVersion: String((this.version += 1)),
    };
    this.agent = { ...agent, metadata, spec: { ...agent.spec, ...changes } };
    this.tell((client) => client.heardAgent());
  }

  comeBack(): void {
    this.away = false;
    for (const client of this.clients) client.listAgain();
  }

  writeDomain(known: XenDomain, status: XenDomainStatus): WriteResult {
    const uuid = known.metadata.name;
    const now = this.domains.get(uuid);
    if (!now) return 'gone';
    if (now.metadata.resourceVersion !== known.metadata.resourceVersion) return 'stale';
    if (JSON.stringify(now.status) === JSON.stringify(status)) return 'written';
    this.writes.push(`${status.phase} ${status.conditions?.[0]?.reason}`);
    this.domains.set(uuid, {
      ...now,
      metadata: { ...now.metadata, resourceVersion: String((this.version += 1)) },
      status,
    });
    this.tell((client) => client.heard(uuid));
    return 'written';
  }

  writeAgent(status: XenAgentStatus): WriteResult {
    if (!this.agent) return 'gone';
    this.writes.push('XenAgent');
    this.reports.push(status);
    this.agent = { ...this.agent, status };
    this.tell((client) => client.heardAgent());
    // As the operator does: the first machine that reports is the host.
    const ours = (this.machineID ??= status.machineID) === status.machineID;
    if (ours && this.confirms && status.nonce === this.agent.spec.nonce) this.confirm(status.bootID);
    return 'written';
  }

  confirm(bootID: string | undefined): void {
    if (bootID === undefined || this.agent?.spec.confirmedBootID === bootID) return;
    this.edit({ confirmedBootID: bootID });
  }

  private tell(act: (client: FakeApi) => void): void {
    if (!this.away) for (const client of this.clients) act(client);
  }
}

export class FakeApi implements AgentApi {
  private readonly known = new Map<string, XenDomain>();
  private knownAgent: XenAgent | undefined;
  private listed = false;
  private listener: ApiListener | undefined;

  constructor(
    private readonly server: FakeServer,
    private readonly clock: Clock,
  ) {}

  order(uuid: string): { domain: XenDomain } | undefined {
    const domain = this.known.get(uuid);
    return domain && { domain };
  }
  uuids(): string[] {
    return [...this.known.keys()];
  }
  agent(): XenAgent | undefined {
    return this.knownAgent;
  }
  authoritative(): boolean {
    return this.listed && this.knownAgent !== undefined;
  }

  start(listener: ApiListener): void {
    this.listener = listener;
    this.server.clients.add(this);
    if (this.server.away) return;
    this.clock.setTimer(1, () => this.heardAgent());
    this.clock.setTimer(1 + this.server.listMs, () => this.listAgain());
  }

  async relist(): Promise<void> {
    if (this.server.listMs > 0) await new Promise<void>((done) => void this.clock.setTimer(this.server.listMs, done));
    while (this.server.away) await new Promise<void>((done) => void this.clock.setTimer(100, done));
    this.listAgain();
  }

  writeDomainStatus(domain: XenDomain, status: XenDomainStatus): Promise<WriteResult> {
    return this.reached(() => this.server.writeDomain(domain, status));
  }
  writeAgentStatus(_agent: XenAgent, status: XenAgentStatus): Promise<WriteResult> {
    return this.reached(() => this.server.writeAgent(status));
  }
  stop(): Promise<void> {
    this.server.clients.delete(this);
    return Promise.resolve();
  }

  listAgain(): void {
    if (this.server.away || !this.server.clients.has(this)) return;
    const names = new Set([...this.known.keys(), ...this.server.domains.keys()]);
    this.known.clear();
    for (const [uuid, domain] of this.server.domains) this.known.set(uuid, domain);
    this.knownAgent = this.server.agent;
    this.listed = true;
    this.listener?.onAgent();
    this.listener?.onListed();
    for (const name of names) this.listener?.onOrder(name);
  }

  heard(uuid: string): void {
    const domain = this.server.domains.get(uuid);
    if (domain) this.known.set(uuid, domain);
    else this.known.delete(uuid);
    this.listener?.onOrder(uuid);
  }

  heardAgent(): void {
    this.knownAgent = this.server.agent;
    this.listener?.onAgent();
  }

  private async reached<T>(act: () => T): Promise<T> {
    await new Promise((done) => setImmediate(done));
    if (this.server.away) throw new KubeError('network', 'away', { mayHaveLanded: false });
    return act();
  }
}
