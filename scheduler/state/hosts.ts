/**
 * The hosts as columns: one slot per host, so that a scan over the fleet reads arrays and makes no
 * garbage. A slot lives as long as its host is known; `revision` tells caches that slots were
 * added, dropped or changed in kind.
 */
import { MIB } from '../../common/memory';
import { DEFAULT_VCPU_RATIO } from '../types';
import type { HostState, PoolPolicy } from '../types';
import { guestCapacityBytes, hostHvmGuests, hostPool, kindOf } from './host-facts';

/** Changed slots are remembered this far back; who is further behind looks at every host again. */
const LOG_SIZE = 4096;
const COLUMNS = ['capBytes', 'usedBytes', 'inboundBytes', 'vcpuRatio'] as const;
const COUNTS = [
  'cpus',
  'fixedVcpus',
  'dom0Vcpus',
  'sharedVcpus',
  'dedicatedVcpus',
  'capHvm',
  'usedHvm',
  'vms',
] as const;

export class HostTable {
  /** Slots in use and free ones; `specs[slot]` says which. */
  size = 0;
  revision = 0;
  specs: (HostState | undefined)[] = [];
  /** Memory that guests may take, and what they take: maxmem + overhead. */
  capBytes = new Float64Array(0);
  usedBytes = new Float64Array(0);
  inboundBytes = new Float64Array(0);
  vcpuRatio = new Float64Array(0);
  cpus = new Int32Array(0);
  dom0Vcpus = new Int32Array(0);
  /** Dom0's, foreign and orphan vCPUs. */
  fixedVcpus = new Int32Array(0);
  sharedVcpus = new Int32Array(0);
  dedicatedVcpus = new Int32Array(0);
  /** HVM guests that Dom0 carries besides foreign ones, and those that are there. */
  capHvm = new Int32Array(0);
  usedHvm = new Int32Array(0);
  vms = new Int32Array(0);
  /** Number of changes ever noted; the last LOG_SIZE of them are in the log. */
  changes = 0;
  readonly #log = new Int32Array(LOG_SIZE);
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #kinds: (string | undefined)[] = [];
  #away: readonly number[] = [];
  #awayChanges = 0;
  readonly #pools = new Map<string, PoolPolicy>();
  #totals = { bytes: 1, vcpus: 1 };
  #totalsAt = -1;
  #ranks = new Int32Array(0);
  #ordered: number[] = [];
  #orderedAt = -1;

  slotOf(name: string): number | undefined {
    return this.#slots.get(name);
  }

  spec(slot: number): HostState {
    const spec = this.specs[slot];
    if (!spec) throw new RangeError(`no host in slot ${slot}`);
    return spec;
  }

  /** Changes whenever the answer of `isPlace` may have. */
  get placesRevision(): number {
    return this.revision + this.#awayChanges;
  }

  /** Whether a host could take a VM now, as far as it alone is concerned. */
  isPlace(slot: number): boolean {
    const { ready, cordoned, notSellableReason } = this.spec(slot);
    return ready && cordoned !== true && notSellableReason === undefined && !this.#away.includes(slot);
  }

  /** Takes these hosts for lost, and no others: a supposition, for what counts places. */
  supposeAway(slots: readonly number[]): void {
    this.#away = slots;
    this.#awayChanges++;
  }

