/**
 * Keeps account of deleted XenVMs for the brake (operator/plan/brake.ts). It lives as long as the
 * process and not just for one term of leadership, so a new leader knows what it saw while it stood
 * by.
 *
 * A deletion first waits a moment, since the first of many looks like any other. It goes on once no
 * more of them come.
 */
import type { XenVM } from '../../crds/generated/types';
import { keyOf } from '../../common/kube/types';
import { BRAKE_LIFTED_UNTIL, hostNamespace } from '../../common/names';
import type { Clock, Timer } from '../../common/ports';
import {
  ALL_OPEN,
  closedFor,
  closedMessage,
  isAtStake,
  isClosed,
  isOff,
  judgeDeletions,
  liftedUntilMs,
  OPEN,
  unreadableLift,
  wasHeld,
  type Annotations,
  type BrakeLimits,
  type BrakeState,
  type BrakeWord,
} from '../plan/brake';
import { uuidOf } from '../plan/vm/resolve';
import type { StoreChange } from '../runtime/store';
import type { Caches } from './frame/caches';
import { sides } from './frame/watch';

export interface BrakeOptions {
  readonly caches: Caches;
  readonly clock: Clock;
  readonly limits: BrakeLimits;
  /** The operator's own namespace: an annotation there lifts the brake for the whole fleet. */
  readonly systemNamespace: string;
  /** Called when the brake closes or opens, or when more VMs wait; for metrics and the log. */
  readonly onState: (state: BrakeState, held: number) => void;
}

/** A deletion goes on once no other XenVM was deleted for this long … */
const QUIET_MS = 2000;
/** … or after this time, even if more deletions come. */
const PATIENCE_MS = 10_000;

interface Noted {
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly atMs: number;
  /** By the monotonic clock. */
  readonly seenMs: number;
}

const isDeleted = ({ metadata }: XenVM): boolean => metadata.deletionTimestamp !== undefined;

export class Brake {
  readonly #options: BrakeOptions;
  /** Deletions by UID. One is forgotten when its object is gone and the window has passed. */
  readonly #noted = new Map<string, Noted>();
  /** UIDs of VMs whose conditions say that an earlier leader held them up. */
  readonly #inherited = new Set<string>();
  readonly #listeners = new Set<(keys: readonly string[]) => void>();
  readonly #undo: (() => void)[];
  #state = ALL_OPEN;
  #isDirty = false;
  #lastSeenMs = -Infinity;
  #timer: Timer | undefined;
  /** How many VMs have a host, by namespace. */
  readonly #claimed = new Map<string, number>();

