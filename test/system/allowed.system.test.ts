/**
 * Who may use what, on a real API server: classes, pools of hosts and images that are for one
 * tenant only.
 */
import { equal, match, notEqual } from 'node:assert/strict';
import type { XenVM } from '../../crds/generated/types';
import { findCondition } from '../../common/conditions';
import { XENVMS } from '../../common/kube/resources';
import { startPlayground } from '../playground/playground';
import type { Playground } from '../playground/types';
import { until } from './until';

const WITHIN_MS = 60_000;
const GOLD = { from: 'Selector', selector: { matchLabels: { tier: 'gold' } } };

const object = (kind: string, name: string, spec: object) => ({
  apiVersion: 'xenfleet.io/v1alpha1' as const,
  kind,
  metadata: { name },
  spec,
});

function small(name: string, over: Partial<XenVM['spec']> = {}): XenVM {
  const spec = { type: 'pvh' as const, resources: { vcpus: 1, memory: '1Gi' }, boot: { kernel: 'debian/vmlinuz' } };
  const shutdown = { gracePeriodSeconds: 2 };
  const metadata = { name, namespace: 'acme' };
  return { ...object('XenVM', name, {}), kind: 'XenVM', metadata, spec: { ...spec, shutdown, ...over } };
}

describe('who may use what', function () {
  this.timeout(240_000);
  let playground: Playground;

  before(async () => {
    playground = await startPlayground({ hosts: 2 });
    await playground.kubectl(['create', 'namespace', 'acme']);
    await apply(object('XenPool', 'metal', { allowedNamespaces: GOLD }));
    await apply(object('XenVMClass', 'plan', { vcpus: 1, memory: '1Gi', allowedNamespaces: GOLD }));
    const [first = '', second = ''] = await hosts();
    await playground.kubectl(['patch', 'xh', first, '--type=merge', '-p', '{"spec":{"pool":"metal"}}']);
    await playground.kubectl(['patch', 'xh', second, '--type=merge', '-p', '{"spec":{"unschedulable":true}}']);
  });
  after(() => playground.stop());

  const apply = (manifest: object) =>
    playground.tryKubectl(['apply', '-f', '-'], { stdin: JSON.stringify(manifest) }).then((answer) => {
      equal(answer.code, 0, answer.stderr);
    });
  const hosts = async (): Promise<string[]> =>
    (await playground.kubectl(['get', 'xh', '-o', 'jsonpath={.items[*].metadata.name}'])).split(' ').sort();
  const get = (name: string): Promise<XenVM> => playground.client.get(XENVMS, { namespace: 'acme', name });

  /** Until the VM waits for this reason, in these words. */
  const waits = (name: string, reason: string, words: RegExp): Promise<void> =>
    until(async () => {
      const ready = findCondition((await get(name)).status?.conditions, 'Ready');
      equal(ready?.reason, reason);
      match(ready?.message ?? '', words);
    }, WITHIN_MS);
  const runs = (name: string): Promise<void> =>
    until(async () => equal((await get(name)).status?.phase, 'Running'), WITHIN_MS);

  const events = (what: 'created' | 'gone'): number =>
    playground.record().filter((event) => event.what === what).length;

  it('a tenant gets no image, class or pool of others, and reads why', async () => {
    await apply(small('image', { boot: { kernel: 'tenants/bolt/vmlinuz' } }));
    const { resources: _own, ...planned } = small('class', { className: 'plan' }).spec;
    await apply({ ...small('class'), spec: planned });
    await apply(small('named', { placement: { pool: 'metal' } }));
    await apply(small('anywhere'));
    await waits('image', 'ImageNotAllowed', /^spec\.boot\.kernel: .* is for the namespace of that name/);
    await waits('class', 'ClassNotAllowed', /^spec\.className: XenVMClass "plan" does not allow namespace "acme"/);
    await waits('named', 'PoolNotAllowed', /^spec\.placement\.pool: XenPool "metal" does not allow namespace "acme"/);
    await waits('anywhere', 'Unschedulable', /does not allow the namespace/);
    equal(events('created'), 0);
  });

  it('the others run as soon as the namespace is one of those, and run on when it is not', async () => {
    await playground.kubectl(['label', 'namespace', 'acme', 'tier=gold']);
    await Promise.all(['class', 'named', 'anywhere'].map(runs));
    await playground.kubectl(['label', 'namespace', 'acme', 'tier-']);
    await apply(small('later', { placement: { pool: 'metal' } }));
    await waits('later', 'PoolNotAllowed', /does not allow namespace "acme"/);
    equal(events('gone'), 0);
  });

  it('a tenant who buys plans writes no sizes of his own', async () => {
    await playground.kubectl(['label', 'namespace', 'acme', 'xenfleet.io/classes-only=true']);
    const refused = async (manifest: object): Promise<void> => {
      const answer = await playground.tryKubectl(['apply', '-f', '-'], { stdin: JSON.stringify(manifest) });
      notEqual(answer.code, 0);
      match(answer.stderr, /spec\.resources: VMs of this namespace are sold by classes; name one in spec\.className/);
    };
    await until(() => refused(small('new')), WITHIN_MS);
    await refused(small('anywhere', { resources: { vcpus: 2, memory: '1Gi' } }));
    await apply(small('anywhere', { runPolicy: 'Halted' }));
  });
});
