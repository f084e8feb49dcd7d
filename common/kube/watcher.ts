/** List and watch one kind for ever, as a state machine (model: kube-rs' watcher). */
import type { Clock, Random } from '../ports';
import type { KubeClient } from './client';
import type { KubeObject, ListScope, ResourceType } from './types';

/** Why everything was listed anew. */
export type RelistCause = 'start' | 'expired' | 'forced' | 'periodic' | 'unreadable' | 'wentBack';

/**
 * What the watcher tells, in order. Between `init` and `initDone` come `page`s only; at `initDone` everything that was in no page is gone.
 */
export type WatchEvent<T> =
  | { readonly type: 'init'; readonly cause: RelistCause }
  | { readonly type: 'page'; readonly objects: readonly T[] }
  | { readonly type: 'initDone'; readonly resourceVersion: string; readonly cause: RelistCause }
  | { readonly type: 'apply'; readonly object: T }
  | { readonly type: 'delete'; readonly object: T }
  | { readonly type: 'bookmark'; readonly resourceVersion: string };

export type WatcherState = 'empty' | 'paging' | 'listed' | 'checking' | 'watching' | 'backingOff' | 'stopped';

export interface WatcherOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly type: ResourceType<T>;
  readonly scope?: ListScope;
  readonly clock: Clock;
  readonly random: Random;
  /** Must be quick and must not throw: it runs inside the stream. */
  readonly onEvent: (event: WatchEvent<T>) => void;
  /** Drops what nobody reads before anything is stored; default: managedFields. */
  readonly trim?: (object: T) => T;
  /** Seconds, drawn per watch from this range; default 240–290. */
  readonly serverTimeoutSeconds?: readonly [number, number];
  /** A list without need, as a safety net, so many milliseconds after the last; default 45 minutes, 0 = never. */
  readonly relistEveryMs?: number;
  readonly onState?: (state: WatcherState, error?: unknown) => void;
}

export class Watcher<T extends KubeObject> {
  constructor(readonly options: WatcherOptions<T>) {}

  get state(): WatcherState {
    throw new Error('to come');
  }

  /** Begins; the promise ends after `stop()`. Never rejects. */
  run(): Promise<void> {
    throw new Error('to come');
  }

  /** Drops the watch and lists everything anew; resolves at the `initDone` of a list that began after this call. */
  relist(): Promise<void> {
    throw new Error('to come');
  }

  stop(): Promise<void> {
    throw new Error('to come');
  }
}
