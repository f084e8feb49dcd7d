import { deepEqual, equal, ok } from 'node:assert/strict';
import { KubeError } from '../../../common/kube/errors';
import { noChance, settle } from './fake-clock';
import { WatcherRig, down, page, untilCall } from './watcher-rig';

describe('watcher in trouble', () => {
  let rig: WatcherRig;
  afterEach(async () => {
    await rig.watcher.stop();
    equal(rig.clock.timers, 0, 'no timer may outlive stop()');
  });

  it('waits twice as long after each failure, and anew only after a watch that lived', async () => {
    rig = new WatcherRig();
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
    rig = new WatcherRig();
    rig.api.next(...Array.from({ length: 40 }, () => down()));
    void rig.watcher.run();
    await settle();
    for (let calls = 2; calls < 20; calls += 1) ok((await untilCall(rig, calls)) <= 30_000);
  });

  it('honours Retry-After, with some chance on top', async () => {
    rig = new WatcherRig({ random: noChance(0.5) });
    rig.api.next(down({ retryAfterMs: 7000 }), page('10'));
    void rig.watcher.run();
    await settle();
    equal(await untilCall(rig, 2), 7350);
  });

  it('does not hammer a server that closes every watch at once', async () => {
    rig = new WatcherRig({ random: noChance(0) });
    rig.api.next(page('10'), ...Array.from({ length: 100 }, () => page('10')));
    void rig.watcher.run();
    const untilMs = rig.clock.monotonicMs() + 60_000;
    while (rig.clock.monotonicMs() < untilMs) {
      await rig.clock.advance(50);
      if (rig.watcher.state === 'watching') rig.api.openStream.close();
    }
    ok(rig.api.streams.length <= 12, `${rig.api.streams.length} watches in a minute`);
  });
});
