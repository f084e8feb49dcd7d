/**
 * The agent of one Dom0: wires the API, the Dom0 and the workers together, and keeps three rhythms:
 * poll, report and heartbeat. Stopping it touches no guest.
 */
import type { KubeClient } from '../../common/kube/client';
import type { Clock } from '../../common/ports';
import type { AgentApi } from '../api/types';
import { Creator } from '../dom0/create';
import { Disks } from '../dom0/disks';
import { StorageDrivers } from '../storage/drivers';
import { Pools } from '../storage/pools';
import { fleetToRemember } from '../dom0/fleet';
import type { Layout } from '../dom0/layout';
import { Incumbent } from '../dom0/incumbent';
import { Machine } from '../dom0/machine';
import { Checkpoints } from '../dom0/checkpoints';
import { Toolstack } from '../dom0/toolstack';
import { View } from '../dom0/view';
import { Confirmation } from './confirmation';
import { HostLease } from './host-lease';
import type { HostPort } from '../host/port';
import { errorText, type Log } from '../log';
import { PolicySource } from '../dom0/policy-source';
import { AgentStatusWriter } from '../status/agent-writer';
import { Reports } from './reports';
import { Rhythm } from './rhythm';
import { DomainStatusWriter } from '../status/domain-writer';
import { Transitions } from './transitions';
import { Workers } from './worker';

export interface AgentOptions {
  /** Name of the XenHost. */
  readonly name: string;
  readonly host: HostPort;
  readonly layout: Layout;
  readonly api: AgentApi;
  /** For the Lease. Without a client there is no heartbeat. */
  readonly client?: KubeClient;
  /** Tells this process from all others that may hold the Lease. */
  readonly process: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly heartbeatMs: number;
  readonly pollMs: number;
  /**
   * This agent has the Lease back and does nothing with it, for another one has acted meanwhile: it
   * is to be stopped, and a new one started that reads the Dom0.
   */
  readonly onOutdated: () => void;
}

const LOAD_AGAIN_MS = 2000;
/** A Dom0 that cannot remember must be known within a minute. */
const PROBE_EVERY_MS = 30_000;
const FORGET_EVERY_MS = 24 * 3600 * 1000;

export class Agent {
  private readonly checkpoints: Checkpoints;
  private readonly view: View;
  private readonly domainStatuses: DomainStatusWriter;
  private readonly workers: Workers;
  private readonly agentStatus: AgentStatusWriter;
  private readonly transitions: Transitions;
  private readonly lease: HostLease | undefined;
  private readonly rhythm: Rhythm;
  private readonly machine: Machine;
  private readonly incumbent: Incumbent;
  private readonly confirmation: Confirmation;
  private stopped = false;

  constructor(private readonly options: AgentOptions) {
    const { host, layout, api, clock, log, version, heartbeatMs } = options;
    this.rhythm = new Rhythm(clock, log);
    const policy = new PolicySource(host, clock, layout.policyFile);
    this.checkpoints = new Checkpoints(host, layout);
    this.incumbent = new Incumbent(host, layout, options.process);
    const pools = new Pools({ host, memory: this.checkpoints, agent: () => api.agent() });
    const drivers = new StorageDrivers(host, pools);
    const disks = new Disks(drivers, pools);
    this.view = new View(host, clock, (bootID) => this.confirmation.onBoot(bootID));
    this.confirmation = new Confirmation({
      api,
      log,
      boot: () => this.view.bootID,
      onConfirmed: () => this.workers.wakeAll(),
    });
    this.domainStatuses = new DomainStatusWriter({ api, clock, log });
    this.transitions = new Transitions(log);
    this.workers = new Workers({
      api,
      checkpoints: this.checkpoints,
      view: this.view,
      toolstack: new Toolstack(host, layout),
      creator: new Creator(host, layout, disks),
      disks,
      reports: new Reports(this.domainStatuses, this.transitions),
      transitions: this.transitions,
      policy: () => policy.get(),
      diskFiles: (uuid) => this.agentStatus.diskFiles(uuid),
      clock,
      log,
      mayAct: () => this.mayAct(),
      isDisplaced: () => this.incumbent.isDisplaced(),
      isConfirmed: (bootID) => this.confirmation.isConfirmed(bootID),
      onChanged: () => this.agentStatus.wake(),
    });
    const { checkpoints, view } = this;
    this.machine = new Machine(host, layout, (error) => log.warn({ error: errorText(error) }, 'no machine ID'));
    const machine = (): string | undefined => this.machine.id;
    const mayReport = (): boolean => this.mayAct();
    this.agentStatus = new AgentStatusWriter({
      ...{ api, checkpoints, drivers, view, policy, clock, log, version, heartbeatMs },
      ...{ machine, mayReport },
    });
    this.lease = this.newLease(machine);
  }

