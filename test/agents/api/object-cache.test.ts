import { deepEqual, equal } from 'node:assert/strict';
import { ObjectCache } from '../../../agents/api/object-cache';
import type { KubeObject } from '../../../common/kube/types';

const object = (name: string, resourceVersion: string, uid = `uid-${name}`): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, uid, resourceVersion },
});

/** Holds `a` at version 5. */
function filled(): ObjectCache<KubeObject> {
  const cache = new ObjectCache<KubeObject>();
  cache.put(object('a', '5'));
  return cache;
}

describe('the cache of objects', () => {
  it('takes what is newer, and an object of another UID whatever its version', () => {
    const rows: readonly [KubeObject, boolean][] = [
      [object('a', '4'), false],
      [object('a', '5'), false],
      [object('a', '10'), true],
      [object('a', '1', 'another'), true],
      [object('b', '1'), true],
    ];
    for (const [next, news] of rows) {
      const cache = filled();
      equal(cache.put(next), news);
      equal(cache.get(next.metadata.name) === next, news);
    }
  });

  it('shows a list only when it is whole, and names what came and what went', () => {
    const cache = filled();
    deepEqual(cache.take({ type: 'init', cause: 'start' }), []);
    deepEqual(cache.take({ type: 'page', objects: [object('b', '6')] }), []);
    deepEqual([cache.names(), cache.listed], [['a'], false]);
    deepEqual(cache.take({ type: 'initDone', resourceVersion: '7', cause: 'start' }), ['a', 'b']);
    deepEqual([cache.names(), cache.listed], [['b'], true]);
    deepEqual(cache.take({ type: 'delete', object: object('b', '8') }), ['b']);
    deepEqual(cache.take({ type: 'delete', object: object('b', '8') }), []);
  });
});
