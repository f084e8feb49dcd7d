import { deepEqual, equal, throws } from 'node:assert/strict';
import fc from 'fast-check';
import type { KubeObject } from '../../../common/kube/types';
import { Store } from '../../../operator/runtime/store';
import { settle } from '../../common/kube/fake-clock';

interface Thing extends KubeObject {
  readonly host: string;
}
const thing = (name: string, version: number | string, more: { uid?: string; host?: string } = {}): Thing => ({
  apiVersion: 'x.io/v1',
  kind: 'Thing',
  metadata: { namespace: 'a', name, uid: more.uid ?? `uid-${name}`, resourceVersion: String(version) },
  host: more.host ?? 'h1',
});

class Rig {
  missed = 0;
  readonly store = new Store<Thing>({
    indexes: { host: (t) => [t.host] },
    onMissedEvents: (count) => (this.missed += count),
  });
  readonly told: string[] = [];

  constructor(...first: readonly Thing[]) {
    this.list(10, first);
    this.store.onChange((change) => {
      const object = change.type === 'deleted' ? change.old : change.object;
      this.told.push(`${change.type} ${change.key} ${object.metadata.uid}`);
    });
  }

  list(
    version: number,
    objects: readonly Thing[],
    cause: 'start' | 'forced' | 'periodic' | 'wentBack' = 'start',
  ): void {
    this.store.apply({ type: 'init', cause });
    this.store.apply({ type: 'page', objects });
    this.store.apply({ type: 'initDone', resourceVersion: String(version), cause });
  }

  get versions(): Record<string, string | undefined> {
    return Object.fromEntries(this.store.all().map((t) => [t.metadata.name, t.metadata.resourceVersion]));
  }
}

