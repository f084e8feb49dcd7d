/** A watcher on a scripted API, with a clock of its own; and short words for what they say. */
import { equal } from 'node:assert/strict';
import { KubeClient } from '../../../common/kube/client';
import { KubeError } from '../../../common/kube/errors';
import type { KubeObject, ResourceType } from '../../../common/kube/types';
import { Watcher } from '../../../common/kube/watcher';
import type { WatchEvent, WatcherOptions, WatcherState } from '../../../common/kube/watcher';
import { FakeClock, noChance, settle } from './fake-clock';
import { ScriptedTransport } from './scripted-transport';

const THINGS: ResourceType = { group: 'x.io', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };

export const thing = (name: string, resourceVersion: string, uid = `uid-${name}`): KubeObject => ({
  apiVersion: 'x.io/v1',
  kind: 'Thing',
  metadata: { namespace: 'a', name, uid, resourceVersion },
});
export const page = (resourceVersion: string, items: KubeObject[] = [], token?: string): unknown => ({
  metadata: { resourceVersion, ...(token !== undefined && { continue: token }) },
  items,
});
export const gone = (): KubeError => new KubeError('gone', 'too old', { code: 410 });
export const down = (detail = {}): KubeError => new KubeError('unavailable', 'down', { code: 503, ...detail });

export class WatcherRig {
  readonly clock = new FakeClock();
  readonly api = new ScriptedTransport();
  readonly events: WatchEvent<KubeObject>[] = [];
  readonly states: WatcherState[] = [];
  readonly watcher: Watcher<KubeObject>;

  constructor(options: Partial<WatcherOptions<KubeObject>> = {}) {
    this.watcher = new Watcher({
      client: new KubeClient(this.api),
      type: THINGS,
      clock: this.clock,
      random: noChance(),
      onEvent: (event) => this.events.push(event),
      onState: (state) => this.states.push(state),
      ...options,
    });
  }

  /** Starts, and lets it come to its first watch. */
  async watching(): Promise<this> {
    this.api.next(page('10'));
    void this.watcher.run();
    await settle();
    equal(this.watcher.state, 'watching');
    this.events.length = 0;
    return this;
  }

  /** What each event says in short. */
  get told(): string[] {
    return this.events.map((event) => {
      if (event.type === 'init') return `init ${event.cause}`;
      if (event.type === 'page') return `page ${event.objects.map((o) => o.metadata.name).join(',')}`;
      if (event.type === 'initDone') return `initDone ${event.resourceVersion}`;
      return event.type === 'bookmark'
        ? `bookmark ${event.resourceVersion}`
        : `${event.type} ${event.object.metadata.name}`;
    });
  }

  get watchedFrom(): unknown[] {
    return this.api.streams.map((stream) => stream.request.query?.resourceVersion);
  }
}

/** Moves the clock until the n-th call (or watch) is made; tells for how long. */
export async function untilCall(rig: WatcherRig, calls: number): Promise<number> {
  for (let ms = 0; ms <= 120_000; ms += 50) {
    if (rig.api.requests.length >= calls) return ms;
    await rig.clock.advance(50);
  }
  throw new Error(`no call ${calls}`);
}
