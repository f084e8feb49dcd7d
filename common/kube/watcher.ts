/**
 * List and watch one kind for ever, as a state machine: one function per step, errors are states,
 * nothing ends it but stop().
 *
 *      ┌──────────────────────────────────────────────────────────────┐
 *      ▼                      410, unreadable, relist(), periodic     │
 *    empty ──► paging ──────────────────────────────────► watching ───┤
 *      ▲         │  last page                              ▲    │     │
 *      │         │                            not older    │    │ ended too early, cut, silent
 *      │         │                                         │    ▼     │
 *      └─────────┼────────────── the server went back ── checking     │
 *                │                                          │         │
 *                └── any failure: backingOff, then back ◄───┴─────────┘
 *
 * `checking` asks for one object, to compare resource versions: an API server whose etcd was
 * restored from a backup would let us watch from a version it has not reached yet, and stay silent
 * about all it does until then. Delays double from failure to failure, and only a watch that lived
 * for a while makes them start anew.
 */
import { backoffMs } from './backoff';
import { sleep } from './clock';
import { KubeError, isKubeError } from './errors';
import { PageLimit } from './page-limit';
import { RelistRequests } from './relist-requests';
import { compareResourceVersions } from './types';
import type { KubeObject } from './types';
import { dropUnread } from './watch-line';
import { watchOnce } from './watch-once';
import type { WatchOutcome } from './watch-once';
import type { RelistCause, WatcherOptions, WatcherState } from './watch-types';

export type { RelistCause, WatchEvent, WatcherOptions, WatcherState } from './watch-types';

type State =
  | { readonly name: 'empty'; readonly cause: RelistCause }
  | { readonly name: 'paging'; readonly cause: RelistCause; readonly continueToken?: string }
  | { readonly name: 'checking'; readonly resourceVersion: string }
  | { readonly name: 'watching'; readonly resourceVersion: string }
  | { readonly name: 'backingOff'; readonly delayMs: number; readonly next: State };

const LIST_DEADLINE_MS = 60_000;
const BACKOFF_BASE_MS = 250;
const BACKOFF_MAX_MS = 30_000;
const RELIST_EVERY_MS = 45 * 60_000;

export class Watcher<T extends KubeObject> {
  private current: WatcherState = 'stopped';
  private running: Promise<void> | undefined;
  private stopping = false;
  private interrupt = new AbortController();
  private failures = 0;
  private relistDueMs = Infinity;
  private readonly relists = new RelistRequests();
  private readonly pageLimit = new PageLimit();

  constructor(private readonly options: WatcherOptions<T>) {}

  get state(): WatcherState {
    return this.current;
  }

  /** Begins; the promise ends after `stop()`. */
  run(): Promise<void> {
    this.running ??= this.loop();
    return this.running;
  }

  /**
   * Drops the watch and lists everything anew; resolves at the `initDone` of a list that began
   * after this call; rejects at `stop()`.
   */
  relist(): Promise<void> {
    // A server that asked for patience gets it.
    if (this.current !== 'backingOff') this.interrupt.abort();
    return this.relists.ask();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.interrupt.abort();
    await this.running?.catch(() => undefined); // whoever runs it hears of it
  }

  private async loop(): Promise<void> {
    let state: State = { name: 'empty', cause: 'start' };
    try {
      while (!this.stopping) {
        this.enter(state.name);
        state = await this.survivingStep(state);
        if (this.relists.isPending && state.name !== 'backingOff') state = { name: 'empty', cause: 'forced' };
      }
    } finally {
      this.enter('stopped');
      this.relists.close(new KubeError('aborted', `the watch of ${this.options.type.plural} was stopped`));
    }
  }

  private enter(name: WatcherState, error?: Error): void {
    if (name === this.current && error === undefined) return;
    this.current = name;
    this.options.onState?.(name, error);
  }

  /**
   * Whoever listens may have a bug; what it knows is in doubt then, so it hears everything anew.
   */
  private async survivingStep(state: State): Promise<State> {
    try {
      return await this.step(state);
    } catch (error) {
      this.options.onFault?.('watch', error);
      const why = new KubeError('other', `watch of ${this.options.type.plural}: what listens to it failed`, {
        cause: error,
      });
      return this.failed(why, { name: 'empty', cause: 'forced' });
    }
  }

  private step(state: State): Promise<State> | State {
    if (this.interrupt.signal.aborted) this.interrupt = new AbortController();
    switch (state.name) {
      case 'empty':
        return this.stepEmpty(state.cause);
      case 'paging':
        return this.stepPaging(state);
      case 'checking':
        return this.stepChecking(state.resourceVersion);
      case 'watching':
        return this.stepWatching(state.resourceVersion);
      case 'backingOff':
        return this.stepBackingOff(state);
    }
  }

