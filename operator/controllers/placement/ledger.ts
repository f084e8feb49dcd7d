/**
 * Keeps the scheduler's picture equal to the caches: what changed is marked, and is brought over
 * right before the next question.
 *
 *     decided ──assume──▶ counted on its host ──write ended──▶ settle ──flush──▶ counted as cached
 *                         (and on the host that it leaves)
 *
 * An object that cannot be read disturbs no other: it is reported once, what was counted for it
 * stays, and everything else goes on.
 */
import type { XenDomain, XenVM } from '../../../crds/generated/types';
import { keyOf } from '../../../common/kube/types';
import { claimedOrder, hostSnapshot, vmSnapshot } from '../../plan/snapshot/fleet';
import { specOf } from '../../plan/snapshot/vm';
import { poolPolicy } from '../../plan/pool/pool';
import { covers, grown, heldBy, wantedReservation, type Reservation } from '../../plan/vm/reservation';
import type { Resolution } from '../../plan/vm/resolve';
import { sameSpec } from '../../plan/same';
import { Scheduler, type HostState, type VmSpec } from '../../../scheduler';
import type { HostDirectory } from '../frame/host-directory';
import type { VmFactsSource } from './facts-source';
import { Gains } from './gains';
import { LedgerMarks, type MarkedKind } from './ledger-marks';
import type { Caches } from '../frame/caches';

/** What a VM asks of the scheduler, and what its claim will reserve. */
export interface Ask {
  readonly spec: VmSpec;
  readonly reserved: Reservation;
}

/** Called once for every change of an object that cannot be read. */
export type OnUnread = (kind: MarkedKind, key: string, error: unknown) => void;

/** A VM whose spec cannot be read is counted by its claim, its order and its host's report. */
const UNREAD: Resolution = { problem: { reason: 'Pending', message: 'the spec cannot be read' } };

export class Ledger {
  readonly scheduler = new Scheduler({ hosts: [], vms: [] });
  readonly gains = new Gains();
  readonly #caches: Caches;
  readonly #directory: HostDirectory;
  readonly #facts: VmFactsSource;
  readonly #onUnread: OnUnread;
  readonly #marks: LedgerMarks;
  /** Objects that could not be read when they last changed. */
  readonly #unread = new Set<string>();
  /** UID by VM key, to forget a VM whose object is gone. */
  readonly #uids = new Map<string, string>();
  readonly #known = new Map<string, HostState>();
  /** What the scheduler was told of each VM, by UID. */
  readonly #counted = new Map<string, { readonly spec: VmSpec; readonly host: string }>();
  /** Claims that are being written: counted already, not yet in the cache. */
  readonly #assumed = new Map<string, { readonly host: string; readonly reserved: Reservation }>();

  constructor(caches: Caches, directory: HostDirectory, facts: VmFactsSource, onUnread: OnUnread = () => undefined) {
    this.#caches = caches;
    this.#directory = directory;
    this.#facts = facts;
    this.#onUnread = onUnread;
    this.#marks = new LedgerMarks(caches);
  }

  stop(): void {
    this.#marks.stop();
  }

  /** How many objects could not be read. */
  get unread(): number {
    return this.#unread.size;
  }

  markHost(name: string): void {
    this.#marks.host(name);
  }

  /** While the claim is written, until `settle`, this host and the old one count the VM. */
  assume(vm: XenVM, host: string, reserved: Reservation): void {
    this.#assumed.set(vm.metadata.uid ?? '', { host, reserved });
    this.#bringVm(keyOf(vm.metadata));
  }

  /** The write ended; from now on the cache says what counts. */
  settle(vm: XenVM): void {
    this.#assumed.delete(vm.metadata.uid ?? '');
    this.#marks.vm(keyOf(vm.metadata));
  }

  /**
   * What a claim on a new host would reserve. Undefined while a name in the spec does not resolve,
   * as such a VM has no size.
   */
  placing(vm: XenVM): Ask | undefined {
    const resolution = this.#facts.resolutionOf(vm);
    if ('problem' in resolution) return undefined;
    const { wanted } = resolution;
    const order = this.#orderOf(vm);
    const asked = wantedReservation(wanted);
    const held = heldBy(vm, order, wanted);
    // A VM that waits for room to grow moves with what it has, and asks for the rest there.
    const isMove = vm.status?.placement !== undefined;
    const reserved = isMove && !covers(held, asked) ? held : asked;
    return { spec: specOf(vm, wanted, order, reserved), reserved };
  }

