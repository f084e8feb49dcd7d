import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { WorkQueue } from '../../../operator/runtime/workqueue';
import { FakeClock, noChance, settle } from '../../common/kube/fake-clock';

function rig(hooks = {}): { clock: FakeClock; queue: WorkQueue } {
  const clock = new FakeClock();
  return { clock, queue: new WorkQueue({ clock, random: noChance(), hooks }) };
}

/** Everything that can be taken now. */
async function takeAll(queue: WorkQueue): Promise<string[]> {
  const taken: string[] = [];
  while (queue.depth > 0) taken.push((await queue.take()) ?? '?');
  return taken;
}

describe('work queue', () => {
  it('hands a key out once, however often it was added', async () => {
    const { queue } = rig();
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    deepEqual(await takeAll(queue), ['a', 'b']);
  });

  it('hands a key that is added while worked on out once more, after it is done', async () => {
    const { queue } = rig();
    queue.add('a');
    equal(await queue.take(), 'a');
    queue.add('a');
    queue.add('a');
    equal(queue.depth, 0, 'never twice at once');
    queue.done('a');
    deepEqual(await takeAll(queue), ['a']);
    queue.done('a');
    equal(queue.depth, 0);
  });

  it('forgets what was added before the worker read the world anew, and nothing after that', async () => {
    const { queue } = rig();
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.rereading('a');
    queue.done('a');
    equal(queue.depth, 0);
    queue.add('a');
    await queue.take();
    queue.rereading('a');
    queue.add('a');
    queue.done('a');
    deepEqual(await takeAll(queue), ['a']);
  });

  it('wakes the worker that waits longest', async () => {
    const { queue } = rig();
    const [first, second] = [queue.take(), queue.take()];
    queue.add('a');
    queue.add('b');
    deepEqual(await Promise.all([first, second]), ['a', 'b']);
  });

  it('takes higher priorities first, and raises a key that is added again with a higher one', async () => {
    const { queue } = rig();
    queue.add('a');
    queue.add('b');
    queue.add('urgent', 10);
    queue.add('b', 5);
    queue.add('urgent', 0);
    deepEqual(await takeAll(queue), ['urgent', 'b', 'a']);
  });

  it('hands what was put off with a low priority out last, unless it became urgent meanwhile', async () => {
    const { clock, queue } = rig();
    queue.addAfter('later', 10, -1);
    queue.addAfter('raised', 10, -1);
    await clock.advance(10);
    queue.add('new');
    queue.add('raised');
    deepEqual(await takeAll(queue), ['new', 'raised', 'later']);
  });

  it('keeps the earliest of several times, whatever their order', async () => {
    for (const delays of [
      [300, 100, 200],
      [100, 300],
      [300, 100],
    ]) {
      const { clock, queue } = rig();
      for (const delayMs of delays) queue.addAfter('a', delayMs);
      await clock.advance(99);
      equal(queue.depth, 0);
      await clock.advance(1);
      deepEqual(await takeAll(queue), ['a']);
      queue.done('a');
      await clock.advance(1000);
      equal(queue.depth, 0, 'and forgets the later ones');
    }
  });

  it('is due at once where added, and forgets the later time', async () => {
    const { clock, queue } = rig();
    queue.addAfter('a', 100);
    queue.add('a');
    deepEqual(await takeAll(queue), ['a']);
    equal(clock.timers, 0);
    queue.addAfter('a', 50);
    queue.done('a');
    await clock.advance(50);
    deepEqual(await takeAll(queue), ['a']);
  });

  it('doubles a key’s delay with each failure up to a minute, and begins anew after forget', async () => {
    const { clock, queue } = rig();
    const delays: number[] = [];
    for (let failure = 0; failure < 16; failure += 1) {
      queue.addRateLimited('a');
      const startedMs = clock.monotonicMs();
      while (queue.depth === 0) await clock.advance(5);
      delays.push(clock.monotonicMs() - startedMs);
      await takeAll(queue);
      queue.done('a');
    }
    deepEqual(delays.slice(0, 5), [5, 10, 20, 40, 80]);
    deepEqual(delays.slice(-2), [60_000, 60_000]);
    queue.forget('a');
    queue.addRateLimited('a');
    await clock.advance(5);
    equal(queue.depth, 1);
  });

  it('waits at least as long as the server asked', async () => {
    const { clock, queue } = rig();
    queue.addRateLimited('a', 3000);
    await clock.advance(2999);
    equal(queue.depth, 0);
    await clock.advance(1);
    equal(queue.depth, 1);
  });

  it('drains at shutdown: what is due is handed out, nothing else', async () => {
    const { clock, queue } = rig();
    queue.add('a');
    queue.addAfter('later', 10);
    equal(await queue.take(), 'a');
    queue.add('b');
    queue.shutDown();
    queue.add('c');
    queue.addAfter('d', 1);
    equal(clock.timers, 0);
    equal(await queue.take(), 'b');
    equal(await queue.take(), undefined);
  });

  it('releases waiting workers at shutdown, and one alone by its signal', async () => {
    const { queue } = rig();
    const leaving = new AbortController();
    const [one, other] = [queue.take(leaving.signal), queue.take()];
    leaving.abort();
    equal(await one, undefined);
    queue.add('a');
    equal(await other, 'a', 'a worker that left takes no key with it');
    const third = queue.take();
    queue.shutDown();
    equal(await third, undefined);
  });

  it('tells depth and how long keys waited and were worked on', async () => {
    const seen: unknown[] = [];
    const { clock, queue } = rig({
      onDepth: (depth: number) => seen.push(`depth ${depth}`),
      onTaken: (ms: number) => seen.push(`waited ${ms}`),
      onDone: (ms: number) => seen.push(`worked ${ms}`),
    });
    queue.add('a');
    await clock.advance(7);
    await queue.take();
    await clock.advance(5);
    queue.done('a');
    deepEqual(seen, ['depth 1', 'depth 0', 'waited 7', 'worked 5']);
  });

  it('property: never two workers on one key, and no add is lost', async () => {
    const step = fc.oneof(
      fc.record({
        what: fc.constant('add' as const),
        key: fc.integer({ min: 0, max: 3 }),
        priority: fc.integer({ min: 0, max: 2 }),
      }),
      fc.record({
        what: fc.constant('after' as const),
        key: fc.integer({ min: 0, max: 3 }),
        ms: fc.integer({ min: 0, max: 50 }),
      }),
      fc.record({ what: fc.constant('limited' as const), key: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ what: fc.constant('take' as const) }),
      fc.record({ what: fc.constant('done' as const) }),
      fc.record({ what: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 40 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, queue } = rig();
        const working: string[] = [];
        const taken = new Map<string, number>();
        /** Per key: how often it had been taken at its last add. It must be taken once more. */
        const owed = new Map<string, number>();
        const owe = (key: string): void => void owed.set(key, taken.get(key) ?? 0);
        const take = async (): Promise<void> => {
          if (queue.depth === 0) return;
          const key = (await queue.take()) ?? '?';
          ok(!working.includes(key), `${key} is worked on twice`);
          working.push(key);
          taken.set(key, (taken.get(key) ?? 0) + 1);
        };
        for (const s of steps) {
          const key = 'key' in s ? `k${s.key}` : '';
          if ('key' in s) owe(key);
          if (s.what === 'add') queue.add(key, s.priority);
          else if (s.what === 'after') queue.addAfter(key, s.ms);
          else if (s.what === 'limited') queue.addRateLimited(key);
          else if (s.what === 'take') await take();
          else if (s.what === 'done') queue.done(working.shift() ?? 'nobody');
          else await clock.advance(s.ms);
        }
        for (let round = 0; round < 20; round += 1) {
          await clock.advance(60_000);
          while (queue.depth > 0) await take();
          for (const key of working.splice(0)) queue.done(key);
        }
        for (const [key, before] of owed) ok((taken.get(key) ?? 0) > before, `${key} was added and never taken`);
        equal(clock.timers, 0);
        await settle();
      }),
      { seed: 1337, numRuns: 200 },
    );
  });
});
