import { deepEqual, equal, ok } from 'node:assert/strict';
import { systemClock, systemRandom } from '../../../common/kube/clock';
import type { KubeClient } from '../../../common/kube/client';
import { Watcher } from '../../../common/kube/watcher';
import type { RelistCause, WatcherOptions } from '../../../common/kube/watcher';
import { Store } from '../../../operator/runtime/store';
import type { StoreChange } from '../../../operator/runtime/store';
import { CONFIGMAPS, adminClient, configMap, eventually } from '../../common/kube/things';
import type { ConfigMap } from '../../common/kube/things';
import { startControlPlane } from '../../control-plane/control-plane';
import type { ControlPlane } from '../../control-plane/control-plane';
import { startFaultProxy } from '../../control-plane/fault-proxy';
import type { FaultProxy, ProxiedRequest } from '../../control-plane/fault-proxy';

const WATCH = { path: /\/configmaps\?.*watch=true/ };
const LIST = { path: /\/configmaps\?(?!.*watch=true)/, method: 'GET' };

/** A store with its watcher, through the proxy, and what it told. */
class Cache {
  readonly store = new Store<ConfigMap>({ onMissedEvents: (count) => (this.missed += count) });
  readonly causes: RelistCause[] = [];
  readonly changes: StoreChange<ConfigMap>[] = [];
  missed = 0;
  private readonly client: KubeClient;
  private readonly watcher: Watcher<ConfigMap>;
  private readonly run: Promise<void>;

  constructor(plane: ControlPlane, server: string, more: Partial<WatcherOptions<ConfigMap>> = {}) {
    this.client = adminClient(plane, server);
    this.watcher = new Watcher({
      client: this.client,
      type: CONFIGMAPS,
      scope: { namespace: 'default', fieldSelector: 'metadata.name!=kube-root-ca.crt' },
      clock: systemClock,
      random: systemRandom,
      healthyMs: 50,
      idleMs: 1500,
      onEvent: (event) => {
        if (event.type === 'initDone') this.causes.push(event.cause);
        this.store.apply(event);
      },
      ...more,
    });
    this.store.onChange((change) => this.changes.push(change));
    this.run = this.watcher.run();
  }

  relist(): Promise<void> {
    return this.watcher.relist();
  }

  value(name: string): string | undefined {
    return this.store.get(`default/${name}`)?.data?.v;
  }

  get state(): string {
    return this.watcher.state;
  }

  async stop(): Promise<void> {
    await this.watcher.stop();
    await this.run;
    this.client.transport.close();
  }
}