  private stepEmpty(cause: RelistCause): State {
    this.relists.begin();
    this.options.onEvent({ type: 'init', cause });
    return { name: 'paging', cause };
  }

  private async stepPaging(state: State & { name: 'paging' }): Promise<State> {
    const { client, type, scope, onEvent, trim = dropUnread } = this.options;
    const { cause, continueToken } = state;
    const query = { ...scope, limit: this.pageLimit.current, ...(continueToken !== undefined && { continueToken }) };
    let page;
    try {
      page = await client.listPage(type, query, { deadlineMs: LIST_DEADLINE_MS, signal: this.interrupt.signal });
    } catch (error) {
      return this.pageLimit.shrink(error) ? state : this.failed(error, { name: 'empty', cause });
    }
    onEvent({ type: 'page', objects: page.items.map(trim) });
    if (page.continueToken !== undefined) return { name: 'paging', cause, continueToken: page.continueToken };
    this.pageLimit.grow();
    this.relistDueMs = this.nextRelistMs();
    onEvent({ type: 'initDone', resourceVersion: page.resourceVersion, cause });
    this.relists.finish();
    return { name: 'watching', resourceVersion: page.resourceVersion };
  }

  /**
   * Watches that began together, of all kinds and in all agents, do not list everything anew
   * together.
   */
  private nextRelistMs(): number {
    const { clock, random, relistEveryMs = RELIST_EVERY_MS } = this.options;
    if (relistEveryMs === 0) return Infinity;
    return clock.monotonicMs() + relistEveryMs * (0.75 + 0.25 * random.next());
  }

  private async stepChecking(resourceVersion: string): Promise<State> {
    const { client, type, scope } = this.options;
    try {
      const query = { ...scope, limit: 1 };
      const page = await client.listPage(type, query, { deadlineMs: LIST_DEADLINE_MS, signal: this.interrupt.signal });
      const wentBack = compareResourceVersions(page.resourceVersion, resourceVersion) < 0;
      return wentBack ? { name: 'empty', cause: 'wentBack' } : { name: 'watching', resourceVersion };
    } catch (error) {
      return this.failed(error, { name: 'checking', resourceVersion });
    }
  }

  private async stepWatching(resourceVersion: string): Promise<State> {
    const { clock, random, healthyMs = 10_000 } = this.options;
    const startedMs = clock.monotonicMs();
    if (startedMs >= this.relistDueMs) return { name: 'empty', cause: 'periodic' };
    const [least, most] = this.options.serverTimeoutSeconds ?? [240, 290];
    const timeoutSeconds = Math.round(least + random.next() * (most - least));
    const { signal } = this.interrupt;
    const outcome = await watchOnce(this.options, { resourceVersion, timeoutSeconds, signal });
    const livedMs = clock.monotonicMs() - startedMs;
    const healthy = livedMs >= healthyMs;
    if (healthy) this.failures = 0;
    return this.afterWatch(outcome, { healthy, full: livedMs >= timeoutSeconds * 1000 - 500 });
  }

  private afterWatch(outcome: WatchOutcome, lived: { readonly healthy: boolean; readonly full: boolean }): State {
    const { resourceVersion, error, unreadable, end } = outcome;
    const broken: State = this.options.listsWhenBroken
      ? { name: 'empty', cause: 'broken' }
      : { name: 'checking', resourceVersion };
    if (unreadable !== undefined || end === 'overflow') {
      const why = new KubeError('other', `watch of ${this.options.type.plural}: ${unreadable ?? 'a line too long'}`);
      return this.failed(why, { name: 'empty', cause: 'unreadable' });
    }
    if (error !== undefined) {
      const expired = error.kind === 'gone';
      return this.failed(error, expired ? { name: 'empty', cause: 'expired' } : broken);
    }
    // The server kept its time: nothing happened in between that could have set it back.
    if (end === 'closed' && lived.full) return { name: 'watching', resourceVersion };
    if (lived.healthy) return broken;
    return this.failed(new KubeError('network', 'the watch ended too early'), broken);
  }

  private failed(error: unknown, next: State): State {
    if (!isKubeError(error)) throw error;
    if (this.interrupt.signal.aborted) return next;
    this.failures += 1;
    const { random } = this.options;
    const ownMs = backoffMs(this.failures, { baseMs: BACKOFF_BASE_MS, maxMs: BACKOFF_MAX_MS, random });
    const askedMs = (error.retryAfterMs ?? 0) * (1 + 0.1 * random.next());
    this.enter('backingOff', error);
    return { name: 'backingOff', delayMs: Math.max(ownMs, askedMs), next };
  }

  private async stepBackingOff(state: State & { name: 'backingOff' }): Promise<State> {
    await sleep(this.options.clock, state.delayMs, this.interrupt.signal);
    return state.next;
  }
}
