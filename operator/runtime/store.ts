/**
 * A cache of one kind, fed by a Watcher. It finds objects by key and by named index, and tells
 * handlers which keys changed.
 *
 * A writer reads its own writes: what a write returned is given to `assume` and shown from then on,
 * until the watch has come as far. So a reconciler that runs again before that does not create an
 * object twice. A watch tells the changes of its kind in the order of their resource versions.
 * Hence one number, the version that the watch has come to, says for every write whether it is in
 * the cache already.
 */
import { compareResourceVersions, keyOf } from '../../common/kube/types';
import type { KubeObject } from '../../common/kube/types';
import { Watcher } from '../../common/kube/watcher';
import type { RelistCause, WatchEvent, WatcherOptions } from '../../common/kube/watcher';
import { survive, type OnFault } from '../../common/survive';
import type { IndexFunctions } from './store-index';
import { StoreObjects, type StoreChange } from './store-objects';
import { isNewer, versionOf } from './versions';

export type { IndexFunctions } from './store-index';
export type { StoreChange } from './store-objects';

/**
 * Should only enqueue keys, since it runs inside the stream of the watch. What it throws is
 * reported, and disturbs neither other handlers nor the watch.
 */
export type ChangeHandler<T> = (change: StoreChange<T>) => void;

export interface StoreOptions<T> {
  readonly indexes?: IndexFunctions<T>;
  /** Counts changes that only a relist found, although the watch should have told them. */
  readonly onMissedEvents?: (count: number) => void;
  /**
   * Hears what index functions and handlers throw. By default that becomes an uncaught exception,
   * once the work at hand is done.
   */
  readonly onFault?: OnFault;
}

const throwLater: OnFault = (_where, error) =>
  queueMicrotask(() => {
    throw error;
  });

export class Store<T extends KubeObject> {
  /** Resolves once the first list is in. */
  readonly synced: Promise<void>;
  private markSynced!: () => void;
  private isComplete = false;
  private changes = 0;
  private readonly objects: StoreObjects<T>;
  private readonly handlers = new Set<ChangeHandler<T>>();
  /** What a list that is being read has brought so far. */
  private listing: Map<string, T> | undefined;
  /** Keys assumed since that list began: the list may be older than they are. */
  private readonly assumedWhileListing = new Set<string>();
  /** The version up to which the watch has told everything. */
  private progress: string | undefined;

  private readonly onFault: OnFault;

  constructor(private readonly options: StoreOptions<T> = {}) {
    this.onFault = options.onFault ?? throwLater;
    this.objects = new StoreObjects(options.indexes ?? {}, this.onFault);
    this.synced = new Promise((resolve) => (this.markSynced = resolve));
  }

  /** Grows with every change, so that a snapshot can tell whether it is still good. */
  get generation(): number {
    return this.changes;
  }

  get size(): number {
    return this.objects.size;
  }

  /** True once the first list is in. */
  get isSynced(): boolean {
    return this.isComplete;
  }

  get(key: string): T | undefined {
    return this.objects.get(key);
  }

  /** The objects for which the index function gave `value`. Throws if there is no such index. */
  byIndex(index: string, value: string): T[] {
    return this.objects.byIndex(index, value);
  }

  all(): T[] {
    return this.objects.all();
  }

  /** Returns a function that takes the handler away again. */
  onChange(handler: ChangeHandler<T>): () => void {
    this.handlers.add(handler);
    return () => this.handlers.delete(handler);
  }

  /** Takes what a write returned. If the watch has come further, the cache knows better. */
  assume(object: T): void {
    const key = keyOf(object.metadata);
    const version = versionOf(object);
    const isPassed = this.progress !== undefined && compareResourceVersions(version, this.progress) <= 0;
    const present = this.objects.get(key);
    if (isPassed || (present !== undefined && !isNewer(object, present))) return;
    if (this.listing !== undefined) this.assumedWhileListing.add(key);
    this.tell(this.objects.put(key, object));
  }

  /** The sink for a Watcher's `onEvent`. */
  readonly apply = (event: WatchEvent<T>): void => {
    switch (event.type) {
      case 'init':
        this.listing = new Map();
        this.assumedWhileListing.clear();
        return;
      case 'page':
        for (const object of event.objects) this.listing?.set(keyOf(object.metadata), this.objects.same(object));
        return;
      case 'initDone':
        return this.swap(event.resourceVersion, event.cause);
      case 'bookmark':
        return this.advance(event.resourceVersion);
      case 'apply':
        return this.applyObject(event.object);
      case 'delete':
        return this.applyDelete(event.object);
    }
  };

  private applyObject(object: T): void {
    this.advance(versionOf(object));
    const key = keyOf(object.metadata);
    const present = this.objects.get(key);
    if (present !== undefined && isNewer(present, object)) return; // assumed, and further than the watch
    this.tell(this.objects.put(key, object));
  }

  private applyDelete(object: T): void {
    this.advance(versionOf(object));
    const key = keyOf(object.metadata);
    const present = this.objects.get(key);
    const isSuccessor =
      present !== undefined && present.metadata.uid !== object.metadata.uid && isNewer(present, object);
    if (!isSuccessor) this.tell(this.objects.remove(key));
  }

  /** A whole list replaces everything at once. Handlers see the world after it. */
  private swap(resourceVersion: string, cause: RelistCause): void {
    const listing = this.listing ?? new Map<string, T>();
    this.listing = undefined;
    if (this.isComplete && cause !== 'wentBack') this.reportMissed(listing);
    const changes: StoreChange<T>[] = [];
    for (const [key, present] of this.objects.entries()) {
      if (!listing.has(key) && !this.isBeyond(key, present, resourceVersion)) changes.push(...this.objects.remove(key));
    }
    for (const [key, object] of listing) {
      const present = this.objects.get(key);
      const isAssumed = present !== undefined && this.assumedWhileListing.has(key) && isNewer(present, object);
      if (!isAssumed) changes.push(...this.objects.put(key, object));
    }
    this.assumedWhileListing.clear();
    this.progress = resourceVersion;
    this.isComplete = true;
    this.markSynced();
    this.tell(changes);
  }

  /** Whether the object was written while the list was read, and after it. */
  private isBeyond(key: string, present: T, listVersion: string): boolean {
    return this.assumedWhileListing.has(key) && compareResourceVersions(versionOf(present), listVersion) > 0;
  }

  private reportMissed(listing: ReadonlyMap<string, T>): void {
    let missed = 0;
    for (const [key, object] of listing) {
      const present = this.objects.get(key);
      const wasDue = compareResourceVersions(versionOf(object), this.progress) < 0;
      if (wasDue && (present === undefined || isNewer(object, present))) missed += 1;
    }
    if (missed > 0) survive('handler', this.onFault, () => this.options.onMissedEvents?.(missed));
  }

  private advance(version: string | undefined): void {
    if (this.progress === undefined || compareResourceVersions(version, this.progress) > 0) this.progress = version;
  }

  private tell(changes: readonly StoreChange<T>[]): void {
    this.changes += changes.length;
    for (const change of changes) {
      for (const handler of this.handlers) survive('handler', this.onFault, () => handler(change));
    }
  }
}

/** A watcher that fills `store`. The caller runs and stops it. */
export function reflect<T extends KubeObject>(
  store: Store<T>,
  options: Omit<WatcherOptions<T>, 'onEvent'>,
): Watcher<T> {
  return new Watcher({ ...options, onEvent: store.apply });
}
