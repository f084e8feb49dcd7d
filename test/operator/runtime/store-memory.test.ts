import { deepEqual, equal } from 'node:assert/strict';
import type { KubeObject } from '../../../common/kube/types';
import { Store } from '../../../operator/runtime/store';

interface Thing extends KubeObject {
  readonly host: string;
}

const thing = (name: string, version: number, { uid = `uid-${name}`, host = 'h1' } = {}): Thing => ({
  apiVersion: 'x.io/v1',
  kind: 'Thing',
  metadata: { namespace: 'a', name, uid, resourceVersion: String(version) },
  host,
});

function page(store: Store<Thing>, ...objects: Thing[]): void {
  store.apply({ type: 'init', cause: 'periodic' });
  store.apply({ type: 'page', objects });
  store.apply({ type: 'initDone', resourceVersion: '10', cause: 'periodic' });
}

function storeOf(...first: Thing[]): Store<Thing> {
  const store = new Store<Thing>({ indexes: { host: (item) => [item.host] } });
  page(store, ...first);
  return store;
}

describe('memory of a store', () => {
  it('keeps its own copy where a list brings nothing new', () => {
    const first = thing('one', 5);
    const store = storeOf(first);
    const told: string[] = [];
    store.onChange(({ key }) => told.push(key));
    page(store, thing('one', 5));
    equal(store.get('a/one'), first);
    deepEqual(told, []);
    const next = thing('one', 6);
    page(store, next);
    equal(store.get('a/one'), next);
    const anew = thing('one', 6, { uid: 'another' });
    page(store, anew);
    equal(store.get('a/one'), anew);
  });

  it('gives the whole answer to a write away for what a list brings', () => {
    const store = storeOf();
    const answer = thing('one', 50);
    store.assume({ ...answer, metadata: { ...answer.metadata, managedFields: [] } });
    page(store, answer);
    equal(store.get('a/one'), answer);
  });

  it('finds by one value first one, then two, then one again', () => {
    const store = storeOf(thing('one', 5), thing('two', 6), thing('three', 7, { host: 'h2' }));
    const found = (host: string): string[] => store.byIndex('host', host).map(({ metadata }) => metadata.name);
    deepEqual([found('h1'), found('h2'), found('h3')], [['one', 'two'], ['three'], []]);
    store.apply({ type: 'delete', object: thing('one', 8) });
    deepEqual(found('h1'), ['two']);
    store.apply({ type: 'apply', object: thing('two', 9, { host: 'h2' }) });
    deepEqual([found('h1'), found('h2')], [[], ['three', 'two']]);
  });
});
