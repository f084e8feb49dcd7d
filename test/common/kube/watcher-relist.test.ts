import { deepEqual, equal, rejects } from 'node:assert/strict';
import { KubeError } from '../../../common/kube/errors';
import { noChance, settle } from './fake-clock';
import { WatcherRig, down, gone, page, thing } from './watcher-rig';

describe('a list that a watcher takes anew', () => {
  let rig: WatcherRig;
  afterEach(async () => {
    await rig.watcher.stop();
    equal(rig.clock.timers, 0, 'no timer may outlive stop()');
  });

  it('begins the list anew where the continue token expires', async () => {
    rig = new WatcherRig();
    rig.api.next(page('10', [thing('one', '3')], 'more'), gone(), page('11', [thing('two', '4')]));
    void rig.watcher.run();
    await rig.clock.advance(300);
    deepEqual(rig.told, ['init start', 'page one', 'init start', 'page two', 'initDone 11']);
  });

  it('relists where the watch is refused with 410', async () => {
    rig = new WatcherRig();
    rig.api.next(page('10'), page('20', [thing('two', '15')])).refuseWatch(gone());
    void rig.watcher.run();
    await rig.clock.advance(300);
    deepEqual(rig.told.slice(2), ['initDone 10', 'init expired', 'page two', 'initDone 20']);
    deepEqual(rig.watchedFrom, ['20']);
  });

  it('relists where 410 comes inside the stream', async () => {
    rig = await new WatcherRig().watching();
    rig.api.next(page('20'));
    rig.api.openStream.send('ERROR', { kind: 'Status', code: 410, reason: 'Expired' });
    await rig.clock.advance(300);
    deepEqual(rig.told, ['init expired', 'page ', 'initDone 20']);
  });

  for (const bad of [
    '{"type":"ADDED","obj',
    'null',
    '{"type":"HELLO","object":{}}',
    '{"type":"ADDED","object":{"metadata":{}}}',
  ]) {
    it(`drops the connection and relists after the line ${bad}`, async () => {
      rig = await new WatcherRig().watching();
      rig.api.openStream.line(bad);
      rig.api.next(page('20'));
      await rig.clock.advance(300);
      deepEqual(rig.told, ['init unreadable', 'page ', 'initDone 20']);
    });
  }

  it('relists where the server is now older than we are: its etcd was restored', async () => {
    rig = await new WatcherRig().watching();
    await rig.clock.advance(60_000);
    rig.api.next(page('7'), page('7', [thing('old', '5')]));
    rig.api.openStream.fail(new KubeError('network', 'cut'));
    await rig.clock.advance(300);
    deepEqual(rig.told, ['init wentBack', 'page old', 'initDone 7']);
    deepEqual(rig.watchedFrom, ['10', '7']);
  });

  it('lists everything after a watch that broke, if told to: the server may have overtaken us', async () => {
    rig = await new WatcherRig({ listsWhenBroken: true }).watching();
    await rig.clock.advance(60_000);
    rig.api.next(page('12', [thing('changed', '8')]));
    rig.api.openStream.fail(new KubeError('network', 'cut'));
    await rig.clock.advance(300);
    deepEqual(rig.told, ['init broken', 'page changed', 'initDone 12']);
    rig.events.length = 0;
    rig.api.next(page('13'));
    rig.api.openStream.close();
    await rig.clock.advance(600);
    deepEqual(rig.told, ['init broken', 'page ', 'initDone 13'], 'it ended too early');
    rig.events.length = 0;
    await rig.clock.advance(20_000);
    rig.api.next(page('14'));
    rig.api.openStream.close();
    await rig.clock.advance(300);
    deepEqual(rig.told, ['init broken', 'page ', 'initDone 14'], 'it lived, and not to its end');
  });

  it('relist() drops the watch, lists anew and resolves when that is told', async () => {
    rig = await new WatcherRig().watching();
    rig.api.next(page('20', [thing('one', '11')]));
    await rig.watcher.relist();
    deepEqual(rig.told, ['init forced', 'page one', 'initDone 20']);
    await settle();
    deepEqual(rig.watchedFrom, ['10', '20']);
  });

  it('relist() during a list is served by another list, not by the one under way', async () => {
    rig = new WatcherRig();
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
    rig = new WatcherRig();
    rig.api.next(down({ retryAfterMs: 60_000 }));
    void rig.watcher.run();
    await settle();
    const relisted = rejects(rig.watcher.relist(), (error: KubeError) => error.kind === 'aborted');
    await rig.clock.advance(30_000);
    equal(rig.api.requests.length, 1);
    await rig.watcher.stop();
    await relisted;
    await rejects(rig.watcher.relist(), (error: KubeError) => error.kind === 'aborted');
  });

  it('relists rarely without need, as a safety net', async () => {
    rig = await new WatcherRig({ relistEveryMs: 600_000 }).watching();
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

  for (const [chance, told] of [
    [0, ['init periodic', 'page ', 'initDone 20']],
    [0.5, []],
  ] as const) {
    it(`does so at a time of its own, by chance: ${chance}`, async () => {
      rig = await new WatcherRig({ relistEveryMs: 500_000, random: noChance(chance) }).watching();
      await rig.clock.advance(380_000);
      rig.api.next(page('20'));
      rig.api.openStream.close();
      await settle();
      deepEqual(rig.told, told);
    });
  }
});
