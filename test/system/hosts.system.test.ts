/**
 * Hosts that leave the fleet, and hosts that a restored backup does not know, on a real control
 * plane.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { XenVM } from '../../crds/generated/types';
import { findCondition } from '../../common/conditions';
import { XENAGENTS, XENHOSTS, XENVMS } from '../../common/kube/resources';
import { hostManifest } from '../playground/cluster';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';
import { until } from './until';

const WITHIN_MS = 60_000;

const small = (name: string): XenVM => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenVM',
  metadata: { name, namespace: 'default' },
  spec: { type: 'pvh', resources: { vcpus: 1, memory: '1Gi' }, boot: { kernel: 'debian/vmlinuz' } },
});

describe('hosts that come and go', function () {
  this.timeout(240_000);
  let playground: Playground;

  before(async () => (playground = await startPlayground({ hosts: 4 })));
  after(() => playground.stop());

  const agentOf = (host: string) => playground.client.get(XENAGENTS, { namespace: `xenhost-${host}`, name: host });
  const kept = async (host: string): Promise<readonly string[]> => (await agentOf(host)).status?.roster ?? [];
  const vm = (name: string): Promise<XenVM> => playground.client.get(XENVMS, { namespace: 'default', name });

  it('every host keeps the names of all, in a small fleet', () =>
    until(async () => deepEqual(await kept('host-1'), ['host-1', 'host-2', 'host-3', 'host-4']), WITHIN_MS));

  it('a host that is deleted goes once nobody is told to remember it', async () => {
    await playground.kubectl(['delete', 'xh', 'host-4', '--timeout=60s']);
    for (const host of ['host-1', 'host-2', 'host-3'])
      ok((await agentOf(host)).spec.roster?.includes('host-4') === false, host);
    await until(async () => deepEqual(await kept('host-1'), ['host-1', 'host-2', 'host-3']), WITHIN_MS);
    await playground.killAgent('host-4');
    // Nobody waits for it.
    await playground.killOperator();
    await playground.client.create(XENVMS, small('first'));
    playground.operator().start();
    await until(async () => equal((await vm('first')).status?.phase, 'Running'), WITHIN_MS);
  });

  it('a host that was added after a backup is waited for when that is restored', async () => {
    await playground.killOperator();
    await forget('host-3');
    await playground.client.create(XENVMS, small('second'));
    playground.operator().start();
    await until(async () => {
      const ready = findCondition((await vm('second')).status?.conditions, 'Ready');
      equal(ready?.reason, 'HostNotReporting');
      match(ready?.message ?? '', /a report of host-3: .* no such XenHost, other hosts remember it from before/);
    }, WITHIN_MS);
    await playground.client.create(XENHOSTS, hostManifest('host-3'));
    await until(async () => equal((await vm('second')).status?.phase, 'Running'), WITHIN_MS);
  });

  /** The API as an older backup shows it: no such host, and nobody was told of it yet. */
  async function forget(name: string): Promise<void> {
    const namespace = `xenhost-${name}`;
    await playground.client.mergePatch(XENHOSTS, { name }, { metadata: { finalizers: null } });
    await playground.client.delete(XENHOSTS, { name });
    await playground.kubectl(['annotate', 'namespace', namespace, 'xenfleet.io/allow-deletion=true']);
    await playground.kubectl(['delete', 'namespace', namespace, '--timeout=60s']);
    for (const host of ['host-1', 'host-2']) {
      const spec = { roster: ['host-1', 'host-2'], rosterEpoch: 1 };
      await playground.client.mergePatch(XENAGENTS, { namespace: `xenhost-${host}`, name: host }, { spec });
    }
  }
});
