/**
 * One simulated Xen host: its domains, its memory, its xenstore, and what becomes of them. The
 * words of `xl` are in xl.ts; here is only the state machine. All time comes from the clock that is
 * given.
 *
 *   create:  made, (null), paused -> named -> populated -> devices -> running | paused (-p)
 *            any failure: gone
 *   running <-> paused;  running -> shutdown(reason), which stays and holds its memory
 *   any -> dying, then (null) -> gone
 */
import { randomUUID } from 'node:crypto';
import { build } from './build';
import { sleep } from './clock';
import type { SimClock } from './clock';
import { behaviourFrom } from './guest';
import type { Behaviour } from './guest';
import { hypervisorMiB, newDomain, takenMiB } from './domain';
import type { Domain, Reason } from './domain';
import type { DomainConfig } from './domain-config';
import { Faults } from './faults';
import { destroyFailed } from './libxl-errors';
import { Guests } from './guests';
import { defaultHostSpec } from './host-spec';
import type { HostFiles, HostSpec } from './host-spec';
import type { SimEvent } from './record';
import { hostKeys } from './store-layout';
import { Xenstore } from './xenstore';

export interface SimXenOptions {
  readonly spec?: Partial<HostSpec>;
  readonly clock: SimClock;
  readonly files: HostFiles;
  readonly record?: (event: SimEvent) => void;
  /** Boot IDs; random ones by default. */
  readonly newID?: () => string;
}

export interface CreateOptions {
  readonly paused: boolean;
  readonly monitored: boolean;
  /** The process that builds the domain was killed: nobody goes on. */
  readonly signal?: AbortSignal | undefined;
}

export class SimXen {
  readonly spec: HostSpec;
  readonly clock: SimClock;
  readonly files: HostFiles;
  readonly store = new Xenstore();
  readonly faults: Faults;
  readonly guests: Guests;
  readonly domains = new Map<number, Domain>();
  /**
   * Called after a power loss, when the host is up again: whoever still waits for an answer gets
   * none.
   */
  readonly onPowerLoss = new Set<() => void>();
  /** How guests behave that say nothing else. */
  guestDefaults: Behaviour;
  bootId = '';
  bootedNs = 0n;
  private nextDomid = 1;
  private readonly record: (event: SimEvent) => void;
  private readonly newID: () => string;

  constructor(options: SimXenOptions) {
    this.spec = { ...defaultHostSpec, ...options.spec };
    this.guestDefaults = this.spec.guests;
    this.clock = options.clock;
    this.files = options.files;
    this.record = options.record ?? (() => undefined);
    this.newID = options.newID ?? randomUUID;
    this.faults = new Faults(this.clock);
    this.guests = new Guests(this);
    this.boot();
  }

  // Memory, all in MiB.

  get hap(): boolean {
    return this.spec.virtCaps.split(' ').includes('hap');
  }

  freeMiB(): number {
    const taken = [...this.domains.values()].reduce((sum, domain) => sum + takenMiB(domain), 0);
    return this.spec.memoryMiB - hypervisorMiB(this.spec.memoryMiB) - this.spec.dom0MiB - taken;
  }

  // Domains.

  byName(name: string): Domain | undefined {
    return [...this.domains.values()].find((domain) => domain.name === name);
  }

  /**
   * Builds and starts a domain. Nobody looks whether its UUID is taken, and two creates side by
   * side of one name both succeed, as on real Xen.
   */
  async create(config: DomainConfig, options: CreateOptions): Promise<Domain> {
    const domain = this.make(config, options);
    try {
      await build(this, domain, options);
    } catch (error) {
      if (this.domains.get(domain.domid) === domain) this.remove(domain);
      throw error;
    }
    domain.paused = options.paused;
    if (!options.paused) this.guests.start(domain);
    return domain;
  }

  pause(domain: Domain): void {
    if (!domain.paused) this.note(domain, 'paused');
    domain.paused = true;
  }

  unpause(domain: Domain): void {
    if (!domain.paused || domain.shutdown !== undefined || domain.dying) return;
    domain.paused = false;
    if (domain.startedNs === undefined) return this.guests.start(domain);
    this.note(domain, 'unpaused');
    for (const act of domain.deferred.splice(0)) act();
  }

  /**
   * The guest's own end, whoever asked for it: the domain stays, with its memory, until somebody
   * destroys it.
   */
  end(domain: Domain, reason: Reason): void {
    if (domain.shutdown !== undefined || domain.dying || this.domains.get(domain.domid) !== domain) return;
    domain.shutdown = reason;
    this.guests.forget(domain);
    this.note(domain, 'shutdown', reason);
    if (domain.monitored) this.guests.monitor(domain, reason);
  }

  async destroy(domain: Domain): Promise<void> {
    if (this.domains.get(domain.domid) !== domain) throw destroyFailed(domain.domid, 'absent');
    if (domain.dying) {
      await this.pass(this.spec.destroyMs);
      throw destroyFailed(domain.domid, 'raced');
    }
    domain.dying = true;
    domain.paused = true;
    domain.built = false;
    this.guests.forget(domain);
    this.note(domain, 'dying');
    await this.pass(this.spec.destroyMs / 2);
    domain.name = '';
    this.store.remove(`/local/domain/${domain.domid}`);
    await this.pass(this.spec.destroyMs / 2);
    if (domain.behaviour.zombie !== true) this.remove(domain);
  }

  // The host.

  /** All domains die where they are, the xenstore is empty, the boot ID is another. */
  reboot(): void {
    for (const domain of this.domains.values()) this.guests.forget(domain);
    this.domains.clear();
    this.noteHost('power-loss');
    this.boot();
    for (const listener of this.onPowerLoss) listener();
  }

  /** Ends every timer; for tests. The record says that nothing runs any more. */
  stop(): void {
    for (const domain of this.domains.values()) this.guests.forget(domain);
    this.domains.clear();
    this.noteHost('power-loss');
  }

  note(domain: Domain, what: SimEvent['what'], reason?: string): void {
    const { uuid, name } = domain.config;
    this.record({ ...this.stamp(what), domid: domain.domid, uuid, name, ...(reason === undefined ? {} : { reason }) });
  }

  private noteHost(what: 'boot' | 'power-loss'): void {
    this.record(this.stamp(what));
  }

  private stamp(what: SimEvent['what']) {
    return { ns: this.clock.nowNs().toString(), host: this.spec.name, boot: this.bootId, what };
  }

  private boot(): void {
    this.bootId = this.newID();
    this.bootedNs = this.clock.nowNs();
    this.nextDomid = 1;
    this.store.clear();
    hostKeys(this.store, this.spec.dom0MiB);
    this.files.booted(this.bootId);
    this.noteHost('boot');
  }

  private make(config: DomainConfig, options: CreateOptions): Domain {
    const behaviour = behaviourFrom(this.guestDefaults, config.name, config.cmdline);
    const domain = newDomain(this.nextDomid++, config, { behaviour, monitored: options.monitored });
    this.domains.set(domain.domid, domain);
    this.note(domain, 'created');
    return domain;
  }

  private remove(domain: Domain): void {
    if (this.domains.get(domain.domid) !== domain) return;
    this.guests.forget(domain);
    this.domains.delete(domain.domid);
    this.store.remove(`/local/domain/${domain.domid}`);
    this.store.remove(`/vm/${domain.config.uuid}`);
    this.note(domain, 'gone');
  }

  /** Even no time at all lets other commands come between. */
  private pass(ms: number): Promise<void> {
    return sleep(this.clock, ms);
  }
}