  constructor(options: BrakeOptions) {
    this.#options = options;
    const { vms, namespaces } = options.caches;
    this.#undo = isOff(options.limits)
      ? []
      : [
          vms.onChange((change) => this.#onVm(change)),
          namespaces.onChange((change) => {
            const [word, other] = sides(change).map(({ metadata }) => metadata.annotations?.[BRAKE_LIFTED_UNTIL]);
            if (word !== other) this.#look({ atOnce: true });
          }),
        ];
    // Whether the first list comes before or after this moment is the API server's to say.
    if (!isOff(options.limits))
      for (const vm of vms.all()) this.#onVm({ type: 'added', key: keyOf(vm.metadata), object: vm });
  }

  /** Calls with the keys of the waiting VMs when its answer may be another. Returns the undo. */
  onChange(listener: (keys: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  stop(): void {
    this.#timer?.cancel();
    for (const undo of this.#undo.splice(0)) undo();
  }

  /** What the brake says of a VM that is being deleted. */
  of(vm: XenVM): BrakeWord {
    const { limits, systemNamespace: system, clock } = this.#options;
    const { namespace = '', uid = '' } = vm.metadata;
    if (isOff(limits) || this.#isLifted(namespace)) return OPEN;
    if (this.#isDirty && closedFor(this.#state, namespace) === undefined) this.#judge();
    const closed = closedFor(this.#state, namespace);
    if (closed !== undefined) {
      const unread = [namespace, system].map((name) => unreadableLift(this.#annotations(name))).find(Boolean);
      return { state: 'closed', message: closedMessage(closed, limits, { namespace, system, unread }) };
    }
    const noted = this.#noted.get(uid);
    if (noted === undefined || this.#goesOnAtMs(noted) <= clock.monotonicMs()) return OPEN;
    return { state: 'gathering', message: 'looking for a moment whether it is one of many that are deleted at once' };
  }

  #onVm(change: StoreChange<XenVM>): void {
    if (change.type !== 'added') this.#count(change.old, -1);
    if (change.type !== 'deleted') this.#count(change.object, 1);
    if (change.type === 'deleted') {
      if (this.#noted.has(change.old.metadata.uid ?? '')) this.#arm(QUIET_MS);
      return;
    }
    const { object } = change;
    if (change.type === 'added') {
      if (isDeleted(object) && isAtStake(object)) this.#note(object);
      if (wasHeld(object)) this.#inherited.add(object.metadata.uid ?? '');
    } else if (isDeleted(object) && !isDeleted(change.old) && isAtStake(change.old)) {
      this.#note(object);
    }
  }

  #count({ metadata: { namespace = '' }, status }: XenVM, step: 1 | -1): void {
    if (status?.placement === undefined) return;
    const count = (this.#claimed.get(namespace) ?? 0) + step;
    if (count === 0) this.#claimed.delete(namespace);
    else this.#claimed.set(namespace, count);
  }

  #note({ metadata }: XenVM): void {
    const { namespace = '', uid = '', deletionTimestamp = '' } = metadata;
    const seenMs = this.#options.clock.monotonicMs();
    this.#noted.set(uid, { key: keyOf(metadata), uid, namespace, atMs: Date.parse(deletionTimestamp), seenMs });
    this.#lastSeenMs = seenMs;
    this.#isDirty = true;
    this.#arm(QUIET_MS);
  }

  #goesOnAtMs({ seenMs }: Noted): number {
    return Math.min(this.#lastSeenMs + QUIET_MS, seenMs + PATIENCE_MS);
  }

  #arm(delayMs: number): void {
    this.#timer ??= this.#options.clock.setTimer(delayMs, () => {
      this.#timer = undefined;
      this.#look();
    });
  }

  /** Judges anew if that can matter, and tells the listeners of all VMs that wait. */
  #look({ atOnce = false } = {}): void {
    const { caches, clock } = this.#options;
    if (!caches.namespaces.isSynced || !caches.domains.isSynced) return this.#arm(QUIET_MS);
    const nowMs = clock.monotonicMs();
    const waiting = [...this.#noted.values()].filter((noted) => this.#waits(noted));
    const settledAtMs = this.#lastSeenMs + QUIET_MS;
    // While more deletions come, a new count would only be reported again and again.
    if (atOnce || !isClosed(this.#state) || settledAtMs <= nowMs) this.#judge();
    for (const listener of this.#listeners) listener(waiting.map(({ key }) => key));
    const nextMs = [settledAtMs, ...waiting.map((noted) => this.#goesOnAtMs(noted))].filter((atMs) => atMs > nowMs);
    if (nextMs.length > 0) this.#arm(Math.min(...nextMs) - nowMs);
  }

  #judge(): void {
    const { limits, onState } = this.#options;
    this.#isDirty = false;
    this.#forget();
    const claimed = new Map(this.#claimed);
    const deletions = [...this.#noted.values()].map((noted) => {
      const { namespace, atMs, uid } = noted;
      if (this.#present(noted) === undefined) claimed.set(namespace, (claimed.get(namespace) ?? 0) + 1);
      return { namespace, atMs, waits: this.#waits(noted), wasHeld: this.#inherited.has(uid) };
    });
    const before = this.#state;
    this.#state = judgeDeletions(deletions, claimed, limits);
    if (!isClosed(before) && !isClosed(this.#state)) return;
    onState(this.#state, deletions.filter((one) => one.waits && closedFor(this.#state, one.namespace)).length);
  }

  /** Drops deletions that are done and older than the window, and those that were let go. */
  #forget(): void {
    const { clock, limits } = this.#options;
    const nowMs = clock.monotonicMs();
    for (const noted of this.#noted.values()) {
      const isLifted = this.#isLifted(noted.namespace);
      const isPast = this.#present(noted) === undefined && nowMs - noted.seenMs > limits.windowMs;
      if (isPast || isLifted) this.#noted.delete(noted.uid);
      // An administrator has looked at what was held up before: the rest is judged by itself.
      if (isLifted) this.#inherited.clear();
    }
  }

  #isLifted(namespace: string): boolean {
    const { clock, systemNamespace } = this.#options;
    return [namespace, systemNamespace].some((name) => {
      const untilMs = liftedUntilMs(this.#annotations(name));
      return untilMs !== undefined && clock.wallMs() < untilMs;
    });
  }

  #annotations(namespace: string): Annotations {
    return this.#options.caches.namespaces.get(namespace)?.metadata.annotations;
  }

  #present({ key, uid }: Noted): XenVM | undefined {
    const vm = this.#options.caches.vms.get(key);
    return vm?.metadata.uid === uid ? vm : undefined;
  }

  /** The VM is still there, and its order does not yet say Absent. */
  #waits(noted: Noted): boolean {
    const vm = this.#present(noted);
    const host = vm?.status?.placement?.host;
    if (vm === undefined || host === undefined) return false;
    const order = this.#options.caches.domains.get(`${hostNamespace(host)}/${uuidOf(vm)}`);
    return order?.spec.desired !== 'Absent';
  }
}
