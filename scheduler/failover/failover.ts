/**
 * Host failures to tolerate, as a rule of placement. For every host of a pool (for every pair,
 * where two failures are to be tolerated) a plan is kept that says where each of its VMs would be
 * restarted. A placement is good if every plan still holds with it, or can be made anew. Most
 * placements need one look at the plans that lean on the host; only those that no longer hold are
 * made again.
 */
import type { HostPicker } from '../host-picker';
import type { Vm } from '../state/demand';
import { hostPool } from '../state/host-facts';
import type { World } from '../state/world';
import type { Unabsorbed } from '../types';
import { Contingency } from './contingency';
import { isPlaceable } from './placeable';
import { lossesToPlan, whyUnjudged } from './planned-losses';
import { restart } from './restart';
import type { Targets } from './restart';

export type Check =
  | { readonly ok: true; readonly renewed: ReadonlyMap<Contingency, Targets> }
  | { readonly ok: false; readonly why: Unabsorbed };

export class Failover {
  #plans: Contingency[] = [];
  /** By slot: the contingencies that lose the host, and those whose plan leans on it. */
  #losing: Contingency[][] = [];
  #leaning: Set<Contingency>[] = [];
  /** No plan is known to hold for these. */
  readonly #broken = new Set<Contingency>();
  /** Pools that ask for more than is planned for: nothing new is placed there. */
  readonly #unjudged = new Map<string, Unabsorbed>();
  /**
   * The last answer of a pool that was broken: all its hosts get the same, until something changes.
   */
  #refused: { readonly pool: string; readonly changes: number; readonly why: Unabsorbed } | undefined;
  #revision = -1;

  constructor(readonly picker: HostPicker) {}

  get world(): World {
    return this.picker.world;
  }

  /** Whether any pool asks for it. */
  isAsked(): boolean {
    this.#refresh();
    return this.#plans.length + this.#unjudged.size > 0;
  }

