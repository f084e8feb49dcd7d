/**
 * The scheduler: a fleet, kept up to date by its caller, and the question "where?". A decision is
 * assumed at once, so that the next one counts with it, and forgotten if it could not be written.
 */
import { Explanations, couldHelp, shapeKey } from './asked';
import { counterfactuals } from './planners/place/counterfactuals';
import type { Counterfactual } from './planners/place/counterfactuals';
import { explain } from './explain';
import type { ExplainOptions } from './explain';
import { growth } from './growth';
import type { Growth } from './growth';
import { Placer } from './placer';
import type { Strategy } from './planners/place/place';
import { PACKING_SCORERS, SCORERS } from './scores';
import { poolAccount, poolNames } from './pools';
import type { Vm } from './state/demand';
import { hostHvmGuests, hostHypervisorBytes, hostPool } from './state/host-facts';
import { World } from './state/world';
import type {
  Explanation,
  HostAccount,
  HostState,
  Placement,
  PoolAccount,
  PoolPolicy,
  Snapshot,
  VmSpec,
} from './types';

/** Who goes first: priority, then age, then UID. */
export function byUrgency(a: VmSpec, b: VmSpec): number {
  const priority = (b.priority ?? 0) - (a.priority ?? 0);
  return priority || (a.createdAtMs ?? 0) - (b.createdAtMs ?? 0) || (a.key < b.key ? -1 : Number(a.key > b.key));
}

export class Scheduler {
  readonly #world: World;
  readonly #placer: Placer;
  readonly #explanations: Explanations;

  constructor(snapshot: Snapshot, strategy: Strategy = 'balance') {
    this.#world = new World(snapshot);
    this.#placer = new Placer(this.#world, 'always', strategy === 'pack' ? PACKING_SCORERS : SCORERS);
    this.#explanations = new Explanations(this.#world, () => this.#placer.failover.isAsked());
  }

  /**
   * The best host, or why there is none. A VM that is already placed is judged as if it were not.
   */
  place(spec: VmSpec): Placement {
    const host = this.find(spec);
    return host === undefined ? { unschedulable: this.explain(spec) } : { host };
  }

