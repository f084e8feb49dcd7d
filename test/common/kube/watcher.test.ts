import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { KubeClient } from '../../../common/kube/client';
import { KubeError } from '../../../common/kube/errors';
import type { KubeObject, ResourceType } from '../../../common/kube/types';
import { Watcher } from '../../../common/kube/watcher';
import type { WatchEvent, WatcherOptions, WatcherState } from '../../../common/kube/watcher';
import { FakeClock, noChance, settle } from './fake-clock';
import { ScriptedTransport } from './scripted-transport';

const THINGS: ResourceType = { group: 'x.io', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };

const thing = (name: string, resourceVersion: string, uid = `uid-${name}`): KubeObject => ({
  apiVersion: 'x.io/v1',
  kind: 'Thing',
  metadata: { namespace: 'a', name, uid, resourceVersion },
});
const page = (resourceVersion: string, items: KubeObject[] = [], token?: string): unknown => ({
  metadata: { resourceVersion, ...(token !== undefined && { continue: token }) },
  items,
});
const gone = (): KubeError => new KubeError('gone', 'too old', { code: 410 });
const down = (detail = {}): KubeError => new KubeError('unavailable', 'down', { code: 503, ...detail });

class Rig {
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

describe('watcher', () => {
  let rig: Rig;
  afterEach(async () => {
    await rig.watcher.stop();
    equal(rig.clock.timers, 0, 'no timer may outlive stop()');
  });

  it('lists page by page, then watches from the version of the list, with bookmarks and an end', async () => {
    rig = new Rig({ scope: { namespace: 'a', labelSelector: 'l=1', fieldSelector: 'f=2' } });
    rig.api.next(page('10', [thing('one', '3'), thing('two', '4')], 'more'), page('10', [thing('three', '5')]));
    void rig.watcher.run();
    await settle();
    deepEqual(rig.told, ['init start', 'page one,two', 'page three', 'initDone 10']);
    equal(rig.api.requests[0]?.query?.limit, 500);
    equal(rig.api.requests[1]?.query?.continue, 'more');
    const { path, query, idleMs } = rig.api.openStream.request;
    equal(path, '/apis/x.io/v1/namespaces/a/things');
    deepEqual(query, {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: '10',
      timeoutSeconds: 290,
      labelSelector: 'l=1',
      fieldSelector: 'f=2',
    });
    equal(idleMs, 295_000, 'our patience is a little longer than the server’s timeout');
  });

  it('tells events and goes on from the last one, bookmarks included', async () => {
    rig = await new Rig().watching();
    const stream = rig.api.openStream;
    stream.send('ADDED', thing('one', '11'));
    stream.send('MODIFIED', thing('one', '12'));
    stream.send('DELETED', thing('one', '13'));
    stream.send('BOOKMARK', { kind: 'Thing', metadata: { resourceVersion: '20' } });
    deepEqual(rig.told, ['apply one', 'apply one', 'delete one', 'bookmark 20']);
    await rig.clock.advance(290_000);
    stream.close();
    await settle();
    deepEqual(rig.watchedFrom, ['10', '20'], 'a watch that lived its time is followed by the next at once');
    equal(rig.api.requests.length, 1, 'and nothing else is asked');
  });

  it('drops managedFields before anybody stores them', async () => {
    rig = await new Rig().watching();
    const fat = { ...thing('one', '11'), metadata: { ...thing('one', '11').metadata, managedFields: [{}] } };
    rig.api.openStream.send('ADDED', fat);
    const [event] = rig.events;
    ok(event?.type === 'apply' && !('managedFields' in event.object.metadata));
  });

  it('begins the list anew where the continue token expires', async () => {
    rig = new Rig();
    rig.api.next(page('10', [thing('one', '3')], 'more'), gone(), page('11', [thing('two', '4')]));
    void rig.watcher.run();
    await rig.clock.advance(300);
    deepEqual(rig.told, ['init start', 'page one', 'init start', 'page two', 'initDone 11']);
  });

  it('relists where the watch is refused with 410', async () => {
    rig = new Rig();
    rig.api.next(page('10'), page('20', [thing('two', '15')])).refuseWatch(gone());
    void rig.watcher.run();
    await rig.clock.advance(300);
    deepEqual(rig.told.slice(2), ['initDone 10', 'init expired', 'page two', 'initDone 20']);
    deepEqual(rig.watchedFrom, ['20']);
  });

  it('relists where 410 comes inside the stream', async () => {
    rig = await new Rig().watching();
    rig.api.next(page('20'));
    rig.api.openStream.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
    await rig.clock.advance(300);
    deepEqual(rig.told, ['init expired', 'page ', 'initDone 20']);
  });

  it('goes on from the same version after any other error inside the stream', async () => {
    rig = await new Rig().watching();
    rig.api.openStream.send('ADDED', thing('one', '11'));
    rig.api.next(page('11'));
    rig.api.openStream.send('ERROR', { kind: 'Status', code: 500, reason: 'InternalError' });
    await rig.clock.advance(300);
    deepEqual(rig.watchedFrom, ['10', '11']);
    deepEqual(rig.told, ['apply one']);
  });

  for (const bad of [
    '{"type":"ADDED","obj',
    'null',
    '{"type":"HELLO","object":{}}',
    '{"type":"ADDED","object":{"metadata":{}}}',
  ]) {
    it(`drops the connection and relists after the line ${bad}`, async () => {
      rig = await new Rig().watching();
      rig.api.openStream.line(bad);
      rig.api.next(page('20'));
      await rig.clock.advance(300);
      deepEqual(rig.told, ['init unreadable', 'page ', 'initDone 20']);
    });
  }

  it('takes up a silent watch again where it was', async () => {
    rig = await new Rig().watching();
    rig.api.next(page('10'));
    await rig.clock.advance(295_000);
    rig.api.openStream.close('idle');
    await settle();
    deepEqual(rig.states.slice(-2), ['checking', 'watching']);
    deepEqual(rig.watchedFrom, ['10', '10']);
    deepEqual(rig.told, []);
  });

  it('relists where the server is now older than we are: its etcd was restored', async () => {
    rig = await new Rig().watching();
    await rig.clock.advance(60_000);
    rig.api.next(page('7'), page('7', [thing('old', '5')]));
    rig.api.openStream.fail(new KubeError('network', 'cut'));
    await rig.clock.advance(300);
    deepEqual(rig.told, ['init wentBack', 'page old', 'initDone 7']);
    deepEqual(rig.watchedFrom, ['10', '7']);
  });

  it('waits twice as long after each failure, and anew only after a watch that lived', async () => {
    rig = new Rig();
    const delays: number[] = [];
    rig.api.next(down(), down(), down(), page('10'));
    void rig.watcher.run();
    for (let calls = 1; calls < 4; calls += 1) {
      await settle();
      delays.push(await untilCall(rig, calls + 1));
    }
    deepEqual(delays, [250, 500, 1000]);
    // A list that worked, then a watch that dies young: still the same trouble.
    rig.api.next(page('10'));
    rig.api.openStream.close();
    await settle();
    equal(await untilCall(rig, 5), 2000);
    await settle();
    // A watch that lived, then was cut: the first delay again.
    await rig.clock.advance(11_000);
    rig.api.next(page('10'));
    rig.api.openStream.fail(new KubeError('network', 'cut'));
    await settle();
    equal(await untilCall(rig, 6), 250);
  });

  it('never waits longer than half a minute of its own accord', async () => {
    rig = new Rig();
    rig.api.next(...Array.from({ length: 40 }, () => down()));
    void rig.watcher.run();
    await settle();
    for (let calls = 2; calls < 20; calls += 1) ok((await untilCall(rig, calls)) <= 30_000);
  });

  it('honours Retry-After, with some chance on top', async () => {
    rig = new Rig({ random: noChance(0.5) });
    rig.api.next(down({ retryAfterMs: 7000 }), page('10'));
    void rig.watcher.run();
    await settle();
    equal(await untilCall(rig, 2), 7350);
  });

  it('does not hammer a server that closes every watch at once', async () => {
    rig = new Rig({ random: noChance(0) });
    rig.api.next(page('10'), ...Array.from({ length: 100 }, () => page('10')));
    void rig.watcher.run();
    const untilMs = rig.clock.monotonicMs() + 60_000;
    while (rig.clock.monotonicMs() < untilMs) {
      await rig.clock.advance(50);
      if (rig.watcher.state === 'watching') rig.api.openStream.close();
    }
    ok(rig.api.streams.length <= 12, `${rig.api.streams.length} watches in a minute`);
  });

  it('relist() drops the watch, lists anew and resolves when that is told', async () => {
    rig = await new Rig().watching();
    rig.api.next(page('20', [thing('one', '11')]));
    await rig.watcher.relist();
    deepEqual(rig.told, ['init forced', 'page one', 'initDone 20']);
    await settle();
    deepEqual(rig.watchedFrom, ['10', '20']);
  });

  it('relist() during a list is served by another list, not by the one under way', async () => {
    rig = new Rig();
    let release: (value: unknown) => void = () => undefined;
    rig.api.next(() => new Promise((resolve) => (release = resolve)), page('20'));
    void rig.watcher.run();
    await settle();
    const relisted = rig.watcher.relist();
    release(page('10'));
    await relisted;
    equal(rig.told.at(-1), 'initDone 20');
  });

  it('relist() waits out a back-off, and is refused at stop()', async () => {
    rig = new Rig();
    rig.api.next(down({ retryAfterMs: 60_000 }));
    void rig.watcher.run();
    await settle();
    const relisted = rejects(rig.watcher.relist(), (error: KubeError) => error.kind === 'aborted');
    await rig.clock.advance(30_000);
    equal(rig.api.requests.length, 1);
    await rig.watcher.stop();
    await relisted;
  });

  it('relists rarely without need, as a safety net', async () => {
    rig = await new Rig({ relistEveryMs: 600_000 }).watching();
    for (let watches = 0; watches < 2; watches += 1) {
      await rig.clock.advance(290_000);
      rig.api.openStream.close();
      await settle();
    }
    deepEqual(rig.told, []);
    await rig.clock.advance(290_000);
    rig.api.next(page('20'));
    rig.api.openStream.close();
    await settle();
    deepEqual(rig.told, ['init periodic', 'page ', 'initDone 20']);
  });

  it('ends with the error that a handler throws, and does not swallow it', async () => {
    rig = new Rig({
      onEvent: (event) => {
        if (event.type === 'apply') throw new Error('a bug');
      },
    });
    rig.api.next(page('10'));
    const run = rig.watcher.run();
    await settle();
    rig.api.openStream.send('ADDED', thing('one', '11'));
    await rejects(run, /a bug/);
    equal(rig.watcher.state, 'stopped');
    rig = new Rig();
  });

  it('stops from every state', async () => {
    rig = new Rig();
    await rig.watcher.stop();
    rig.api.next(down());
    const run = rig.watcher.run();
    await run;
    equal(rig.watcher.state, 'stopped');
    rig = await new Rig().watching();
    await rig.watcher.stop();
    equal(rig.watcher.state, 'stopped');
  });
});

/** Moves the clock until the n-th call (or watch) is made; tells for how long. */
async function untilCall(rig: Rig, calls: number): Promise<number> {
  for (let ms = 0; ms <= 120_000; ms += 50) {
    if (rig.api.requests.length >= calls) return ms;
    await rig.clock.advance(50);
  }
  throw new Error(`no call ${calls}`);
}
