/**
 * A whole installation in one process: real operators and agents, simulated servers, a model of the
 * API server, and one clock. Whoever acts does so through here, and all of it is written down.
 */
import { KubeClient } from '../../common/kube/client';
import type { KubeTransport } from '../../common/kube/transport';

import { loadCrds } from '../../crds/generate';
import { OURS, XENHOSTS } from '../../common/kube/resources';
import type { XenHost } from '../../crds/generated/types';
import type { Logger } from '../../operator/adapters/types';
import type { silentLog } from '../../agents/log';
import { seeded } from '../seeded';
import type { MemoryFile } from '../sim/memory-files';
import type { SimEvent } from '../sim/record';
import type { Act, ActKind } from './act';
import { createAdmission } from './api/admission/admission';
import type { Admission, User } from './api/ports';
import { CORE } from './api/core-kinds';
import { ModelServer } from './api/server';
import type { Backup } from './api/store';
import { Machine } from './machine';
import { Network } from './network';
import { firstObjects, newHost, SHARED_MARKER, SYSTEM_NAMESPACE, TENANTS, tenantUser } from './objects';
import { OperatorUnit } from './operator-unit';
import { accountUser, Tokens } from './tokens';
import { WorldTime } from './time';

type ResourceTypes = (typeof CORE)[number]['type'][];

export interface WorldOptions {
  readonly seed: number;
  readonly hosts: number;
  readonly operators: number;
  /** Hears of everything that happens on a host after the beginning, as it happens. */
  readonly onEvent?: (world: World, event: SimEvent) => void;
  /** Log lines of operators and agents; for stories. */
  readonly onLog?: (who: string, message: string, fields: object) => void;
}

export interface Note {
  readonly atMs: number;
  readonly what: string;
  readonly about: string;
}

const MASTERS = ['system:masters', 'system:authenticated'];
const admin: User = { name: 'admin', groups: MASTERS, agent: 'kubectl' };

/** Compiled once: schemas and rules are the same in every life. */
let admission: Admission | undefined;
const theAdmission = (): Admission =>
  (admission ??= createAdmission(loadCrds() as unknown as Parameters<typeof createAdmission>[0]) as Admission);

export class World {
  readonly time: WorldTime;
  readonly network: Network;
  readonly server: ModelServer;
  readonly admin: KubeClient;
  readonly machines: readonly Machine[];
  readonly operators: readonly OperatorUnit[];
  /** Servers that were made by copying the disks of another one's Dom0. */
  readonly clones: Machine[] = [];
  /** The file system that all servers mount, marked as a pool by its administrator. */
  readonly shared = new Map<string, MemoryFile>([[SHARED_MARKER, { text: 'shared id-of-shared\n', bytes: 20 }]]);
  /** When a host was declared dead by a slip: it is heard at least once after that. */
  readonly slips = new Map<string, number>();
  readonly backups: Backup[] = [];
  /** What happened on all hosts. */
  readonly events: SimEvent[] = [];
  /** What people and the environment did that oracles must know of. */
  readonly notes: Note[] = [];
  /** Exceptions that a loop of the product survived: each is a fault of ours. */
  readonly faults: string[] = [];
  readonly #tenants = new Map<string, KubeClient>();
  readonly #tokens: Tokens;
  readonly #random: { next: () => number };
  readonly #thieves = new Map<string, KubeClient>();
  #hasBegun = false;

