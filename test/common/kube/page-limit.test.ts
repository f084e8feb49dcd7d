/** A page that is too long is asked for in smaller ones, whatever the objects weigh. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { KubeClient } from '../../../common/kube/client';
import { KubeError } from '../../../common/kube/errors';
import { createTransport } from '../../../common/kube/https-transport';
import type { KubeObject, ResourceType } from '../../../common/kube/types';
import { dropAnnotations, dropUnread } from '../../../common/kube/watch-line';
import { settle } from './fake-clock';
import { Server, failure } from './http-server';
import { WatcherRig, page, thing, untilCall } from './watcher-rig';

const THINGS: ResourceType = { group: 'x.io', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
const tooLong = (): KubeError => new KubeError('tooLong', 'the answer is too long');

describe('a list whose objects are large', () => {
  let server: Server;
  let client: KubeClient;
  let stop: () => void;
  const limits: number[] = [];
  beforeEach(async () => {
    server = new Server();
    const transport = createTransport({ target: { server: await server.start() }, maxResponseBytes: 10_000 });
    client = new KubeClient(transport);
    stop = () => transport.close();
    limits.length = 0;
  });
  afterEach(async () => {
    stop();
    await server.stop();
  });

  /** Serves `count` objects of `bytes` each, in the pages that are asked for. */
  const serve = (count: number, bytes: number): void => {
    server.handler = (request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      const from = Number(query.get('continue') ?? 0);
      const limit = Number(query.get('limit'));
      limits.push(limit);
      const items = Array.from({ length: Math.min(limit, count - from) }, (_, index) => ({
        ...thing(`t${from + index}`, '5'),
        text: 'x'.repeat(bytes),
      }));
      const next = from + items.length;
      const metadata = { resourceVersion: '9', ...(next < count && { continue: String(next) }) };
      response.end(JSON.stringify({ metadata, items }));
    };
  };

  it('comes whole, page by page, each once', async () => {
    serve(40, 1000);
    const { items } = await client.list(THINGS);
    deepEqual(new Set(items.map(({ metadata }) => metadata.name)).size, 40);
    equal(items.length, 40);
    deepEqual(limits.slice(0, 7), [500, 250, 125, 62, 31, 15, 7]);
    ok(limits.slice(6).every((limit) => limit === 7));
  });

  it('comes one by one if it must', async () => {
    serve(3, 9000);
    equal((await client.list(THINGS)).items.length, 3);
    equal(limits.at(-1), 1);
  });

  it('fails by name if a single object is too long', async () => {
    serve(3, 10_000);
    equal((await failure(client.list(THINGS))).kind, 'tooLong');
    equal(limits.at(-1), 1);
  });
});

describe('a watcher whose objects are large', () => {
  const limitsOf = (rig: WatcherRig): unknown[] => rig.api.requests.map(({ query }) => query?.limit);

  it('halves the page without delay and goes on from where it was', async () => {
    const rig = new WatcherRig();
    rig.api.next(page('10', [thing('one', '1')], 'more'), tooLong(), tooLong(), page('10', [thing('two', '2')]));
    void rig.watcher.run();
    await settle();
    deepEqual(rig.told, ['init start', 'page one', 'page two', 'initDone 10']);
    deepEqual(
      rig.api.requests.map(({ query }) => [query?.limit, query?.continue]),
      [
        [500, undefined],
        [500, 'more'],
        [250, 'more'],
        [125, 'more'],
      ],
    );
    await rig.watcher.stop();
  });

  it('asks for more again with each list that was read whole', async () => {
    const rig = new WatcherRig();
    rig.api.next(tooLong(), tooLong(), page('10'), page('11'), page('12'), page('13'));
    void rig.watcher.run();
    await settle();
    for (let list = 0; list < 3; list++) await rig.watcher.relist();
    deepEqual(limitsOf(rig), [500, 250, 125, 250, 500, 500]);
    await rig.watcher.stop();
  });

  it('waits longer and longer if one object alone is too long', async () => {
    const rig = new WatcherRig();
    for (let call = 0; call < 12; call++) rig.api.next(tooLong());
    void rig.watcher.run();
    await settle();
    equal(rig.watcher.state, 'backingOff');
    deepEqual(limitsOf(rig), [500, 250, 125, 62, 31, 15, 7, 3, 1]);
    await untilCall(rig, 10);
    await rig.watcher.stop();
  });
});

describe('what is kept of an object', () => {
  const heavy = (): KubeObject => ({
    ...thing('one', '1'),
    metadata: {
      ...thing('one', '1').metadata,
      labels: { app: 'web' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'a.io/b': 'c' },
      managedFields: [{}],
    },
  });
  const { labels, ...plain } = { labels: { app: 'web' }, ...thing('one', '1').metadata };

  it('are its labels, and the annotations that a write would erase otherwise', () => {
    deepEqual(dropUnread(heavy()).metadata, { ...plain, labels, annotations: { 'a.io/b': 'c' } });
    deepEqual(dropUnread(thing('one', '1')), thing('one', '1'));
  });

  it('are no annotations at all if it is never written back', () => {
    deepEqual(dropAnnotations(heavy()).metadata, { ...plain, labels });
  });
});