  /** Slots in the order of host names. */
  slots(): readonly number[] {
    if (this.#orderedAt !== this.revision) this.#order();
    return this.#ordered;
  }

  /** By slot, the place in the order of names: the last word between equals. */
  ranks(): Int32Array {
    if (this.#orderedAt !== this.revision) this.#order();
    return this.#ranks;
  }

  policy(pool: string): PoolPolicy {
    return this.#pools.get(pool) ?? { name: pool };
  }

  setPool(policy: PoolPolicy): void {
    const { vcpuRatio, hostFailuresToTolerate } = this.policy(policy.name);
    const isDefault = policy.vcpuRatio === undefined && policy.hostFailuresToTolerate === undefined;
    if (isDefault) this.#pools.delete(policy.name);
    else this.#pools.set(policy.name, policy);
    if (vcpuRatio === policy.vcpuRatio && hostFailuresToTolerate === policy.hostFailuresToTolerate) return;
    for (const slot of this.#slots.values()) {
      if (hostPool(this.spec(slot)) === policy.name) this.vcpuRatio[slot] = policy.vcpuRatio ?? DEFAULT_VCPU_RATIO;
    }
    this.revision++;
  }

  /**
   * Takes in a report of a host that changes no answer; false (and nothing done) if it may change
   * one.
   */
  reread(host: HostState): boolean {
    const slot = this.#slots.get(host.name);
    if (slot === undefined || this.#kinds[slot] !== kindOf(host)) return false;
    const before = this.spec(slot).storage ?? [];
    if (host.storage?.some(({ freeBytes }, index) => freeBytes !== before[index]?.freeBytes)) return false;
    this.specs[slot] = host;
    return true;
  }

  /** Takes a host in, or its new state; what its guests take stays as it is. */
  set(host: HostState): number {
    const known = this.#slots.get(host.name);
    const slot = known ?? this.#take(host.name);
    const kind = kindOf(host);
    if (this.#kinds[slot] !== kind) this.revision++;
    this.#kinds[slot] = kind;
    this.specs[slot] = host;
    this.capBytes[slot] = guestCapacityBytes(host);
    this.cpus[slot] = host.cpus;
    this.dom0Vcpus[slot] = host.dom0Vcpus;
    this.fixedVcpus[slot] = host.dom0Vcpus + (host.foreignVcpus ?? 0);
    this.capHvm[slot] = hostHvmGuests(host) - (host.foreignHvmGuests ?? 0);
    this.vcpuRatio[slot] = this.policy(hostPool(host)).vcpuRatio ?? DEFAULT_VCPU_RATIO;
    this.note(slot);
    return slot;
  }

  delete(name: string): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    this.#slots.delete(name);
    this.specs[slot] = undefined;
    this.#kinds[slot] = undefined;
    this.#free.push(slot);
    for (const column of [...COLUMNS, ...COUNTS]) this[column][slot] = 0;
    this.revision++;
  }

  /** Called after every change of what a host's guests take. */
  note(slot: number): void {
    this.#log[this.changes % LOG_SIZE] = slot;
    this.changes++;
  }

  /** A change that touches every host, such as of a pool that they share. */
  noteAll(): void {
    this.changes += LOG_SIZE + 1;
  }

  /** The n-th change, if the log still has it. */
  changeAt(n: number): number | undefined {
    return this.changes - n <= LOG_SIZE ? this.#log[n % LOG_SIZE] : undefined;
  }

  freeBytes(slot: number): number {
    return (this.capBytes[slot] ?? 0) - (this.usedBytes[slot] ?? 0);
  }

  /** Shared vCPUs that the ratio still allows; Dom0's own count among them. */
  freeVcpus(slot: number): number {
    const pcpus = (this.cpus[slot] ?? 0) - (this.dedicatedVcpus[slot] ?? 0);
    return pcpus * (this.vcpuRatio[slot] ?? 0) - (this.fixedVcpus[slot] ?? 0) - (this.sharedVcpus[slot] ?? 0);
  }

  freePcpus(slot: number): number {
    return (this.cpus[slot] ?? 0) - (this.dom0Vcpus[slot] ?? 0) - (this.dedicatedVcpus[slot] ?? 0);
  }

  /** HVM guests that Dom0 still carries; below zero where there are too many. */
  freeHvm(slot: number): number {
    return (this.capHvm[slot] ?? 0) - (this.usedHvm[slot] ?? 0);
  }

  sizes(): Readonly<Record<string, number>> {
    return { hosts: this.#slots.size, pools: this.#pools.size };
  }

  /** What all hosts together can take: the weights of memory and vCPUs in the balance. */
  totals(): { readonly bytes: number; readonly vcpus: number } {
    if (this.#totalsAt !== this.revision) {
      const sum = { bytes: 0, vcpus: 0 };
      for (const slot of this.slots()) {
        sum.bytes += this.capBytes[slot] ?? 0;
        sum.vcpus += (this.cpus[slot] ?? 0) * (this.vcpuRatio[slot] ?? 0);
      }
      this.#totals = { bytes: Math.max(sum.bytes, MIB), vcpus: Math.max(sum.vcpus, 1) };
      this.#totalsAt = this.revision;
    }
    return this.#totals;
  }

  #take(name: string): number {
    const slot = this.#free.pop() ?? this.size++;
    if (slot >= this.capBytes.length) this.#grow(Math.max(16, 2 * slot));
    this.#slots.set(name, slot);
    return slot;
  }

  #grow(length: number): void {
    for (const column of COLUMNS) {
      const wider = new Float64Array(length);
      wider.set(this[column]);
      this[column] = wider;
    }
    for (const column of COUNTS) {
      const wider = new Int32Array(length);
      wider.set(this[column]);
      this[column] = wider;
    }
  }

  #order(): void {
    const names = [...this.#slots.keys()].sort();
    this.#ordered = names.map((name) => this.#slots.get(name) ?? 0);
    this.#ranks = new Int32Array(this.size);
    this.#ordered.forEach((slot, rank) => (this.#ranks[slot] = rank));
    this.#orderedAt = this.revision;
  }
}
