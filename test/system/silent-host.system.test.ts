/**
 * A host that is off for a week holds up its own VMs, and nobody else's, also across a restart of
 * the operator.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenVM } from '../../crds/generated/types';
import { XENHOSTS, XENVMS } from '../../common/kube/resources';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';
import { until } from './until';

const READY_MS = 60_000;
const on = (name: string, host: string): XenVM => ({
  apiVersion: 'xenfleet.io/v1alpha1',
  kind: 'XenVM',
  metadata: { name, namespace: 'default' },
  spec: {
    type: 'pvh',
    resources: { vcpus: 1, memory: '1Gi' },
    boot: { kernel: 'debian/vmlinuz' },
    shutdown: { gracePeriodSeconds: 2 },
    placement: { hostSelector: { matchLabels: { host } } },
  },
});

describe('a silent host', function () {
  this.timeout(240_000);
  let playground: Playground;

  before(async () => {
    playground = await startPlayground({ hosts: 2 });
    for (const host of playground.hostNames) {
      await playground.kubectl(['label', 'xh', host, `host=${host}`]);
      await playground.client.create(XENVMS, on(host, host));
    }
    await until(async () => deepEqual(await phases(), ['Running', 'Running']), READY_MS);
  });
  after(() => playground.stop());

  const phases = async (): Promise<(string | undefined)[]> =>
    (await playground.client.list(XENVMS, { namespace: 'default' })).items.map(({ status }) => status?.phase);

  it('does not hold up the end of a VM of another host, across a restart of the operator', async () => {
    const [living = '', silent = ''] = playground.hostNames;
    playground.agent(silent).signal('SIGSTOP');
    await playground.operator(0).kill();
    playground.operator(0).start();
    const phase = async () => (await playground.client.get(XENHOSTS, { name: silent })).status?.phase;
    await until(async () => equal(await phase(), 'Unknown'), READY_MS);
    await playground.kubectl(['delete', 'xvm', living, '--timeout=30s']);
    deepEqual(await phases(), ['Unknown'], 'the other one is known to nobody, and left alone');
    playground.agent(silent).signal('SIGCONT');
    await until(async () => deepEqual(await phases(), ['Running']), READY_MS);
  });

  it('holds up a VM that nobody saw being created, which says whom it waits for', async () => {
    const [living = '', silent = ''] = playground.hostNames;
    playground.agent(silent).signal('SIGSTOP');
    await playground.operator(0).kill();
    await playground.client.create(XENVMS, on('unseen', living));
    playground.operator(0).start();
    const unseen = async () => (await playground.client.get(XENVMS, { namespace: 'default', name: 'unseen' })).status;
    await until(async () => {
      const ready = (await unseen())?.conditions?.find(({ type }) => type === 'Ready');
      equal(ready?.reason, 'HostNotReporting');
      match(ready.message ?? '', new RegExp(`waiting for a report of ${silent}:`));
    }, READY_MS);
    equal((await unseen())?.placement, undefined);
    playground.agent(silent).signal('SIGCONT');
    await until(async () => equal((await unseen())?.phase, 'Running'), READY_MS);
  });
});