  private newLease(machine: () => string | undefined): HostLease | undefined {
    const { client, clock, log, name, process, heartbeatMs, onOutdated } = this.options;
    const onChanged = (): void => {
      this.workers.wakeAll();
      this.agentStatus.wake();
    };
    const boot = (): string | undefined => this.view.bootID;
    const wasDisplaced = (): boolean => this.incumbent.wasDisplaced;
    const told = { machine, boot, onChanged, onOutdated, wasDisplaced };
    return client && new HostLease({ client, clock, log, host: name, process, intervalMs: heartbeatMs, ...told });
  }

  /** Resolves when the Dom0 has been read, however long that takes, and the watches have begun. */
  async start(): Promise<void> {
    const { api, log } = this.options;
    while (!this.stopped && !(await this.load())) await this.rhythm.pause(LOAD_AGAIN_MS);
    if (this.stopped) return;
    log.info(
      { bootID: this.view.bootID, records: this.checkpoints.records.size, fleet: this.checkpoints.fleet },
      'the host is read',
    );
    this.confirmation.start();
    api.start({
      onOrder: (uuid) => this.workers.wake(uuid),
      onAgent: () => void this.onAgent(),
      onListed: () => this.onListed(),
    });
    this.workers.wakeAll();
    this.rhythm.every(this.options.pollMs, () => this.poll());
    this.rhythm.every(FORGET_EVERY_MS, () => this.forget());
    this.rhythm.every(PROBE_EVERY_MS, () => this.probe());
    void this.probe();
    this.beat();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.rhythm.stop();
    this.workers.stop();
    this.agentStatus.stop();
    await Promise.all([this.lease?.stop(), this.domainStatuses.stop()]);
    await this.options.api.stop();
    await this.options.host.close();
    this.options.log.info({ transitions: this.transitions.counted() }, 'stopped');
  }

  /** Without a client there is no Lease to hold. */
  private mayAct(): boolean {
    if (this.incumbent.wasDisplaced) return false;
    return this.lease?.mayAct(this.options.api.authoritative()) ?? true;
  }

  private async load(): Promise<boolean> {
    try {
      // The first look learns the boot ID; the second is the first that counts.
      if (this.view.bootID === undefined) await this.view.look();
      const look = await this.view.look();
      if ('failure' in look && this.view.bootID === undefined) throw new Error(look.failure.message);
      await this.incumbent.note();
      await this.checkpoints.load();
      await this.machine.identify();
      return true;
    } catch (error) {
      this.options.log.warn({ error: errorText(error) }, 'the host cannot be read; trying again');
      return false;
    }
  }

  private onListed(): void {
    this.confirmation.onListed();
    this.workers.wakeAll();
  }

  private async onAgent(): Promise<void> {
    const agent = this.options.api.agent();
    if (agent) {
      const fleet = fleetToRemember(this.checkpoints.fleet, agent.spec);
      try {
        if (fleet) await this.checkpoints.saveFleet(fleet);
      } catch (error) {
        this.options.log.error({ error: errorText(error) }, 'the fleet could not be remembered; trying again');
        this.rhythm.after(LOAD_AGAIN_MS, () => void this.onAgent());
        return;
      }
      this.agentStatus.wake();
    }
    this.workers.wakeAll();
  }

  private async poll(): Promise<void> {
    const look = await this.view.look();
    if ('failure' in look) this.options.log.warn({ ...look.failure }, 'the host could not be listed');
    this.workers.wakeAll();
    this.agentStatus.wake();
    this.beat();
  }

  private beat(): void {
    if (!this.stopped) this.lease?.beat(this.unreachableMs());
  }

  /** How long the host has not been reached, in milliseconds; 0 if it was just now. */
  private unreachableMs(): number {
    const { last, goodMs } = this.view;
    const unreachable = last && 'failure' in last && last.failure.reason === 'HostUnreachable';
    return unreachable === true ? this.options.clock.monotonicMs() - goodMs : 0;
  }

  private async probe(): Promise<void> {
    const before = this.checkpoints.trouble;
    await this.checkpoints.probe();
    await this.machine.identify();
    if (this.checkpoints.trouble?.reason !== before?.reason) this.agentStatus.wake();
  }

  private async forget(): Promise<void> {
    const rows = this.view.last && 'listing' in this.view.last ? this.view.last.listing.rows : undefined;
    if (!rows) return;
    const wanted = (uuid: string): boolean =>
      this.options.api.order(uuid) !== undefined || rows.some((row) => row.uuid === uuid);
    const { clock } = this.options;
    await this.checkpoints.forgetOld({ wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() }, wanted);
  }
}