  /** As place, without the reasons: much faster where most do not fit. */
  find(spec: VmSpec): string | undefined {
    return this.#apart(spec, (vm) => {
      const slot = this.#placer.pick(vm);
      return slot < 0 ? undefined : this.#world.hosts.spec(slot).name;
    });
  }

  fits(spec: VmSpec, host: string): boolean {
    return this.#apart(spec, (vm) => {
      const slot = this.#world.hosts.slotOf(host);
      if (slot === undefined || !this.#placer.picker.fits(vm, slot)) return false;
      return this.#placer.tolerates(vm, slot) === undefined;
    });
  }

  /**
   * Whether a placed VM would fit on its host (`spec.host`, and `spec.inboundHost` while it
   * migrates) with this spec instead of the one that the ledger holds for it. Only what the VM asks
   * more of is judged: memory, vCPUs, dedicated CPUs, storage, and the host failures that the pool
   * must tolerate.
   */
  fitsGrown(spec: VmSpec): Growth {
    const held = this.#world.placed.get(spec.key);
    return this.#apart(spec, (vm) => growth(this.#placer, vm, held));
  }

  /**
   * VMs of one key get the same answer from find and explain, whoever they are and however old,
   * until something changes. A placed VM, and any VM while host failures are to be tolerated, has a
   * key of its own.
   */
  shapeKey(spec: VmSpec): string {
    return shapeKey(this.#placer, this.#world.compile(spec));
  }

  /**
   * Whether a pending VM may fit now that something changed on these hosts (and was told here).
   * False means that it fits nowhere; true may be wrong while host failures are to be tolerated.
   */
  couldHelp(spec: VmSpec, changedHosts: readonly string[]): boolean {
    return this.#apart(spec, (vm) => couldHelp(this.#placer, vm, changedHosts));
  }

  /** Whether every pool could lose the hosts that it must be able to lose, as things are. */
  toleratesFailures(): boolean {
    return this.#placer.failover.holds();
  }

  explain(spec: VmSpec): Explanation {
    const isPlaced = this.#world.placed.has(spec.key);
    return this.#apart(spec, (vm) => {
      const anew = (tolerates: ExplainOptions['tolerates'] = (slot) => this.#placer.tolerates(vm, slot)): Explanation =>
        explain(this.#world, vm, { tolerates });
      return isPlaced ? anew() : this.#explanations.of(vm, (slot) => this.#placer.tolerates(vm, slot), anew);
    });
  }

  /** What would help it, each proved by asking again. */
  counterfactuals(spec: VmSpec): Counterfactual[] {
    return this.#apart(spec, () => counterfactuals(this.#placer, spec));
  }

  /** Counts the VM on the host from now on, whether it fits or not: the claim is a fact. */
  assume(spec: VmSpec, host: string): void {
    this.#placer.put(this.#world.compile(spec), host);
    this.#world.relations.forgetIdle();
  }

  forget(key: string): void {
    this.#placer.take(key);
    this.#world.relations.forgetIdle();
  }

  hostOf(key: string): string | undefined {
    return this.#world.placed.get(key)?.host;
  }

  updateHost(host: HostState): void {
    this.#world.setHost(host);
  }

  removeHost(name: string): void {
    this.#world.removeHost(name);
  }

  updatePool(policy: PoolPolicy): void {
    this.#world.setPool(policy);
  }

  /** The ledger, host by host, in the order of names. */
  accounts(): HostAccount[] {
    return this.#world.hosts.slots().map((slot) => this.#account(slot));
  }

  account(host: string): HostAccount | undefined {
    const slot = this.#world.hosts.slotOf(host);
    return slot === undefined ? undefined : this.#account(slot);
  }

  /** A pool without hosts has an account too: its rules. */
  poolAccount(pool: string): PoolAccount {
    return poolAccount(this.#placer.failover, pool);
  }

  /** The pools that have hosts, in the order of names. */
  poolAccounts(): PoolAccount[] {
    return poolNames(this.#placer.failover).map((pool) => this.poolAccount(pool));
  }

  /** Entries of every table, to see that nothing grows with what is gone. */
  sizes(): Readonly<Record<string, number>> {
    return this.#world.sizes();
  }

  #account(slot: number): HostAccount {
    const { hosts } = this.#world;
    const spec = hosts.spec(slot);
    const freeBytes = hosts.freeBytes(slot);
    const reported = spec.reportedFreeBytes;
    return {
      host: spec.name,
      pool: hostPool(spec),
      vms: hosts.vms[slot] ?? 0,
      totalBytes: spec.totalBytes,
      dom0Bytes: spec.dom0Bytes,
      hypervisorBytes: hostHypervisorBytes(spec),
      reservedBytes: spec.reservedBytes ?? 0,
      foreignBytes: spec.foreignBytes ?? 0,
      orphanBytes: spec.orphanBytes ?? 0,
      guestBytes: hosts.usedBytes[slot] ?? 0,
      inboundBytes: hosts.inboundBytes[slot] ?? 0,
      freeBytes,
      ...(reported !== undefined && { residualBytes: freeBytes + (spec.reservedBytes ?? 0) - reported }),
      sharedVcpus: hosts.sharedVcpus[slot] ?? 0,
      dedicatedVcpus: hosts.dedicatedVcpus[slot] ?? 0,
      freeVcpus: hosts.freeVcpus(slot),
      hvmGuests: hostHvmGuests(spec) - hosts.freeHvm(slot),
      mostHvmGuests: hostHvmGuests(spec),
    };
  }

  /** Asks about a VM as if it were nowhere. */
  #apart<T>(spec: VmSpec, ask: (vm: Vm) => T): T {
    const vm = this.#world.compile(spec);
    this.#world.relations.forgetIdle(vm);
    const { version } = this.#world;
    const present = this.#placer.take(vm.key);
    const answer = ask(vm);
    if (present) this.#placer.put(present.vm, present.host);
    // Whatever was tried, all is as it was.
    this.#world.version = version;
    return answer;
  }
}

/** One question about one snapshot. */
export function schedule(snapshot: Snapshot, spec: VmSpec): Placement {
  return new Scheduler(snapshot).place(spec);
}