  constructor(readonly options: WorldOptions) {
    const next = seeded(options.seed);
    const random = { next };
    this.#random = random;
    this.time = new WorldTime(random);
    this.network = new Network(random);
    this.server = new ModelServer({ clock: this.time.clock(), random, admission: theAdmission() });
    this.admin = new KubeClient(this.server.transport(admin));
    for (const tenant of TENANTS) this.#tenants.set(tenant, this.#tenantClient(tenantUser(tenant)));
    const hosts = Array.from({ length: options.hosts }, (_, at) => `h${at + 1}`);
    this.#tokens = new Tokens(this.server, this.time, hosts);
    this.machines = hosts.map((name) => this.#newMachine(name));
    this.operators = Array.from({ length: options.operators }, (_, at) => this.#newOperator(`operator-${at}`, random));
  }

  /** Applies the first objects, and starts everything. */
  async begin(): Promise<void> {
    const kinds = [...(Object.values(OURS) as ResourceTypes), ...CORE.map(({ type }) => type)];
    for (const object of firstObjects(this.machines.map(({ name }) => name))) {
      const type = kinds.find(({ kind }) => kind === object.kind)!;
      const made = this.admin.create(type, object);
      await this.time.run(this.time.nowMs + 5);
      await made;
    }
    this.#hasBegun = true;
    this.#tokens.start();
    for (const operator of this.operators) operator.start();
    for (const machine of this.machines) machine.startAgent();
  }

  /** Makes the first objects of a kind again. */
  async applyFirst(kind: string): Promise<void> {
    const objects = firstObjects([]).filter((object) => object.kind === kind);
    const type = (Object.values(OURS) as ResourceTypes).find((one) => one.kind === kind)!;
    for (const object of objects) await this.admin.create(type, object).catch(() => undefined);
  }

  /** Every server that may run guests. */
  get servers(): readonly Machine[] {
    return [...this.machines, ...this.clones];
  }

  /** Somebody copies the disks of a Dom0 into another server, and switches it on for some time. */
  clone(original: Machine, forMs: number): void {
    const clone = this.#newMachine(`${original.name}-clone${this.clones.length}`, original.name);
    this.clones.push(clone);
    clone.copyDisksOf(original);
    clone.startAgent();
    this.later(forMs, () => clone.powerOff());
  }

  tenant(namespace: string): KubeClient {
    return this.#tenants.get(namespace)!;
  }

  /** With the token of a host's agent, from elsewhere. */
  thief(host: string): KubeClient {
    const known = this.#thieves.get(host);
    if (known !== undefined) return known;
    const thief = new KubeClient(this.server.transport(this.#tokens.copied(host), this.network.link('thief')));
    this.#thieves.set(host, thief);
    return thief;
  }

  /** Until there is a XenHost of that name that is not on its way out. */
  async addHost(name: string): Promise<void> {
    const made = await this.admin.create(XENHOSTS, newHost(name) as XenHost).catch(() => undefined);
    if (made === undefined && this.#isLeaving(name)) this.later(2000, () => this.addHost(name));
  }

  #isLeaving(name: string): boolean {
    const found = this.server.objects(XENHOSTS).find(({ metadata }) => metadata.name === name);
    return found === undefined || found.metadata.deletionTimestamp !== undefined;
  }

  note(what: string, about: string): void {
    this.notes.push({ atMs: this.time.nowMs, what, about });
  }

  later(delayMs: number, act: () => unknown): void {
    this.time.after(delayMs, () => void act());
  }

  /** An act that cannot be done is part of the story, and no more. */
  async perform({ perform }: Pick<ActKind, 'perform'>, act: Act): Promise<void> {
    try {
      const said = await perform(this, act.args);
      this.note(`${act.actor}: ${act.act}`, `${JSON.stringify(act.args)} ${said ?? ''}`);
    } catch (error) {
      this.note(`${act.actor}: ${act.act} (refused)`, `${JSON.stringify(act.args)} ${String(error).slice(0, 200)}`);
    }
  }

  /** All that is broken is mended, and what is off is switched on. */
  calm(): void {
    this.network.heal();
    for (const { process } of this.operators) process?.resume();
    for (const machine of this.machines) {
      machine.agent?.resume();
      machine.endSeconds();
      machine.powerOn();
      machine.wallOffsetMs = 0;
      machine.host.files.full = false;
      machine.mountShared();
      void machine.host.exec(['sim', 'clear']);
      machine.host.xen.faults.endHung();
    }
    for (const clone of this.clones) clone.powerOff();
  }

  /** Nothing of it hears anything any more; what is open would be kept for ever otherwise. */
  end(): void {
    for (const { process } of this.operators) process?.kill();
    for (const machine of this.servers) machine.powerOff();
  }

  #tenantClient(name: string): KubeClient {
    const user: User = { name, groups: ['system:authenticated'], agent: 'kubectl' };
    return new KubeClient(this.server.transport(user, this.network.link(name)));
  }

  #newMachine(name: string, agentFor = name): Machine {
    return new Machine({
      name,
      agentFor,
      time: this.time,
      random: this.#random,
      memoryMiB: 24 * 1024,
      shared: this.shared,
      cpus: 8,
      record: (event) => {
        this.events.push(event);
        if (this.#hasBegun) this.options.onEvent?.(this, event);
      },
      connect: (): KubeTransport => this.server.transport(this.#tokens.agent(agentFor), this.network.link(name)),
      log: this.#agentLog(name),
    });
  }

  #newOperator(name: string, random: { next: () => number }): OperatorUnit {
    const user = accountUser(SYSTEM_NAMESPACE, 'xen-fleet-operator');
    return new OperatorUnit({
      name,
      time: this.time,
      random,
      connect: () => this.server.transport(user, this.network.link(name)),
      log: this.#operatorLog(name),
      onFault: (where, error) => this.fault(`${name} ${where}`, error),
    });
  }

  fault(where: string, error: unknown): void {
    this.faults.push(`${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  #operatorLog(name: string): Logger {
    const say = (message: string, fields: object = {}): void => this.options.onLog?.(name, message, fields);
    const log: Logger = { debug: () => undefined, info: say, warn: say, error: say, child: () => log };
    return log;
  }

  #agentLog(name: string): typeof silentLog {
    const say = (fields: object, message: string): void => this.options.onLog?.(`agent-${name}`, message, fields);
    return { debug: () => undefined, info: say, warn: say, error: say };
  }
}
