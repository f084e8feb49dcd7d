/** A XenHost that is deleted, and a namespace of a host that somebody deletes. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { FINALIZER } from '../../../../common/names';
import { claimed, order, tombstone, vm } from '../../plan/builders';
import { settled } from './hosts-in-memory';

const SHOWN = 'patch XenHost h1';

describe('a XenHost that is deleted', () => {
  it('goes step by step, with the namespace of this very name and UID', async () => {
    const here = await settled('h1', 'h2');
    here.deleted('h1');
    deepEqual(await here.writes('h1'), ['delete Namespace xenhost-h1']);
    deepEqual(here.api.calls.at(-1)?.options, { uid: here.namespaceOf('h1')?.metadata.uid });
    deepEqual(here.told.lines(/deleted/), ['info namespace deleted']);
    deepEqual(await here.writes('h1'), [SHOWN], 'waits for its end');
    equal(here.get('h1').status?.phase, 'Terminating');
    here.namespaceGoes('h1');
    await here.look('h1');
    deepEqual(here.get('h1').metadata.finalizers, [FINALIZER], 'h2 is still told to remember it');
    await here.look('h2');
    deepEqual(here.agentOf('h2').spec.roster, ['h2']);
    await here.look('h1');
    equal(here.caches.hosts.get('h1'), undefined);
    deepEqual(here.told.lines(/finalizer/), ['info finalizer removed']);
  });

  it('is not held by the memory of hosts that go as well', async () => {
    const here = await settled('h1', 'h2');
    for (const name of ['h1', 'h2']) here.deleted(name);
    for (const name of ['h1', 'h2']) await here.look(name);
    here.namespaceGoes('h1');
    await here.look('h1');
    equal(here.caches.hosts.get('h1'), undefined);
  });

  it('is not held by a XenAgent that outlived its XenHost', async () => {
    const here = await settled('h1', 'h2');
    here.remove(here.caches.hosts, here.get('h2'));
    here.deleted('h1');
    await here.look('h1');
    here.namespaceGoes('h1');
    await here.look('h1');
    equal(here.caches.hosts.get('h1'), undefined);
  });

  it('is held by claims and orders, and says so', async () => {
    const here = await settled('h1');
    here.deleted('h1');
    here.vm(vm({ status: claimed('h1', 1)! }));
    here.order(order('h1', 1));
    const message = (): string => here.get('h1').status?.conditions?.[0]?.message ?? '';
    deepEqual(await here.writes('h1'), [SHOWN]);
    match(message(), /^1 VMs are claimed on h1/);
    here.remove(here.caches.vms, here.caches.vms.all()[0]!);
    await here.look('h1');
    match(message(), /^1 orders stand on h1/);
    equal(here.caches.hosts.get('h1') === undefined, false);
  });

  it('with Absent orders that wait for it goes once it is dead; only our finalizer is cleared', async () => {
    const here = await settled('h1');
    here.editHost('h1', { declaredDead: 'boot-h1' });
    await here.clock.advance(25_001);
    here.deleted('h1');
    const waiting = tombstone('h1', 1);
    here.order({ ...waiting, metadata: { ...waiting.metadata, finalizers: ['x/y', FINALIZER] } });
    const [write] = (await here.writes('h1')).slice(-1);
    equal(write, `patch XenDomain xenhost-h1/${waiting.metadata.name}`);
    deepEqual(here.caches.domains.all()[0]?.metadata.finalizers, ['x/y']);
    deepEqual(here.told.lines(/order/), ['warn order let go with its namespace']);
  });
});

describe('a namespace of a host that somebody deletes', () => {
  it('is not held up: its orders go with it, and then all is made anew', async () => {
    const here = await settled('h1');
    here.order(order('h1', 1));
    here.namespaceGoes('h1', false);
    const uuid = order('h1', 1).metadata.name;
    deepEqual(await here.writes('h1'), [`patch XenDomain xenhost-h1/${uuid}`]);
    deepEqual(here.caches.domains.all()[0]?.metadata.finalizers, []);
    here.namespaceGoes('h1');
    await here.look('h1');
    equal(here.agentOf('h1').spec.nonce, 'n1');
  });

  it('frees an order only as it was found', async () => {
    const here = await settled('h1');
    const known = here.order(order('h1', 1));
    here.namespaceGoes('h1', false);
    here.api.before = () => void here.put(here.caches.domains, known);
    await rejects(here.look('h1'), /not what it was/);
  });
});
