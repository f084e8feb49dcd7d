import { deepEqual, equal } from 'node:assert/strict';
import { KubeError } from '../../../common/kube/errors';
import type { KubeErrorKind } from '../../../common/kube/errors';
import { Controller, TerminalError } from '../../../operator/runtime/controller';
import type { Reconcile } from '../../../operator/runtime/controller';
import { NotLeading } from '../../../operator/runtime/leader';
import { WorkQueue } from '../../../operator/runtime/workqueue';
import { FakeClock, noChance, settle } from '../../common/kube/fake-clock';

class Rig {
  readonly clock = new FakeClock();
  readonly queue = new WorkQueue({ clock: this.clock, random: noChance() });
  readonly outcomes: string[] = [];
  readonly errors: string[] = [];
  readonly controller: Controller;

  constructor(reconcile: Reconcile, workers = 1) {
    this.controller = new Controller({
      name: 'test',
      queue: this.queue,
      clock: this.clock,
      reconcile,
      workers,
      onReconciled: (outcome) => this.outcomes.push(outcome),
      onError: (key, error) => this.errors.push(`${key}: ${(error as Error).message}`),
    });
    this.controller.start();
  }
}

describe('controller', () => {
  let rig: Rig;
  afterEach(() => rig.controller.stop());

  it('reconciles what is queued, and comes back where asked', async () => {
    let runs = 0;
    rig = new Rig(() => Promise.resolve((runs += 1) === 1 ? { requeueAfterMs: 1000 } : undefined));
    rig.queue.add('a');
    await rig.clock.advance(999);
    equal(runs, 1);
    await rig.clock.advance(1);
    deepEqual([runs, rig.outcomes], [2, ['requeueAfter', 'ok']]);
  });

  it('tries again with growing delays after an error, and tells a person', async () => {
    let runs = 0;
    rig = new Rig(() => ((runs += 1) < 4 ? Promise.reject(new Error('boom')) : Promise.resolve()));
    rig.queue.add('a');
    await rig.clock.advance(5 + 10 + 20);
    deepEqual(rig.outcomes, ['error', 'error', 'error', 'ok']);
    deepEqual(rig.errors, ['a: boom', 'a: boom', 'a: boom']);
  });

  for (const kind of ['conflict', 'notFound', 'alreadyExists'] as KubeErrorKind[]) {
    it(`tries again without a word after ${kind}: our picture was old`, async () => {
      let runs = 0;
      rig = new Rig(() => ((runs += 1) === 1 ? Promise.reject(new KubeError(kind, kind)) : Promise.resolve()));
      rig.queue.add('a');
      await rig.clock.advance(5);
      deepEqual([rig.outcomes, rig.errors], [['stale', 'ok'], []]);
    });
  }

  it('waits as long as a throttling server asks', async () => {
    let runs = 0;
    rig = new Rig(() =>
      (runs += 1) === 1
        ? Promise.reject(new KubeError('throttled', 'slow', { retryAfterMs: 4000 }))
        : Promise.resolve(),
    );
    rig.queue.add('a');
    await rig.clock.advance(3999);
    equal(runs, 1);
    await rig.clock.advance(1);
    equal(runs, 2);
  });

  it('leaves a terminal error alone until something changes', async () => {
    rig = new Rig(() => Promise.reject(new TerminalError('never')));
    rig.queue.add('a');
    await rig.clock.advance(600_000);
    deepEqual([rig.outcomes, rig.errors], [['terminal'], ['a: never']]);
    rig.queue.add('a');
    await rig.clock.advance(0);
    equal(rig.outcomes.length, 2);
  });

  it('keeps a key whose write was refused for want of leadership', async () => {
    rig = new Rig(() => Promise.reject(new NotLeading('no')));
    rig.queue.add('a');
    await settle();
    deepEqual([rig.outcomes, rig.errors], [['notLeading'], []]);
    equal(rig.clock.timers, 1);
  });

  it('works on several keys at once, on one key never', async () => {
    const open: { key: string; finish: () => void }[] = [];
    rig = new Rig((key) => new Promise((finish) => open.push({ key, finish: () => finish() })), 3);
    for (const key of ['a', 'b', 'a', 'c', 'd']) rig.queue.add(key);
    await settle();
    deepEqual(
      open.map((o) => o.key),
      ['a', 'b', 'c'],
    );
    rig.queue.add('a');
    await settle();
    equal(open.length, 3);
    open[0]?.finish();
    await settle();
    deepEqual(
      open.map((o) => o.key),
      ['a', 'b', 'c', 'd'],
    );
    open[1]?.finish();
    await settle();
    deepEqual(
      open.map((o) => o.key),
      ['a', 'b', 'c', 'd', 'a'],
    );
    for (const { finish } of open) finish();
  });

  it('stop() waits for what is under way, fires its signal, and start() goes on with the rest', async () => {
    const seen: string[] = [];
    let finish: () => void = () => undefined;
    rig = new Rig((key, signal) => {
      if (key !== 'a') return Promise.resolve(void seen.push(key));
      return new Promise((resolve) => {
        finish = resolve;
        signal.addEventListener('abort', () => seen.push('told to stop'));
      });
    });
    rig.queue.add('a');
    rig.queue.add('b');
    await settle();
    let stopped = false;
    const stopping = rig.controller.stop().then(() => (stopped = true));
    await settle();
    deepEqual([seen, stopped], [['told to stop'], false]);
    finish();
    await stopping;
    deepEqual(seen, ['told to stop']);
    rig.controller.start();
    await settle();
    deepEqual(seen, ['told to stop', 'b']);
  });

  it('keeps a key whose call was aborted by stop()', async () => {
    rig = new Rig(
      (_key, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new KubeError('aborted', 'x'))),
        ),
    );
    rig.queue.add('a');
    await settle();
    await rig.controller.stop();
    deepEqual([rig.outcomes, rig.queue.depth], [['stopped'], 1]);
  });
});
