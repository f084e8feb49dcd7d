import { deepEqual, equal } from 'node:assert/strict';
import { FairQueue } from '../../../../operator/controllers/placement/fair-queue';

const take = (queue: FairQueue, most = 99): string[] => {
  const taken: string[] = [];
  for (let key = queue.take(); key !== undefined; key = queue.take()) {
    taken.push(key);
    if (taken.length === most) break;
  }
  return taken;
};
const filled = (...entries: readonly [key: string, priority?: number, createdAtMs?: number][]): FairQueue => {
  const queue = new FairQueue();
  for (const [key, priority = 0, createdAtMs = 0] of entries)
    queue.add(key, { namespace: key.split('/')[0] ?? '', priority, createdAtMs });
  return queue;
};

describe('fair queue', () => {
  it('gives namespaces their turns, each its oldest first', () => {
    const queue = filled(['a/1', 0, 5], ['a/2', 0, 3], ['a/3', 0, 4], ['b/1', 0, 9], ['c/1', 0, 8]);
    deepEqual(take(queue), ['a/2', 'b/1', 'c/1', 'a/3', 'a/1']);
    equal(queue.size, 0);
  });

  it('lets a newcomer wait for one key of each other namespace at most', () => {
    const queue = filled(...Array.from({ length: 50 }, (_, index) => [`a/${index}`] as [string]));
    take(queue, 3);
    queue.add('b/1', { namespace: 'b', priority: 0, createdAtMs: 99 });
    deepEqual(take(queue, 2).includes('b/1'), true);
  });

  it('serves the higher priority first, whoever came first', () => {
    deepEqual(take(filled(['a/1', 0, 1], ['b/1', 7, 9], ['a/2', 7, 2])), ['b/1', 'a/2', 'a/1']);
  });

  it('serves everybody of a namespace once before anybody again', () => {
    const queue = filled(['a/1', 0, 1], ['a/2', 0, 2], ['a/3', 0, 3]);
    deepEqual(take(queue, 1), ['a/1']);
    queue.add('a/1', { namespace: 'a', priority: 0, createdAtMs: 1 }, true);
    deepEqual(take(queue), ['a/2', 'a/3', 'a/1']);
  });

  it('holds a key once, and lets go of it', () => {
    const queue = filled(['a/1'], ['a/1'], ['b/1', 3]);
    equal(queue.size, 2);
    queue.delete('b/1');
    queue.delete('nobody');
    deepEqual(take(queue), ['a/1']);
  });

  it('serves everybody once a round, and whoever comes within a round takes part in it', () => {
    const queue = filled(['a/1', 0, 1], ['a/2', 0, 2]);
    const again = (key: string, createdAtMs: number): void =>
      queue.add(key, { namespace: 'a', priority: 0, createdAtMs }, true);
    take(queue, 1);
    again('a/1', 1);
    take(queue, 1);
    again('a/2', 2);
    deepEqual(take(queue, 1), ['a/1'], 'the second round has begun');
    again('a/1', 1);
    queue.add('a/3', { namespace: 'a', priority: 0, createdAtMs: 3 });
    deepEqual(take(queue), ['a/2', 'a/3', 'a/1'], 'newcomers without end keep nobody from a second turn');
  });

  it('lets a newcomer go before those who have had their turn', () => {
    const queue = filled(['a/1', 0, 1], ['a/2', 0, 2]);
    take(queue, 1);
    queue.add('a/1', { namespace: 'a', priority: 0, createdAtMs: 1 }, true);
    queue.add('a/3', { namespace: 'a', priority: 0, createdAtMs: 3 });
    deepEqual(take(queue), ['a/2', 'a/3', 'a/1']);
  });

  it('goes by the name among those of one age, so that the order is always the same', () => {
    for (const keys of [
      ['a/1', 'a/2', 'a/3'],
      ['a/3', 'a/2', 'a/1'],
    ])
      deepEqual(take(filled(...keys.map((key) => [key] as [string]))), ['a/1', 'a/2', 'a/3']);
    deepEqual(take(filled(['a/1', 0, 9], ['a/2', 0, 8])), ['a/2', 'a/1'], 'the age counts first');
  });

  it('lets go of one key, and of no other in its namespace or priority', () => {
    const queue = filled(['a/1', 0, 1], ['a/2', 0, 2], ['a/3', 0, 3], ['b/1']);
    queue.delete('a/2');
    equal(queue.size, 3);
    deepEqual(take(queue), ['a/1', 'b/1', 'a/3']);
    const alone = filled(['a/1', 0, 1], ['b/1', 0, 2]);
    alone.delete('a/1');
    deepEqual(take(alone), ['b/1']);
  });

  it('keeps the place of a key that is asked for again', () => {
    const queue = filled(['a/1', 0, 1], ['a/2', 0, 2]);
    queue.add('a/1', { namespace: 'a', priority: 0, createdAtMs: 1 }, true);
    deepEqual(take(queue), ['a/1', 'a/2']);
  });
});
