/** A cache of one kind, fed by a Watcher: get by key, by named index; tells handlers which keys changed. */
import type { WatchEvent } from '../../common/kube/watcher';
import type { KubeObject } from '../../common/kube/types';

export type IndexFunctions<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** One change. An object replaced by another of the same name (other uid) comes as `deleted`, then `added`. */
export type StoreChange<T> =
  | { readonly type: 'added'; readonly key: string; readonly object: T }
  | { readonly type: 'updated'; readonly key: string; readonly object: T; readonly old: T }
  | { readonly type: 'deleted'; readonly key: string; readonly old: T };

/** Enqueue keys, nothing else. */
export type ChangeHandler<T> = (change: StoreChange<T>) => void;

export interface StoreOptions<T> {
  readonly indexes?: IndexFunctions<T>;
  /** Changes that a safety relist found and the watch had not told. */
  readonly onMissedEvents?: (count: number) => void;
}

export class Store<T extends KubeObject> {
  constructor(readonly options: StoreOptions<T> = {}) {}
  /** Grows with every change, so that a snapshot can tell whether it is still good. */
  get generation(): number {
    throw new Error('to come');
  }
  get size(): number {
    throw new Error('to come');
  }
  /** True once the first list is in. */
  get isSynced(): boolean {
    throw new Error('to come');
  }
  /** Resolves once the first list is in. */
  get synced(): Promise<void> {
    throw new Error('to come');
  }
  get(_key: string): T | undefined {
    throw new Error('to come');
  }
  byIndex(_index: string, _value: string): T[] {
    throw new Error('to come');
  }
  all(): T[] {
    throw new Error('to come');
  }
  /** Returns what takes the handler away again. */
  onChange(_handler: ChangeHandler<T>): () => void {
    throw new Error('to come');
  }
  /** What a write returned: shown from now on, until the watch brings the same or something newer. So nothing is created twice. */
  assume(_object: T): void {
    throw new Error('to come');
  }
  /** The sink for a Watcher's `onEvent`. */
  readonly apply = (_event: WatchEvent<T>): void => {
    throw new Error('to come');
  };
}
