/** What a watcher takes and tells. */
import type { Clock, Random } from '../ports';
import type { OnFault } from '../survive';
import type { KubeClient } from './client';
import type { KubeObject, ListScope, ResourceType } from './types';

/** Why everything was listed anew. */
export type RelistCause = 'start' | 'expired' | 'forced' | 'periodic' | 'unreadable' | 'wentBack' | 'broken';

/**
 * What the watcher tells, in order. Between `init` and `initDone` come `page`s only; at `initDone`
 * everything that was in no page is gone. An `init` without its `initDone` is taken back by the
 * next `init`.
 */
export type WatchEvent<T> =
  | { readonly type: 'init'; readonly cause: RelistCause }
  | { readonly type: 'page'; readonly objects: readonly T[] }
  | { readonly type: 'initDone'; readonly resourceVersion: string; readonly cause: RelistCause }
  | { readonly type: 'apply'; readonly object: T }
  | { readonly type: 'delete'; readonly object: T }
  | { readonly type: 'bookmark'; readonly resourceVersion: string };

export type WatcherState = 'empty' | 'paging' | 'checking' | 'watching' | 'backingOff' | 'stopped';

export interface WatcherOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly type: ResourceType<T>;
  readonly scope?: ListScope;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Must be quick and must not throw: it runs inside the stream. If it throws, everything is listed
   * anew after a delay.
   */
  readonly onEvent: (event: WatchEvent<T>) => void;
  /**
   * Drops what nobody reads before anything is stored; default: managedFields and the last-applied
   * annotation.
   */
  readonly trim?: (object: T) => T;
  /**
   * Seconds after which the server ends a watch, drawn per watch from this range; default 240–290.
   */
  readonly serverTimeoutSeconds?: readonly [number, number];
  /**
   * Silence after which a watch is taken for dead; default 130 000 (bookmarks come every minute),
   * or the server's timeout and 5 s.
   */
  readonly idleMs?: number;
  /** A watch that lived so long was a good one; default 10 000. */
  readonly healthyMs?: number;
  /**
   * A list without need, as a safety net, so many milliseconds after the last; default 45 minutes,
   * 0 = never.
   */
  readonly relistEveryMs?: number;
  /**
   * Lists everything after a watch that broke, in place of the look whether the server went back. A
   * restored server may have overtaken us by then, and its history is another one: then an object
   * that was changed in between is never told. For lists that are as small as the look.
   */
  readonly listsWhenBroken?: boolean;
  readonly onState?: (state: WatcherState, error?: Error) => void;
  /** Hears what `onEvent` threw, with its stack. */
  readonly onFault?: OnFault;
}