  /** Whether all failures are tolerated as things are. */
  holds(): boolean {
    this.#refresh();
    for (const plan of this.#broken) if (!this.#renew(plan)) return false;
    return this.#unjudged.size === 0;
  }

  /** Why a pool's failures cannot be judged; undefined where they can. */
  unjudged(pool: string): Unabsorbed | undefined {
    this.#refresh();
    return this.#unjudged.get(pool);
  }

  /** The losses of a pool for which no plan is known to hold. */
  suspects(pool: string): Contingency[] {
    this.#refresh();
    return [...this.#broken].filter((plan) => plan.pool === pool);
  }

  /** Whether there is a plan for this loss, as things are. */
  absorbs(plan: Contingency): boolean {
    return !this.#broken.has(plan) || this.#renew(plan);
  }

  /** Would all failures still be tolerated with the VM (which is nowhere now) on this host? */
  check(vm: Vm, slot: number): Check {
    this.#refresh();
    const pool = hostPool(this.world.hosts.spec(slot));
    const unjudged = this.#unjudged.get(pool);
    if (unjudged) return { ok: false, why: unjudged };
    const why = this.#whyBroken(pool);
    // What cannot be absorbed now can be with one more VM only if others need this one near them.
    if (why && !this.world.relations.isAsked(vm)) return { ok: false, why };
    // A pool that is broken already does not keep VMs out of the others.
    const touched = this.#affected(vm, slot).filter((plan) => plan.pool === pool || !this.#broken.has(plan));
    const affected = why ? [...new Set([...this.suspects(pool), ...touched])] : touched;
    const renewed = new Map<Contingency, Targets>();
    if (affected.length === 0) return { ok: true, renewed };
    this.world.add(vm, this.world.hosts.spec(slot).name);
    let failed: Contingency | undefined;
    for (const plan of affected) {
      const targets = this.#extended(plan, vm, slot) ?? restart(this.picker, plan.lost, this.#displaced(plan)).targets;
      if (!targets) {
        failed = plan;
        break;
      }
      renewed.set(plan, targets);
    }
    const answer: Check = failed ? { ok: false, why: this.#why(failed) } : { ok: true, renewed };
    this.world.remove(vm.key);
    return answer;
  }

  /**
   * The VM was put on a host: the plans that this concerns are renewed, as check found them or
   * anew.
   */
  added(vm: Vm, slot: number, check?: Check): void {
    if (this.#plans.length === 0) return;
    if (check?.ok) {
      for (const [plan, targets] of check.renewed) this.#set(plan, targets);
      return;
    }
    for (const plan of this.#affected(vm, slot)) this.#broken.add(plan);
  }

  /** The VM left a host. */
  removed(vm: Vm, slot: number): void {
    for (const plan of this.#losing[slot] ?? []) plan.drop(vm);
    if (this.#matters(vm)) for (const plan of this.#plans) if (plan.concerns(this.world, vm)) this.#broken.add(plan);
  }

  #refresh(): void {
    const { hosts } = this.world;
    if (this.#revision === hosts.revision) return;
    this.#revision = hosts.revision;
    this.#plans = [];
    this.#broken.clear();
    this.#unjudged.clear();
    this.#refused = undefined;
    this.#losing = Array.from({ length: hosts.size }, () => []);
    this.#leaning = Array.from({ length: hosts.size }, () => new Set());
    const pools = new Map<string, number[]>();
    for (const slot of hosts.slots()) {
      const pool = hostPool(hosts.spec(slot));
      const members = pools.get(pool);
      if (members) members.push(slot);
      else pools.set(pool, [slot]);
    }
    for (const [pool, members] of pools) this.#plan(pool, members);
  }

  #plan(pool: string, members: readonly number[]): void {
    const failures = this.world.hosts.policy(pool).hostFailuresToTolerate ?? 0;
    const unjudged = whyUnjudged(pool, members.length, failures);
    if (unjudged !== undefined) this.#unjudged.set(pool, { lost: [], left: [], unjudged });
    else for (const lost of lossesToPlan(members, failures)) this.#register(pool, lost);
  }

  #register(pool: string, lost: readonly number[]): void {
    const plan = new Contingency(pool, lost);
    this.#plans.push(plan);
    this.#broken.add(plan);
    for (const slot of lost) this.#losing[slot]?.push(plan);
  }

  /** Plans that may not hold with the VM on the host. */
  #affected(vm: Vm, slot: number): Contingency[] {
    const affected = isPlaceable(vm) ? [...(this.#losing[slot] ?? [])] : [];
    for (const plan of this.#leaning[slot] ?? []) {
      if (!plan.lost.includes(slot) && !plan.leavesRoom(this.world, slot, vm)) affected.push(plan);
    }
    if (this.#matters(vm)) {
      const known = new Set(affected);
      for (const plan of this.#plans) if (!known.has(plan) && plan.concerns(this.world, vm)) affected.push(plan);
    }
    return affected;
  }

  /** Whether the plans for other VMs may depend on where this one is. */
  #matters(vm: Vm): boolean {
    return !this.picker.isSimple(vm) || this.world.relations.isAsked(vm);
  }

  /** The plan with the VM added on some host with the room, where nothing else has changed. */
  #extended(plan: Contingency, vm: Vm, slot: number): Targets | undefined {
    if (!plan.lost.includes(slot) || this.#matters(vm) || this.#broken.has(plan) || !isPlaceable(vm)) return undefined;
    const { hosts } = this.world;
    let best = -1;
    let most = -Infinity;
    for (const other of hosts.slots()) {
      const free = hosts.freeBytes(other) - plan.reservedBytes(other);
      if (
        free <= most ||
        plan.lost.includes(other) ||
        !this.picker.allows(vm, other) ||
        !plan.leavesRoom(this.world, other, vm)
      )
        continue;
      best = other;
      most = free;
    }
    return best < 0 ? undefined : new Map(plan.targets).set(vm, best);
  }

  #displaced(plan: Contingency): Vm[] {
    return plan.lost.flatMap((slot) => {
      const { name } = this.world.hosts.spec(slot);
      return this.world.vmsOn(name).filter((vm) => this.world.placed.get(vm.key)?.host === name && isPlaceable(vm));
    });
  }

  #renew(plan: Contingency): boolean {
    const { targets } = restart(this.picker, plan.lost, this.#displaced(plan));
    if (targets) this.#set(plan, targets);
    return targets !== undefined;
  }

  #set(plan: Contingency, targets: Targets): void {
    for (const slot of plan.slots()) this.#leaning[slot]?.delete(plan);
    plan.set(targets);
    this.#broken.delete(plan);
    for (const slot of plan.slots()) this.#leaning[slot]?.add(plan);
  }

  /** What a pool does not tolerate already, before anything is placed. */
  #whyBroken(pool: string): Unabsorbed | undefined {
    const { hosts } = this.world;
    if (this.#refused?.pool === pool && this.#refused.changes === hosts.changes) return this.#refused.why;
    const failing = this.suspects(pool).find((plan) => !this.#renew(plan));
    if (failing === undefined) return undefined;
    const why = this.#why(failing);
    this.#refused = { pool, changes: hosts.changes, why };
    return why;
  }

  #why(plan: Contingency): Unabsorbed {
    const { left } = restart(this.picker, plan.lost, this.#displaced(plan));
    const { hosts } = this.world;
    return {
      lost: plan.lost.map((slot) => hosts.spec(slot).name),
      left: left.map(({ spec }) => `${spec.namespace}.${spec.name}`),
    };
  }
}