  /** What the claim would reserve once the VM has grown where it is. */
  growing(vm: XenVM): Ask | undefined {
    const resolution = this.#facts.resolutionOf(vm);
    if ('problem' in resolution) return undefined;
    const order = this.#orderOf(vm);
    const reserved = grown(heldBy(vm, order, resolution.wanted), order, resolution.wanted);
    return { spec: vmSnapshot(this.#facts.objects, vm, resolution, reserved), reserved };
  }

  /** Brings over all changes. */
  flush(): void {
    this.#bring('XenPool', (name) => this.#bringPool(name));
    this.#bring('XenHost', (name) => this.#bringHost(name));
    this.#bring('XenVM', (key) => this.#bringVm(key));
  }

  #bring(kind: MarkedKind, bring: (key: string) => void): void {
    for (const key of this.#marks.take(kind)) {
      this.#unread.delete(`${kind} ${key}`);
      try {
        bring(key);
      } catch (error) {
        this.#noteUnread(kind, key, error);
        if (kind === 'XenHost') this.#closeHost(key);
      }
    }
  }

  #noteUnread(kind: MarkedKind, key: string, error: unknown): void {
    this.#unread.add(`${kind} ${key}`);
    this.#onUnread(kind, key, error);
  }

  /** From now on nothing more is placed on the host, whatever its state is. */
  #closeHost(name: string): void {
    const known = this.#known.get(name);
    if (known === undefined) return;
    const closed = { ...known, ready: false, notReadyReason: 'its XenHost or its report cannot be read' };
    this.scheduler.updateHost(closed);
    this.#known.set(name, closed);
  }

  #bringPool(name: string): void {
    this.scheduler.updatePool(poolPolicy(name, this.#caches.pools.get(name)));
    this.gains.note();
  }

  #bringHost(name: string): void {
    const host = this.#caches.hosts.get(name);
    const view = this.#directory.view(name);
    if (host === undefined || view === undefined) {
      this.scheduler.removeHost(name);
      this.#known.delete(name);
      this.gains.note();
      return;
    }
    const state = hostSnapshot(this.#facts.objects, host, view);
    const before = this.#known.get(name);
    this.scheduler.updateHost(state);
    this.gains.host(before, state);
    this.#known.set(name, state);
    if (before !== undefined) return;
    for (const vm of this.#caches.vms.byIndex('host', name)) this.#marks.vm(keyOf(vm.metadata));
  }

  #orderOf(vm: XenVM): XenDomain | undefined {
    return claimedOrder(this.#facts.objects, vm);
  }

  #bringVm(key: string): void {
    const vm = this.#caches.vms.get(key);
    const uid = vm?.metadata.uid;
    const before = this.#uids.get(key);
    if (before !== undefined && before !== uid) this.#forget(before);
    if (vm === undefined || uid === undefined) {
      this.#uids.delete(key);
      return;
    }
    this.#uids.set(key, uid);
    const homes = [this.#assumed.get(uid)?.host, vm.status?.placement?.host].filter((host) => host !== undefined);
    const [host, leaves] = [...new Set(homes)].filter((name) => this.#known.has(name));
    if (host === undefined) this.#forget(uid);
    else this.#count(uid, this.#specOf(key, vm, leaves), host);
  }

  #specOf(key: string, vm: XenVM, leaves: string | undefined): VmSpec {
    let resolution = UNREAD;
    try {
      resolution = this.#facts.resolutionOf(vm);
    } catch (error) {
      this.#noteUnread('XenVM', key, error);
    }
    const assumed = this.#assumed.get(vm.metadata.uid ?? '')?.reserved;
    const spec = vmSnapshot(this.#facts.objects, vm, resolution, assumed);
    return leaves === undefined ? spec : { ...spec, inboundHost: leaves };
  }

  #count(uid: string, spec: VmSpec, host: string): void {
    const before = this.#counted.get(uid);
    if (before !== undefined && before.host === host && sameSpec(before.spec, spec)) return;
    this.#counted.set(uid, { spec, host });
    this.scheduler.assume(spec, host);
    this.gains.vm(before, { spec, host });
  }

  #forget(uid: string): void {
    this.scheduler.forget(uid);
    if (this.#counted.delete(uid)) this.gains.note();
  }
}
