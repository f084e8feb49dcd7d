import { deepEqual, equal } from 'node:assert/strict';
import { KubeError } from '../../../../common/kube/errors';
import { settle } from '../../../common/kube/fake-clock';
import { KEY, Rig } from './placement-rig';

describe('placement', () => {
  it('decides once while a claim is being written, and hears again once that has ended', async () => {
    const rig = new Rig();
    equal(rig.placement.request(KEY, rig.object, 1), true);
    await settle();
    equal(rig.placement.request(KEY, rig.object, 1), false, 'its claim is on the way');
    await settle();
    equal(rig.claims.length, 1);
    rig.claims[0]?.end(new KubeError('conflict', 'the VM is not what it was'));
    await settle();
    deepEqual(rig.outcomes, [`${KEY} true`], 'whoever looks at the outcome may ask again at once');
    await settle();
    equal(rig.claims.length, 2);
    deepEqual(rig.countedMiB(rig.claims[1]?.host ?? '').guests > 1024, true);
  });

  it('counts a VM on its host from the decision on, and no longer when the claim was refused', async () => {
    const rig = new Rig();
    rig.placement.request(KEY, rig.object, 1);
    await settle();
    const host = rig.claims[0]?.host ?? '';
    equal(rig.countedMiB(host).guests > 1024, true);
    rig.remove(rig.caches.vms, rig.object);
    rig.claims[0]?.end(new KubeError('notFound', 'the VM is gone'));
    await settle();
    equal(rig.countedMiB(host).guests, 0);
  });

  it('never claims the host that has the claim already: nothing but the epoch would change', async () => {
    const rig = new Rig();
    const placed = rig.vm({ ...rig.object, status: { placement: { host: 'h1', epoch: 1 }, domainUUID: 'u' } });
    rig.remove(rig.caches.hosts, rig.caches.hosts.get('h2') as never);
    rig.action = { do: 'place', epoch: 2 };
    rig.placement.request(KEY, placed, 2);
    await settle();
    await settle();
    equal(rig.claims.length, 0);
  });
});
