/**
 * Watches as data: which changes lead to a look at which objects of one kind. A kind lists its own
 * beside its controller (`<kind>/watches.ts`); `kind.ts` listens.
 */
import type { KubeObject } from '../../../common/kube/types';
import type { Store, StoreChange } from '../../runtime/store';
import type { Cached, CacheName, Caches } from './caches';
import type { HostViews } from './host-views';

export interface Sources {
  readonly caches: Caches;
  readonly views: HostViews;
}

/** `delayMs`: all changes within this time lead to one look. */
export type Enqueue = (key: string, delayMs: number) => void;

export interface Watch {
  /** Returns the undo. */
  readonly listen: (sources: Sources, enqueue: Enqueue) => () => void;
}

/** The keys of this kind that a change of an object in `cache` concerns. */
export function watch<K extends CacheName>(
  cache: K,
  keys: (change: StoreChange<Cached<K>>, caches: Caches) => Iterable<string>,
  delayMs = 0,
): Watch {
  return {
    listen: ({ caches }, enqueue) => {
      const store = caches[cache] as unknown as Store<KubeObject>;
      return store.onChange((change) => {
        for (const key of keys(change as unknown as StoreChange<Cached<K>>, caches)) enqueue(key, delayMs);
      });
    },
  };
}

/** The changed object itself. */
export const watchSelf = (cache: CacheName): Watch => watch(cache, ({ key }) => [key]);

/** The keys of this kind that depend on how a host looks. A host that falls silent counts, too. */
export function watchViews(keys: (host: string, caches: Caches) => Iterable<string>): Watch {
  return {
    listen: ({ caches, views }, enqueue) =>
      views.onChange((host) => {
        for (const key of keys(host, caches)) enqueue(key, 0);
      }),
  };
}

/** The object before and after a change; one of them if it was added or deleted. */
export function sides<T>(change: StoreChange<T>): T[] {
  if (change.type === 'updated') return [change.old, change.object];
  return [change.type === 'added' ? change.object : change.old];
}
