/** The objects of a cache with their indexes, and the changes that an exchange of one makes. */
import { intern } from '../../common/intern';
import { keyOf, type KubeObject } from '../../common/kube/types';
import type { OnFault } from '../../common/survive';
import { StoreIndex, type IndexFunctions } from './store-index';
import { isSameState, versionOf } from './versions';

/** One change. An object replaced under its name (other UID) makes `deleted`, then `added`. */
export type StoreChange<T> =
  | { readonly type: 'added'; readonly key: string; readonly object: T }
  | { readonly type: 'updated'; readonly key: string; readonly object: T; readonly old: T }
  | { readonly type: 'deleted'; readonly key: string; readonly old: T };

export class StoreObjects<T extends KubeObject> {
  readonly #byKey = new Map<string, T>();
  readonly #index: StoreIndex<T>;

  constructor(indexes: IndexFunctions<T>, onFault: OnFault) {
    this.#index = new StoreIndex(indexes, onFault);
  }

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }

  all(): T[] {
    return [...this.#byKey.values()];
  }

  entries(): IterableIterator<[string, T]> {
    return this.#byKey.entries();
  }

  /** The objects for which the index function gave `value`. Throws if there is no such index. */
  byIndex(index: string, value: string): T[] {
    return this.#index
      .keys(index, value)
      .map((key) => this.#byKey.get(key))
      .filter((object) => object !== undefined);
  }

  /**
   * The object of that state that is here already, so that a list anew does not double the memory.
   */
  same(object: T): T {
    const present = this.#byKey.get(keyOf(object.metadata));
    return present !== undefined && isSameState(present, object) ? present : object;
  }

  put(key: string, object: T): StoreChange<T>[] {
    const old = this.#byKey.get(key);
    if (old === undefined) {
      const kept = intern(key);
      this.#byKey.set(kept, object);
      this.#index.add(kept, object);
      return [{ type: 'added', key: kept, object }];
    }
    if (old === object) return [];
    if (old.metadata.uid !== object.metadata.uid) return [...this.remove(key), ...this.put(key, object)];
    this.#index.remove(key, old);
    this.#byKey.set(key, object);
    this.#index.add(key, object);
    const isSame = versionOf(old) !== undefined && versionOf(old) === versionOf(object);
    return isSame ? [] : [{ type: 'updated', key, object, old }];
  }

  remove(key: string): StoreChange<T>[] {
    const old = this.#byKey.get(key);
    if (old === undefined) return [];
    this.#byKey.delete(key);
    this.#index.remove(key, old);
    return [{ type: 'deleted', key, old }];
  }
}