describe('store', () => {
  it('is synced once the first list is in, not before', async () => {
    const store = new Store<Thing>();
    let synced = false;
    void store.synced.then(() => (synced = true));
    store.apply({ type: 'init', cause: 'start' });
    store.apply({ type: 'page', objects: [thing('one', 1)] });
    await settle();
    deepEqual([synced, store.isSynced, store.size], [false, false, 0]);
    store.apply({ type: 'initDone', resourceVersion: '5', cause: 'start' });
    await settle();
    deepEqual([synced, store.isSynced, store.size], [true, true, 1]);
  });

  it('tells what changed by key, and counts generations', () => {
    const rig = new Rig();
    const before = rig.store.generation;
    rig.store.apply({ type: 'apply', object: thing('one', 11) });
    rig.store.apply({ type: 'apply', object: thing('one', 12) });
    rig.store.apply({ type: 'delete', object: thing('one', 13) });
    deepEqual(rig.told, ['added a/one uid-one', 'updated a/one uid-one', 'deleted a/one uid-one']);
    equal(rig.store.generation, before + 3);
  });

  it('swaps a whole list at once: handlers see the world after it', () => {
    const rig = new Rig(thing('one', 1), thing('two', 2));
    const sizes: number[] = [];
    rig.store.onChange(() => sizes.push(rig.store.size));
    rig.list(20, [thing('two', 15), thing('three', 16)], 'forced');
    deepEqual(rig.told, ['deleted a/one uid-one', 'updated a/two uid-two', 'added a/three uid-three']);
    deepEqual(sizes, [2, 2, 2]);
  });

  it('stays quiet about objects that a relist brings unchanged', () => {
    const rig = new Rig(thing('one', 1));
    const { generation } = rig.store;
    rig.list(20, [thing('one', 1)], 'periodic');
    deepEqual([rig.told, rig.store.generation], [[], generation]);
  });

  it('forgets a list that was not finished', () => {
    const rig = new Rig(thing('one', 1));
    rig.store.apply({ type: 'init', cause: 'expired' });
    rig.store.apply({ type: 'page', objects: [thing('ghost', 15)] });
    rig.list(20, [thing('one', 1)], 'forced');
    deepEqual(rig.versions, { one: '1' });
  });

  it('tells an object of another uid as deleted, then added, by watch and by relist', () => {
    const rig = new Rig(thing('one', 1, { uid: 'u1' }));
    rig.store.apply({ type: 'apply', object: thing('one', 11, { uid: 'u2' }) });
    rig.list(20, [thing('one', 15, { uid: 'u3' })], 'forced');
    deepEqual(rig.told, ['deleted a/one u1', 'added a/one u2', 'deleted a/one u2', 'added a/one u3']);
  });

  it('finds by index, and follows objects whose value changes', () => {
    const rig = new Rig(thing('one', 1), thing('two', 2, { host: 'h2' }));
    rig.store.apply({ type: 'apply', object: thing('one', 11, { host: 'h2' }) });
    deepEqual(rig.store.byIndex('host', 'h1'), []);
    deepEqual(
      rig.store
        .byIndex('host', 'h2')
        .map((t) => t.metadata.name)
        .sort(),
      ['one', 'two'],
    );
    rig.store.apply({ type: 'delete', object: thing('two', 12, { host: 'h3' }) });
    deepEqual(
      rig.store.byIndex('host', 'h2').map((t) => t.metadata.name),
      ['one'],
    );
    throws(() => rig.store.byIndex('typo', 'x'), RangeError);
  });

  describe('read your own writes', () => {
    it('shows a write at once, and is quiet when the watch brings the same', () => {
      const rig = new Rig();
      rig.store.assume(thing('one', 11));
      rig.store.apply({ type: 'apply', object: thing('one', 11) });
      deepEqual(rig.told, ['added a/one uid-one']);
    });

    it('does not go back to what the watch still brings from before the write', () => {
      const rig = new Rig(thing('one', 1));
      rig.store.assume(thing('one', 13));
      rig.store.apply({ type: 'apply', object: thing('one', 12) });
      deepEqual(rig.versions, { one: '13' });
      rig.store.apply({ type: 'apply', object: thing('one', 14) });
      deepEqual(rig.versions, { one: '14' });
    });

    it('makes no ghost of an object that the watch already saw go', () => {
      const rig = new Rig(thing('one', 1));
      rig.store.apply({ type: 'delete', object: thing('one', 12) });
      rig.store.assume(thing('one', 11)); // the answer of an older patch, come late
      deepEqual(rig.versions, {});
    });

    it('keeps a successor when the deletion of the predecessor comes late', () => {
      const rig = new Rig(thing('one', 1, { uid: 'u1' }));
      rig.store.assume(thing('one', 13, { uid: 'u2' }));
      rig.store.apply({ type: 'delete', object: thing('one', 12, { uid: 'u1' }) });
      deepEqual(rig.versions, { one: '13' });
    });

    it('keeps what was written while a list was read that is older', () => {
      const rig = new Rig(thing('two', 2));
      rig.store.apply({ type: 'init', cause: 'forced' });
      rig.store.assume(thing('one', 22));
      rig.store.assume(thing('two', 23));
      rig.store.apply({ type: 'page', objects: [thing('two', 2)] });
      rig.store.apply({ type: 'initDone', resourceVersion: '20', cause: 'forced' });
      deepEqual(rig.versions, { one: '22', two: '23' });
    });

    it('believes a list that began after the write: what is not in it is gone', () => {
      const rig = new Rig();
      rig.store.assume(thing('one', 22));
      rig.list(15, [], 'wentBack');
      deepEqual(rig.versions, {});
      rig.store.apply({ type: 'apply', object: thing('two', 16) });
      deepEqual(rig.versions, { two: '16' }, 'after a restore lower versions are the truth');
    });

    it('compares versions as numbers of any length', () => {
      const rig = new Rig();
      rig.store.assume(thing('one', '99999999999999999999'));
      rig.store.apply({ type: 'apply', object: thing('one', '100000000000000000000') });
      deepEqual(rig.versions, { one: '100000000000000000000' });
    });
  });

  it('counts what a safety relist found and the watch had not told', () => {
    const rig = new Rig(thing('one', 1));
    rig.store.apply({ type: 'bookmark', resourceVersion: '18' });
    rig.list(20, [thing('one', 15), thing('two', 16), thing('three', 19)], 'periodic');
    equal(rig.missed, 2, 'three is newer than where the watch stood');
  });

  it('property: after any mix of writes and delayed watch events the cache equals the server', () => {
    const step = fc.record({
      name: fc.constantFrom('one', 'two', 'three'),
      what: fc.constantFrom('write' as const, 'delete' as const),
      seeAnswer: fc.boolean(),
      deliver: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rig = new Rig();
        const server = new Map<string, Thing>();
        const wire: { type: 'apply' | 'delete'; object: Thing }[] = [];
        const own = new Map<string, number>();
        let version = 10;
        for (const { name, what, seeAnswer, deliver } of steps) {
          version += 1;
          const present = server.get(name);
          if (what === 'write') {
            const object = thing(name, version, { uid: present?.metadata.uid ?? `${name}-${version}` });
            server.set(name, object);
            wire.push({ type: 'apply', object });
            if (seeAnswer) {
              rig.store.assume(object);
              own.set(name, version);
            }
          } else if (present !== undefined) {
            server.delete(name);
            wire.push({
              type: 'delete',
              object: { ...present, metadata: { ...present.metadata, resourceVersion: String(version) } },
            });
            own.delete(name);
          }
          for (const event of wire.splice(0, deliver)) rig.store.apply(event);
          for (const [key, least] of own) {
            const seen = Number(rig.store.get(`a/${key}`)?.metadata.resourceVersion ?? 0);
            if (seen < least) throw new Error(`${key}: wrote ${least}, reads ${seen}`);
          }
        }
        for (const event of wire) rig.store.apply(event);
        deepEqual(rig.versions, Object.fromEntries([...server].map(([name, t]) => [name, t.metadata.resourceVersion])));
        const indexed = rig.store
          .byIndex('host', 'h1')
          .map((t) => t.metadata.name)
          .sort();
        deepEqual(indexed, [...server.keys()].sort());
      }),
      { seed: 1337, numRuns: 300 },
    );
  });
});
