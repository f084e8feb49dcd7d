/**
 * A whole agent on a virtual clock. Simulated host and API are in the same process, so minutes pass
 * in milliseconds and every run is the same.
 */
import { Agent } from '../../agents/loop/agent';
import type { ExecOptions, HostPort } from '../../agents/host/port';
import { silentLog } from '../../agents/log';
import type { Log } from '../../agents/log';
import type { Clock } from '../../common/ports';
import type { XenDomainStatus } from '../../crds/generated/types';
import { ManualClock } from '../sim/clock';
import { InProcessHost } from '../sim/in-process-host';
import type { SimEvent } from '../sim/record';
import type { HostSpec } from '../sim/host-spec';
import { FakeApi, FakeServer } from './fake-api';
import { NOW, UUID } from './orders';

/**
 * A host port that dies with its agent: what was begun goes on, but nobody hears of it, and nothing
 * more is begun.
 */
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
  /** By how much somebody has set the wall clock. */
  wallOffsetMs = 0;

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
      wallMs: () => NOW + ms() + this.wallOffsetMs,
      setTimer: (delayMs, fire) => ({ cancel: this.manual.after(Math.max(0, delayMs), fire) }),
    };
  }

  start(log: Log = silentLog, host: HostPort = this.host): Running {
    const leash = new Leash(host);
    const api = new FakeApi(this.server, this.clock);
    const agent = new Agent({
      onOutdated: () => undefined,
      name: 'h1',
      host: leash,
      layout: { root: '', stateDir: '/var/lib/xenfleet', policyFile: '/etc/xenfleet/policy.json' },
      api,
      clock: this.clock,
      log,
      version: 'test',
      process: 'test',
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

  /** Lets time pass in small steps, so that work of many event loop turns takes little of it. */
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

  /** Somebody makes a domain of that UUID by hand. */
  async foreign(uuid = UUID): Promise<void> {
    const cfg = ['name = "legacy"', `uuid = "${uuid}"`, 'type = "pvh"', 'memory = 256', 'vcpus = 1'];
    const kernel = 'kernel = "/var/lib/xenfleet/images/debian/vmlinuz"';
    await this.host.putFile('/root/legacy.cfg', `${[...cfg, kernel].join('\n')}\n`);
    void this.host.exec(['xl', 'create', '-e', '/root/legacy.cfg']);
    await this.pass(1000);
  }

  sim(...args: string[]): Promise<unknown> {
    return this.host.exec(['sim', ...args]);
  }
}
