/** A whole agent on a virtual clock: simulated host and API in the same process, so that minutes pass in milliseconds and every run is the same. */
import { Agent } from '../../agents/agent';
import type { AgentApi, ApiListener, WriteResult } from '../../agents/api/types';
import type { ExecOptions, HostPort } from '../../agents/host/port';
import { silentLog } from '../../agents/log';
import type { Log } from '../../agents/log';
import type { Clock } from '../../common/ports';
import { KubeError } from '../../common/kube/errors';
import type { XenAgent, XenAgentStatus, XenDomain, XenDomainSpec, XenDomainStatus } from '../../crds/generated/types';
import { ManualClock } from '../sim/clock';
import { InProcessHost } from '../sim/in-process-host';
import type { SimEvent } from '../sim/record';
import type { HostSpec } from '../sim/host-spec';
import { FLEET, NOW, UUID, order } from './orders';

/** One API server, as one agent sees it. */
export class FakeServer {
  readonly domains = new Map<string, XenDomain>();
  agent: XenAgent | undefined = {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenAgent',
    metadata: { name: 'h1', namespace: 'xenhost-h1', generation: 1, resourceVersion: '1' },
    spec: { fleetID: FLEET, nonce: 'n1', roster: ['h1'] },
  };
  away = false;
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

  setNonce(nonce: string): void {
    const { agent } = this;
    if (!agent) return;
    const metadata = {
      ...agent.metadata,
      generation: (agent.metadata.generation ?? 0) + 1,
      resourceVersion: String((this.version += 1)),
    };
    this.agent = { ...agent, metadata, spec: { ...agent.spec, nonce } };
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
    this.agent = { ...this.agent, status };
    this.tell((client) => client.heardAgent());
    return 'written';
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
    if (!this.server.away) this.clock.setTimer(1, () => this.listAgain());
  }

  async relist(): Promise<void> {
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

/** A host port that dies with its agent: what was begun goes on, but nobody hears of it, and nothing more is begun. */
class Leash implements HostPort {
  readonly name = 'leash';
  cut = false;
  readonly calls: string[] = [];

  constructor(private readonly host: HostPort) {}

  exec(argv: readonly string[], options?: ExecOptions) {
    return this.held(argv.slice(0, 3).join(' '), () => this.host.exec(argv, options));
  }
  locked(lock: string, script: string, args: readonly string[], options?: ExecOptions) {
    return this.held(script, () => this.host.locked(lock, script, args, options));
  }
  readFile(path: string) {
    return this.held(`read ${path}`, () => this.host.readFile(path));
  }
  putFile(path: string, text: string) {
    return this.held(`put ${path}`, () => this.host.putFile(path, text));
  }
  removeFile(path: string) {
    return this.held('remove', () => this.host.removeFile(path));
  }
  listDir(path: string) {
    return this.held('listDir', () => this.host.listDir(path));
  }
  close(): Promise<void> {
    return Promise.resolve();
  }

  private async held<T>(what: string, act: () => Promise<T>): Promise<T> {
    const never = new Promise<never>(() => undefined);
    if (this.cut) return never;
    this.calls.push(what);
    const answer = await act();
    return this.cut ? never : answer;
  }
}

export interface Running {
  readonly calls: string[];
  /** As SIGKILL does. */
  kill(): void;
}

export class VirtualBench {
  readonly manual = new ManualClock();
  readonly server = new FakeServer();
  readonly events: SimEvent[] = [];
  readonly host: InProcessHost;
  readonly clock: Clock;

  constructor(spec: Partial<HostSpec> = {}) {
    const guests = { bootMs: 300, shutdownMs: 1200, deaf: false, pvDrivers: false };
    this.host = new InProcessHost({
      clock: this.manual,
      spec: { guests, ...spec },
      record: (event) => this.events.push(event),
    });
    const ms = (): number => Number(this.manual.nowNs()) / 1e6;
    this.clock = {
      monotonicMs: ms,
      wallMs: () => NOW + ms(),
      setTimer: (delayMs, fire) => ({ cancel: this.manual.after(Math.max(0, delayMs), fire) }),
    };
  }

  start(log: Log = silentLog): Running {
    const leash = new Leash(this.host);
    const api = new FakeApi(this.server, this.clock);
    const agent = new Agent({
      name: 'h1',
      host: leash,
      layout: { root: '', stateDir: '/var/lib/xenfleet', policyFile: '/etc/xenfleet/policy.json' },
      api,
      clock: this.clock,
      log,
      version: 'test',
      heartbeatMs: 10_000,
      pollMs: 5000,
    });
    void agent.start();
    const kill = (): void => {
      leash.cut = true;
      void api.stop();
      void agent.stop();
    };
    return { calls: leash.calls, kill };
  }

  /** Lets time pass in small steps, so that what takes many turns of the event loop takes little of it. */
  async pass(ms: number, stepMs = 50): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      await this.manual.advance(Math.min(stepMs, left));
      for (let turn = 0; turn < 4; turn += 1) await new Promise((done) => setImmediate(done));
    }
  }

  domain(uuid = UUID): XenDomainStatus | undefined {
    return this.server.domains.get(uuid)?.status;
  }

  /** `running`, `paused`, … of every domain of the UUID. */
  live(uuid = UUID): number[] {
    return [...this.host.xen.domains.values()].filter((one) => one.config.uuid === uuid).map((one) => one.domid);
  }

  /** What happened to the UUID so far. */
  happened(uuid = UUID): string[] {
    return this.events.filter((event) => event.uuid === uuid).map((event) => event.what);
  }

  sim(...args: string[]): Promise<unknown> {
    return this.host.exec(['sim', ...args]);
  }
}
