/**
 * The fleet as the scheduler sees it: hosts, the VMs that are placed, and every account of who
 * takes what. Taking a VM in or out costs the same on a fleet of ten hosts and of ten thousand.
 */
import type { HostState, PoolPolicy, Snapshot, VmSpec } from '../types';
import { compileVm } from './demand';
import type { Vm } from './demand';
import { HostTable } from './hosts';
import { RelationIndex } from './relations';
import { StorageLedger } from './storage';

export interface Placed {
  readonly vm: Vm;
  /** Names, not slots: the claim outlives the host. */
  readonly host: string;
  readonly inboundHost: string | undefined;
}

export class World {
  readonly hosts = new HostTable();
  readonly storage = new StorageLedger();
  readonly relations = new RelationIndex(this.hosts);
  readonly placed = new Map<string, Placed>();
  /** Grows with every change that could change an answer about a VM that is on no host. */
  version = 0;
  readonly #byHost = new Map<string, Set<string>>();
  readonly #compiled = new WeakMap<VmSpec, Vm>();

  constructor(snapshot: Snapshot) {
    for (const policy of snapshot.pools ?? []) this.hosts.setPool(policy);
    for (const host of snapshot.hosts) this.setHost(host);
    for (const spec of snapshot.vms) {
      const vm = this.compile(spec);
      if (spec.host === undefined) this.relations.of(vm);
      else this.add(vm, spec.host);
    }
  }

  /** A spec object is read once; to change a VM, hand in a new object. */
  compile(spec: VmSpec): Vm {
    const known = this.#compiled.get(spec);
    if (known) return known;
    const vm = compileVm(spec);
    this.#compiled.set(spec, vm);
    return vm;
  }

  /** The VMs that count on a host, in the order of their keys. */
  vmsOn(host: string): Vm[] {
    const vms: Vm[] = [];
    for (const key of [...(this.#byHost.get(host) ?? [])].sort()) {
      const entry = this.placed.get(key);
      if (entry) vms.push(entry.vm);
    }
    return vms;
  }

  /** Counts a VM on its host, and where it is migrating to; one that is there already is moved. */
  add(vm: Vm, host: string): void {
    this.remove(vm.key);
    const inboundHost = vm.spec.inboundHost === host ? undefined : vm.spec.inboundHost;
    this.placed.set(vm.key, { vm, host, inboundHost });
    this.relations.hold(vm);
    this.#count(vm, host, 1);
    if (inboundHost !== undefined) this.#count(vm, inboundHost, 1, true);
  }

  remove(key: string): Placed | undefined {
    const entry = this.placed.get(key);
    if (!entry) return undefined;
    this.placed.delete(key);
    this.#count(entry.vm, entry.host, -1);
    if (entry.inboundHost !== undefined) this.#count(entry.vm, entry.inboundHost, -1, true);
    this.relations.release(entry.vm);
    return entry;
  }

  /**
   * How many entries each table has: they grow with what the fleet holds now, never with what it
   * once held.
   */
  sizes(): Readonly<Record<string, number>> {
    this.relations.forgetIdle();
    return {
      placed: this.placed.size,
      hostsOfVms: this.#byHost.size,
      ...this.hosts.sizes(),
      ...this.storage.sizes(),
      ...this.relations.sizes(),
    };
  }

  setHost(host: HostState): void {
    if (this.hosts.reread(host)) return;
    this.version++;
    const waiting = this.#lift(host.name);
    const slot = this.hosts.set(host);
    this.storage.setHost(host);
    this.relations.setHost(slot, host);
    if (host.storage?.some((pool) => pool.locality !== 'local')) this.hosts.noteAll();
    for (const { vm, inbound } of waiting) this.#count(vm, host.name, 1, inbound);
  }

  /** The claims on a host that is gone stay; they count again when it comes back. */
  removeHost(name: string): void {
    const slot = this.hosts.slotOf(name);
    if (slot === undefined) return;
    this.version++;
    const gone = this.#lift(name);
    this.hosts.delete(name);
    this.storage.deleteHost(name);
    this.relations.setHost(slot, undefined);
    for (const { vm } of gone) this.#remember(name, vm.key, 1);
  }

  setPool(policy: PoolPolicy): void {
    const { revision } = this.hosts;
    this.hosts.setPool(policy);
    if (this.hosts.revision !== revision) this.version++;
  }

  /** Takes every VM off a host's accounts. */
  #lift(host: string): { vm: Vm; inbound: boolean }[] {
    const lifted: { vm: Vm; inbound: boolean }[] = [];
    for (const key of [...(this.#byHost.get(host) ?? [])]) {
      const entry = this.placed.get(key);
      if (!entry) continue;
      const inbound = entry.host !== host;
      this.#count(entry.vm, host, -1, inbound);
      lifted.push({ vm: entry.vm, inbound });
    }
    return lifted;
  }

  #remember(host: string, key: string, sign: 1 | -1): void {
    const keys = this.#byHost.get(host);
    if (sign < 0) {
      keys?.delete(key);
      if (keys?.size === 0) this.#byHost.delete(host);
    } else if (keys) keys.add(key);
    else this.#byHost.set(host, new Set([key]));
  }

  #count(vm: Vm, host: string, sign: 1 | -1, inbound = false): void {
    this.#remember(host, vm.key, sign);
    const slot = this.hosts.slotOf(host);
    if (slot === undefined) return;
    this.version++;
    const { hosts } = this;
    hosts.usedBytes[slot] = (hosts.usedBytes[slot] ?? 0) + sign * vm.needBytes;
    if (inbound) hosts.inboundBytes[slot] = (hosts.inboundBytes[slot] ?? 0) + sign * vm.needBytes;
    const vcpus = vm.dedicated ? hosts.dedicatedVcpus : hosts.sharedVcpus;
    vcpus[slot] = (vcpus[slot] ?? 0) + sign * vm.vcpus;
    hosts.usedHvm[slot] = (hosts.usedHvm[slot] ?? 0) + sign * vm.hvm;
    hosts.vms[slot] = (hosts.vms[slot] ?? 0) + sign;
    this.relations.add(vm, slot, sign);
    hosts.note(slot);
    if (vm.diskBytes.size === 0) return;
    this.storage.promise(host, vm.diskBytes, sign);
    if (this.storage.isFleetWide(host, vm.diskBytes)) hosts.noteAll();
  }
}
