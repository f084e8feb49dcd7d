import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { systemClock } from '../../../common/kube/clock';
import { loadKubeconfig } from '../../../common/kube/config';
import { KubeClient } from '../../../common/kube/client';
import { isNamespaceTerminating } from '../../../common/kube/errors';
import type { KubeError } from '../../../common/kube/errors';
import { EventRecorder } from '../../../common/kube/events';
import { Heartbeat } from '../../../common/kube/heartbeat';
import { LEASES, microTime } from '../../../common/kube/lease';
import type { Lease } from '../../../common/kube/lease';
import { createTransport } from '../../../common/kube/https-transport';
import { parseWatchLine } from '../../../common/kube/watch-line';
import { startControlPlane } from '../../control-plane/control-plane';
import type { ControlPlane } from '../../control-plane/control-plane';
import { startFaultProxy } from '../../control-plane/fault-proxy';
import type { FaultProxy } from '../../control-plane/fault-proxy';
import { listsOn } from './client-lists';
import { CONFIGMAPS, THINGS, adminClient, configMap, eventually, installThings, is, thing } from './things';
import type { Thing } from './things';

describe('client on a real API server', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let proxy: FaultProxy;
  let client: KubeClient;
  let proxied: KubeClient;

  before(async function () {
    this.timeout(900_000);
    plane = await startControlPlane();
    proxy = await startFaultProxy(plane);
    await installThings(plane);
    client = adminClient(plane);
    proxied = adminClient(plane, proxy.url);
  });
  after(async () => {
    client?.transport.close();
    proxied?.transport.close();
    await proxy?.stop();
    await plane?.stop();
  });
  afterEach(() => proxy.rules.clear());

  it('creates, reads, replaces, patches and deletes', async () => {
    const made = await client.create(THINGS, thing('one', { spec: { size: 1 } }));
    ok(made.metadata.uid !== undefined);
    const replaced = await client.update(THINGS, { ...made, spec: { size: 2 } });
    equal(replaced.metadata.generation, 2);
    const ref = { namespace: 'default', name: 'one' };
    await client.mergePatch(THINGS, ref, { status: { phase: 'Good' } }, { subresource: 'status' });
    const seen = await client.get(THINGS, ref);
    deepEqual([seen.spec, seen.status, seen.kind], [{ size: 2 }, { phase: 'Good' }, 'Thing']);
    equal(await client.delete(THINGS, ref, { uid: seen.metadata.uid ?? '' }), undefined);
    await rejects(client.get(THINGS, ref), is('notFound'));
  });

  it('tells every refusal by kind', async () => {
    const ref = { namespace: 'default', name: 'kinds' };
    const made = await client.create(THINGS, thing('kinds', { spec: { size: 1 } }));
    await client.mergePatch(THINGS, ref, { spec: { size: 2 } });
    await rejects(client.create(THINGS, thing('kinds')), is('alreadyExists'));
    await rejects(client.update(THINGS, { ...made, spec: { size: 3 } }), is('conflict'));
    const { resourceVersion } = made.metadata;
    await rejects(client.mergePatch(THINGS, ref, { metadata: { resourceVersion }, spec: { size: 3 } }), is('conflict'));
    await rejects(client.delete(THINGS, ref, { uid: 'another' }), is('conflict'));
    await rejects(client.create(THINGS, thing('bad', { spec: { size: -1 } })), is('invalid'));
    await rejects(client.create(CONFIGMAPS, configMap('Bad_Name')), is('invalid'));
    const stranger = new KubeClient(createTransport({ target: { server: plane.server, ca: plane.caPem } }));
    await rejects(stranger.get(THINGS, ref), is('forbidden'));
    stranger.transport.close();
    const token = (): Promise<string> => Promise.resolve('nonsense');
    const liar = new KubeClient(createTransport({ target: { server: plane.server, ca: plane.caPem, token } }));
    await rejects(liar.get(THINGS, ref), is('unauthorized'));
    liar.transport.close();
  });

  it('sends nothing to a server it cannot verify', async () => {
    const wary = new KubeClient(createTransport({ target: { server: plane.server } }));
    await rejects(
      wary.create(THINGS, thing('wary')),
      (error: KubeError) => error.kind === 'network' && !error.mayHaveLanded,
    );
    wary.transport.close();
    await rejects(client.get(THINGS, { namespace: 'default', name: 'wary' }), is('notFound'));
  });

  it('works with the administrator’s kubeconfig and its client certificate', async () => {
    const other = new KubeClient(createTransport({ target: await loadKubeconfig(plane.kubeconfigPath) }));
    ok((await other.list(CONFIGMAPS, { namespace: 'kube-system' })).items.length > 0);
    other.transport.close();
  });

  describe('server-side apply to /status', () => {
    const ref = { namespace: 'default', name: 'applied' };
    const status = (value: Thing['status'], resourceVersion?: string): Thing =>
      thing('applied', {
        ...(value !== undefined && { status: value }),
        metadata: resourceVersion === undefined ? {} : { resourceVersion },
      });
    const as = (fieldManager: string, force = false) => ({ subresource: 'status', fieldManager, force }) as const;

    it('leaves the fields of others alone, and removes what its manager leaves out', async () => {
      await client.create(THINGS, thing('applied'));
      await client.apply(THINGS, status({ phase: 'Good', note: 'n' }), as('one'));
      await client.apply(THINGS, status({ phase: 'Good' }), as('one'));
      deepEqual((await client.get(THINGS, ref)).status, { phase: 'Good' });
      await rejects(client.apply(THINGS, status({ phase: 'Bad' }), as('two')), is('conflict'));
      await client.apply(THINGS, status({ phase: 'Bad' }), as('two', true));
      deepEqual((await client.get(THINGS, ref)).status, { phase: 'Bad' });
    });

    it('is a compare-and-swap with a resourceVersion', async () => {
      const before = await client.get(THINGS, ref);
      await client.mergePatch(THINGS, ref, { status: { note: 'changed' } }, { subresource: 'status' });
      const stale = status({ phase: 'Late' }, before.metadata.resourceVersion);
      await rejects(client.apply(THINGS, stale, as('one', true)), is('conflict'));
    });
  });

  it('returns an object whose finalizers keep it', async () => {
    await client.create(THINGS, thing('kept', { metadata: { finalizers: ['test.xenfleet.io/keep'] } }));
    const ref = { namespace: 'default', name: 'kept' };
    const kept = await client.delete(THINGS, ref);
    ok(kept?.metadata.deletionTimestamp !== undefined);
    const { resourceVersion } = kept.metadata;
    await client.mergePatch(THINGS, ref, { metadata: { resourceVersion, finalizers: null } });
    await rejects(client.get(THINGS, ref), is('notFound'));
  });

  listsOn(() => ({ client, proxied, proxy }));

  it('says of a write whose answer was lost that it may have landed, and it has', async () => {
    const ref = { namespace: 'default', name: 'lost' };
    await client.create(THINGS, thing('lost'));
    proxy.rules.add({ match: { method: 'PATCH' }, fault: { kind: 'loseAnswer' }, times: 1 });
    await rejects(
      proxied.mergePatch(THINGS, ref, { spec: { color: 'red' } }),
      (error: KubeError) => error.kind === 'network' && error.mayHaveLanded,
    );
    equal((await client.get(THINGS, ref)).spec?.color, 'red');
  });

  it('passes on how long a throttling server asks to wait', async () => {
    proxy.rules.add({
      match: { method: 'POST' },
      fault: { kind: 'status', code: 429, retryAfterSeconds: 7 },
      times: 1,
    });
    await rejects(
      proxied.create(THINGS, thing('throttled')),
      (error: KubeError) => error.kind === 'throttled' && error.retryAfterMs === 7000 && !error.mayHaveLanded,
    );
  });

  it('gives up on a silent server at its deadline', async () => {
    proxy.rules.add({ match: { method: 'GET' }, fault: { kind: 'silent' }, times: 1 });
    const call = proxied.get(THINGS, { namespace: 'default', name: 'lost' }, { deadlineMs: 200 });
    await rejects(call, is('timeout'));
  });

  it('knows a namespace that is on its way out', async () => {
    await plane.kubectl(['create', 'namespace', 'leaving']);
    const keeper = thing('keeper', { metadata: { namespace: 'leaving', finalizers: ['test.xenfleet.io/keep'] } });
    await client.create(THINGS, keeper);
    await plane.kubectl(['delete', 'namespace', 'leaving', '--wait=false']);
    await eventually(async () => {
      const late = thing('late', { metadata: { namespace: 'leaving' } });
      await rejects(client.create(THINGS, late), (error: unknown) => isNamespaceTerminating(error));
    });
    await client.mergePatch(THINGS, { namespace: 'leaving', name: 'keeper' }, { metadata: { finalizers: null } });
  });

  it('reads a real 410 of a watch from long ago', async () => {
    // The API server keeps no history from before its own start.
    const lines: string[] = [];
    const call = {
      resourceVersion: '1',
      timeoutSeconds: 5,
      idleMs: 10_000,
      onLine: (line: string) => {
        lines.push(line);
        return false;
      },
    };
    const kind = await client.watch(THINGS, {}, call).then(
      () => {
        const event = parseWatchLine(lines[0] ?? '');
        return event.type === 'error' ? event.error.kind : event.type;
      },
      (error: KubeError) => error.kind,
    );
    equal(kind, 'gone');
  });

  it('beats in a lease, with times that the server accepts', async () => {
    const ref = { namespace: 'default', name: 'agent' };
    const lease: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: ref };
    await client.create(LEASES, lease);
    const wrong = { ...lease, metadata: { ...ref, name: 'wrong' }, spec: { renewTime: new Date().toISOString() } };
    await rejects(client.create(LEASES, wrong), is('invalid'), 'three digits are refused');
    let beats = 0;
    const identity = { client, clock: systemClock, lease: ref, holderIdentity: 'h1', mayTake: () => false };
    const onBeat = (error?: unknown): void => void (error === undefined && (beats += 1));
    const heartbeat = new Heartbeat({ ...identity, intervalMs: 100, onBeat });
    heartbeat.start();
    await eventually(() => ok(beats >= 3));
    await heartbeat.stop();
    const seen = await client.get(LEASES, ref);
    equal(seen.spec?.holderIdentity, 'h1');
    ok(Math.abs(Date.parse(seen.spec?.renewTime ?? '') - Date.now()) < 5000);
    ok((seen.spec?.renewTime ?? '') <= microTime(Date.now()));
  });

  it('records an Event that kubectl describe shows', async () => {
    const about = await client.get(THINGS, { namespace: 'default', name: 'lost' });
    const recorder = new EventRecorder({ client, clock: systemClock, component: 'test', instance: 'one' });
    recorder.record(about, { type: 'Warning', reason: 'Unschedulable', message: 'no host has 16384 MiB' });
    await recorder.flush();
    const shown = await plane.kubectl(['describe', 'thing', 'lost', '-n', 'default']);
    ok(/Warning\s+Unschedulable.*no host has 16384 MiB/.test(shown), shown);
  });
});