describe('watch and store on a real API server with faults', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let proxy: FaultProxy;
  let direct: KubeClient;
  let cache: Cache;

  before(async function () {
    this.timeout(900_000);
    plane = await startControlPlane();
    proxy = await startFaultProxy(plane);
    direct = adminClient(plane);
  });
  after(async () => {
    direct?.transport.close();
    await proxy?.stop();
    await plane?.stop();
  });
  beforeEach(async () => {
    proxy.rules.clear();
    proxy.requests.length = 0;
    cache = new Cache(plane, proxy.url);
    await cache.store.synced;
    await eventually(() => equal(cache.state, 'watching'));
  });
  afterEach(() => cache.stop());

  let round = 0;
  /** Writes behind the watch's back, and waits until the cache shows it. */
  async function converges(): Promise<void> {
    round += 1;
    const name = `fresh-${round}`;
    await direct.create(CONFIGMAPS, configMap(name, { v: '1' }));
    await direct.mergePatch(CONFIGMAPS, { namespace: 'default', name }, { data: { v: '2' } });
    if (round > 1) await direct.delete(CONFIGMAPS, { namespace: 'default', name: `fresh-${round - 1}` });
    await eventually(() => {
      equal(cache.value(name), '2');
      equal(cache.value(`fresh-${round - 1}`), undefined);
    });
  }
  const asked = (match: { path: RegExp }): ProxiedRequest[] => proxy.requests.filter((r) => match.path.test(r.path));

  it('shows what happens, while it happens', async () => {
    await converges();
    deepEqual(cache.causes, ['start']);
    equal(asked(WATCH).length, 1);
  });

  it('goes on where it was after a cut, without a new list of everything', async () => {
    await converges();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await eventually(() => equal(proxy.cutOpen(WATCH), 1));
    await converges();
    deepEqual(cache.causes, ['start']);
    equal(asked(WATCH).length, 2);
  });

  it('notices a watch that fell silent, and goes on where it was', async () => {
    await eventually(() => equal(proxy.silenceOpen(WATCH), 1)); // the watch may still be on its way to the proxy
    const startedMs = performance.now();
    await converges();
    ok(performance.now() - startedMs > 1000, 'nothing could come before the idle time was over');
    deepEqual(cache.causes, ['start']);
  });

  it('relists after a 410 inside the stream, and tells only what changed', async () => {
    await converges();
    cache.changes.length = 0;
    proxy.rules.add({ match: WATCH, fault: { kind: 'expire' }, times: 1 });
    proxy.cutOpen(WATCH);
    await eventually(() => deepEqual(cache.causes, ['start', 'expired']));
    deepEqual(cache.changes, []);
    await converges();
  });

  it('relists after a 410 in the answer', async () => {
    proxy.rules.add({ match: WATCH, fault: { kind: 'status', code: 410, reason: 'Expired' }, times: 1 });
    proxy.cutOpen(WATCH);
    await eventually(() => deepEqual(cache.causes, ['start', 'expired']));
    await converges();
  });

  it('waits as long as a throttling server asks', async () => {
    const rule = proxy.rules.add({ match: LIST, fault: { kind: 'status', code: 429, retryAfterSeconds: 1 }, times: 2 });
    const relisted = cache.relist();
    await relisted;
    equal(rule.hits, 2);
    const lists = asked(LIST)
      .slice(-3)
      .map((r) => r.atMs);
    for (const at of [1, 2]) ok((lists[at] ?? 0) - (lists[at - 1] ?? 0) >= 1000, `lists at ${lists.join(', ')}`);
    await converges();
  });

  it('comes back after a row of 500, ever more slowly', async () => {
    proxy.rules.add({ match: {}, fault: { kind: 'status', code: 500 }, times: 4 });
    proxy.cutOpen(WATCH);
    await converges();
    const failed = proxy.requests.filter((r) => r.status === 500).map((r) => r.atMs);
    ok((failed[3] ?? 0) - (failed[2] ?? 0) >= 400, `failures at ${failed.join(', ')}`);
    deepEqual(cache.causes, ['start']);
  });

  it('does not hammer a server that cuts every watch at once', async () => {
    const rule = proxy.rules.add({ match: WATCH, fault: { kind: 'cut' } });
    proxy.cutOpen(WATCH);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    // A loop without back-off makes hundreds; a busy machine stretches the 3 s.
    ok(rule.hits >= 2 && rule.hits <= 20, `${rule.hits} watches in 3 s`);
    rule.remove();
    await converges();
  });

  it('loses nothing when the API server is killed and comes back', async () => {
    await converges();
    await plane.restartApiserver({ signal: 'SIGKILL' });
    await converges();
    equal(cache.missed, 0);
  });

  it('lists anew when told to, while changes go on, and misses none', async () => {
    const stop = new AbortController();
    const writing = (async () => {
      for (let n = 0; !stop.signal.aborted; n += 1) {
        const made = await direct.create(CONFIGMAPS, configMap(`busy-${n}`, { v: String(n) }));
        if (n % 3 === 0) cache.store.assume(made);
        if (n % 2 === 0) await direct.delete(CONFIGMAPS, { namespace: 'default', name: `busy-${n}` });
      }
    })();
    for (let times = 0; times < 10; times += 1) await cache.relist();
    stop.abort();
    await writing;
    const { items } = await direct.list(CONFIGMAPS, {
      namespace: 'default',
      fieldSelector: 'metadata.name!=kube-root-ca.crt',
    });
    const versions = (objects: readonly ConfigMap[]): string[] =>
      objects.map((o) => `${o.metadata.name} ${o.metadata.resourceVersion}`).sort();
    await eventually(() => deepEqual(versions(cache.store.all()), versions(items)));
    equal(cache.missed, 0);
  });
});
