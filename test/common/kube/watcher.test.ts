import { deepEqual, equal, ok } from 'node:assert/strict';
import { settle } from './fake-clock';
import { WatcherRig, down, page, thing, untilCall } from './watcher-rig';

describe('watcher', () => {
  let rig: WatcherRig;
  afterEach(async () => {
    await rig.watcher.stop();
    equal(rig.clock.timers, 0, 'no timer may outlive stop()');
  });

  it('lists page by page, then watches from the version of the list, with bookmarks and an end', async () => {
    rig = new WatcherRig({ scope: { namespace: 'a', labelSelector: 'l=1', fieldSelector: 'f=2' } });
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
    equal(idleMs, 130_000, 'two bookmarks and a little');
  });

  it('tells events and goes on from the last one, bookmarks included', async () => {
    rig = await new WatcherRig().watching();
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
    rig = await new WatcherRig().watching();
    const fat = { ...thing('one', '11'), metadata: { ...thing('one', '11').metadata, managedFields: [{}] } };
    rig.api.openStream.send('ADDED', fat);
    const [event] = rig.events;
    ok(event?.type === 'apply' && !('managedFields' in event.object.metadata));
  });

  it('goes on from the same version after any other error inside the stream', async () => {
    rig = await new WatcherRig().watching();
    rig.api.openStream.send('ADDED', thing('one', '11'));
    rig.api.next(page('11'));
    rig.api.openStream.send('ERROR', { kind: 'Status', code: 500, reason: 'InternalError' });
    await rig.clock.advance(300);
    deepEqual(rig.watchedFrom, ['10', '11']);
    deepEqual(rig.told, ['apply one']);
  });

  it('takes up a silent watch again where it was', async () => {
    rig = await new WatcherRig().watching();
    rig.api.next(page('10'));
    await rig.clock.advance(130_000);
    rig.api.openStream.close('idle');
    await settle();
    deepEqual(rig.states.slice(-2), ['checking', 'watching']);
    deepEqual(rig.watchedFrom, ['10', '10']);
    deepEqual(rig.told, []);
  });

  it('tells what a listener throws, and goes on with a whole list', async () => {
    const faults: string[] = [];
    let isBroken = true;
    rig = new WatcherRig({
      onEvent: (event) => {
        if (event.type === 'apply' && isBroken) throw new Error('a bug');
        rig.events.push(event);
      },
      onFault: (where, error) => faults.push(`${where}: ${(error as Error).message}`),
    });
    await rig.watching();
    rig.api.openStream.send('ADDED', thing('one', '11'));
    await settle();
    deepEqual(faults, ['watch: a bug']);
    equal(rig.watcher.state, 'backingOff');
    isBroken = false;
    rig.api.next(page('12', [thing('one', '11')]));
    await untilCall(rig, 2);
    await settle();
    deepEqual(rig.told, ['init forced', 'page one', 'initDone 12']);
    rig.api.openStream.send('ADDED', thing('two', '13'));
    equal(rig.told.at(-1), 'apply two');
  });

  it('waits longer and longer for a listener that fails at every list', async () => {
    let faults = 0;
    rig = new WatcherRig({
      onEvent: (event) => {
        if (event.type === 'initDone') throw new Error('a bug');
      },
      onFault: () => (faults += 1),
    });
    for (let count = 0; count < 50; count++) rig.api.next(page('10'));
    void rig.watcher.run();
    await rig.clock.advance(60_000);
    equal(faults > 3 && faults < 15, true, `${faults} lists in a minute`);
  });

  it('stops from every state', async () => {
    rig = new WatcherRig();
    await rig.watcher.stop();
    rig.api.next(down());
    const run = rig.watcher.run();
    await run;
    equal(rig.watcher.state, 'stopped');
    rig = await new WatcherRig().watching();
    await rig.watcher.stop();
    equal(rig.watcher.state, 'stopped');
  });
});
