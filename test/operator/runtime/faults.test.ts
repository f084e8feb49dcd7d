/** A bug in one handler, index or hook is reported, and stops neither the others nor the loop. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { KubeObject } from '../../../common/kube/types';
import { Controller } from '../../../operator/runtime/controller';
import { Store } from '../../../operator/runtime/store';
import { WorkQueue } from '../../../operator/runtime/workqueue';
import { createMetrics } from '../../../operator/adapters/metrics';
import { FakeClock, noChance, settle } from '../../common/kube/fake-clock';
import { account, poolAccount, world } from '../adapters/speaking';

const thing = (name: string, version = 1): KubeObject => ({
  apiVersion: 'x.io/v1',
  kind: 'Thing',
  metadata: { name, uid: name, resourceVersion: String(version) },
});
const bug = (): never => {
  throw new Error('a bug');
};

describe('a store whose users have bugs', () => {
  const rig = () => {
    const faults: string[] = [];
    const told: string[] = [];
    const store = new Store<KubeObject>({
      indexes: {
        broken: ({ metadata }) => (metadata.name === 'bad' ? bug() : ['all']),
        whole: ({ metadata }) => [metadata.name],
      },
      onFault: (where) => faults.push(where),
      onMissedEvents: bug,
    });
    store.onChange(({ key }) => (key === 'bad' ? bug() : undefined));
    store.onChange(({ type, key }) => told.push(`${type} ${key}`));
    return { faults, told, store };
  };
  const list = (store: Store<KubeObject>, version: string, ...objects: KubeObject[]): void => {
    store.apply({ type: 'init', cause: 'forced' });
    store.apply({ type: 'page', objects });
    store.apply({ type: 'initDone', resourceVersion: version, cause: 'forced' });
  };

  it('tells every change to every other handler, of lists and of watches', () => {
    const { told, store } = rig();
    list(store, '5', thing('a'), thing('bad'), thing('c'));
    store.apply({ type: 'apply', object: thing('bad', 6) });
    store.apply({ type: 'apply', object: thing('c', 7) });
    deepEqual(told, ['added a', 'added bad', 'added c', 'updated bad', 'updated c']);
  });

  it('has the bad object in every other index, and takes it out again', () => {
    const { store } = rig();
    list(store, '5', thing('a'), thing('bad'));
    equal(store.byIndex('whole', 'bad').length, 1);
    deepEqual(
      store.byIndex('broken', 'all').map(({ metadata }) => metadata.name),
      ['a'],
    );
    store.apply({ type: 'delete', object: thing('bad', 8) });
    deepEqual([store.byIndex('whole', 'bad'), store.get('bad')], [[], undefined]);
  });

  it('tells where each exception came from, also of what only counts', () => {
    const { faults, store } = rig();
    list(store, '5', thing('bad'));
    deepEqual(faults, ['index broken', 'handler']);
    store.apply({ type: 'bookmark', resourceVersion: '20' });
    list(store, '30', thing('bad', 9));
    deepEqual(faults.slice(2), ['handler', 'index broken', 'index broken', 'handler']);
  });
});

describe('a controller whose hooks have bugs', () => {
  it('works on, and tells of them', async () => {
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock, random: noChance() });
    const done: string[] = [];
    const faults: string[] = [];
    const controller = new Controller({
      name: 'x',
      queue,
      clock,
      reconcile: (key) => {
        done.push(key);
        return key === 'bad' ? Promise.reject(new Error('it fails')) : Promise.resolve(undefined);
      },
      onReconciled: bug,
      onError: bug,
      onFault: (where) => faults.push(where),
    });
    controller.start();
    for (const key of ['bad', 'good']) queue.add(key);
    await settle();
    deepEqual(done, ['bad', 'good']);
    deepEqual(faults, ['controller', 'controller', 'controller']);
    queue.shutDown();
    await controller.stop();
  });
});

describe('a scrape of figures that have bugs', () => {
  const told: string[] = [];
  const scrape = async (read: Parameters<ReturnType<typeof createMetrics>['onCollect']>[0]): Promise<string> => {
    const metrics = createMetrics('1', (where, error) => told.push(`${where}: ${(error as Error).message}`));
    metrics.reconciled('vm', 'ok', 1);
    metrics.onCollect(read);
    return (await metrics.expose()).body;
  };

  it('shows everything else, and counts it', async () => {
    const body = await scrape(bug);
    match(body, /^xenfleet_reconcile_total\{controller="vm",outcome="ok"\} 1$/m);
    match(body, /^xenfleet_faults_total\{where="scrape"\} 1$/m);
    ok(!body.includes('xenfleet_vms{'));
    deepEqual(told, ['scrape: a bug']);
  });

  it('shows every host and pool but the one that cannot be told', async () => {
    const broken = { ...account('bad'), totalBytes: 'much' as unknown as number };
    const hosts = [broken, account('good')].map((one) => ({ account: one, cpus: 1, storage: [] }));
    const pools = [{ ...poolAccount('bad'), vms: 'many' as unknown as number }, poolAccount('good')];
    const body = await scrape(() => world({ hosts, pools: pools.map((one) => ({ account: one, isJudged: true })) }));
    match(body, /^xenfleet_host_vms\{host="good"\}/m);
    match(body, /^xenfleet_pool_failures_tolerated\{pool="good"\}/m);
    match(body, /^xenfleet_faults_total\{where="scrape"\} 2$/m);
  });
});
