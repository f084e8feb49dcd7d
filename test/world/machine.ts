/**
 * One physical server of the world: its Xen, its disks and its power, and the agent on its Dom0.
 */
import { KubeApi } from '../../agents/api/orders';
import type { Log } from '../../agents/log';
import { Agent } from '../../agents/loop/agent';
import { PRODUCT_UUID_FILE } from '../../agents/dom0/layout';
import { KubeClient } from '../../common/kube/client';
import type { KubeTransport } from '../../common/kube/transport';
import type { Random } from '../../common/ports';
import { InProcessHost } from '../sim/in-process-host';
import type { SimEvent } from '../sim/record';
import type { MemoryFile } from '../sim/memory-files';
import { newUid } from './api/prepare';
import { SHARED_PATH } from './objects';
import { Process } from './process';
import type { WorldTime } from './time';

export interface MachineOptions {
  readonly name: string;
  /** The XenHost that its agent works for, if that has another name. */
  readonly agentFor?: string;
  readonly time: WorldTime;
  readonly random: Random;
  readonly memoryMiB: number;
  /** The file system that all servers mount at SHARED_PATH. */
  readonly shared: Map<string, MemoryFile>;
  readonly cpus: number;
  readonly record: (event: SimEvent) => void;
  /** A connection to the API server with this host's token. */
  readonly connect: (process: Process) => KubeTransport;
  readonly log: Log;
}

const POLICY = {
  storagePaths: ['/var/lib/xenfleet/disks', SHARED_PATH],
  imageDir: '/var/lib/xenfleet/images',
  bridges: ['xenbr0'],
};
const MACHINE_FILE = '/var/lib/xenfleet/machine';
const RESTART_MS = 2000;
const BOOT_MS = 20_000;

export class Machine {
  readonly name: string;
  readonly host: InProcessHost;
  readonly mountShared: () => void;
  isOn = true;
  /** By how much somebody has set the Dom0's wall clock, in milliseconds. */
  wallOffsetMs = 0;
  #agent: Process | undefined;
  #starts = 0;
  readonly #seconds = new Set<Process>();

  constructor(private readonly options: MachineOptions) {
    const { name, time, random, memoryMiB, cpus, record, shared } = options;
    this.name = name;
    this.host = new InProcessHost({
      clock: time.sim,
      record,
      newID: () => newUid(random),
      turn: () => new Promise((resolve) => void time.after(0, resolve)),
      spec: { name, memoryMiB, cpus, dom0MiB: 2048, createMs: 900, destroyMs: 300 },
    });
    this.host.files.makeFolder(SHARED_PATH);
    this.mountShared = () => this.host.files.files.mount(SHARED_PATH, shared);
    this.mountShared();
    this.host.files.put('/etc/xenfleet/policy.json', JSON.stringify(POLICY));
    this.host.files.put(MACHINE_FILE, `${newUid(random).replaceAll('-', '')}\n`);
    this.host.files.put(PRODUCT_UUID_FILE, `${newUid(random)}\n`);
  }

  /** The agent that runs, if one does. */
  get agent(): Process | undefined {
    return this.#agent?.isAlive === true ? this.#agent : undefined;
  }

  /** As systemd does it: an agent that ends comes back. */
  startAgent(): void {
    if (!this.isOn || this.agent !== undefined) return;
    this.#agent = this.#launch();
    this.#agent.onKilled(() => this.options.time.after(RESTART_MS, () => this.startAgent()));
  }

  /** One more agent for this host, by somebody's error or during an upgrade. */
  startSecondAgent(forMs: number): void {
    if (!this.isOn) return;
    const second = this.#launch();
    this.#seconds.add(second);
    this.options.time.after(forMs, () => second.kill());
  }

  #launch(): Process {
    const { time, random, connect, log, agentFor: name = this.name } = this.options;
    const process = new Process(`agent-${this.name}-${(this.#starts += 1)}`);
    const clock = process.clock(time.clock(() => this.wallOffsetMs));
    const client = new KubeClient(process.transport(connect(process)));
    const agent = new Agent({
      name,
      host: process.host(this.host),
      layout: { root: '', stateDir: '/var/lib/xenfleet', policyFile: '/etc/xenfleet/policy.json' },
      api: new KubeApi({ client, host: name, clock, random }),
      client,
      clock,
      log,
      version: 'world',
      process: process.name,
      heartbeatMs: 10_000,
      pollMs: 5000,
      onOutdated: () => process.kill(),
    });
    void agent.start();
    return process;
  }

  /** All that the other one's disks hold is put onto this one's, as when a Dom0 is cloned. */
  copyDisksOf(other: Machine): void {
    for (const [path, { text, bytes }] of other.host.files.files)
      if (!/^\/(proc|run|sys|srv)\//.test(path)) this.host.files.put(path, text, bytes);
  }

  powerOff(): void {
    if (!this.isOn) return;
    this.isOn = false;
    this.host.powerOff();
    this.#agent?.kill();
    this.endSeconds();
  }

  endSeconds(): void {
    for (const second of this.#seconds) second.kill();
    this.#seconds.clear();
  }

  powerOn(): void {
    if (this.isOn) return;
    this.isOn = true;
    this.host.xen.reboot();
    this.options.time.after(BOOT_MS, () => this.startAgent());
  }
}
