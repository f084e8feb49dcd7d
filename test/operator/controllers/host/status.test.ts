/** What is shown of a host, when, and on which state of its object. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { claimed, vm } from '../../plan/builders';
import { HostsInMemory, settled } from './hosts-in-memory';

describe('the status of a host', () => {
  it('is written on the state that it was found on', async () => {
    const here = await settled('h1');
    here.report('h1', { cpus: 16 });
    here.api.before = ({ kind }) => {
      if (kind === 'XenHost') here.editHost('h1', { declaredDead: 'boot-h1' });
    };
    await rejects(here.look('h1'), /not what it was/);
    here.api.before = () => undefined;
    await here.look('h1');
    const { kind, options } = here.api.calls.at(-1) ?? {};
    deepEqual([kind, options], ['XenHost', { subresource: 'status' }]);
  });

  it('waits where somebody undoes each write, and holds up no other host meanwhile', async () => {
    const here = await settled('h1');
    const before = here.directory.agent('h1')!;
    const lan = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenNetwork', metadata: { name: 'lan' } };
    here.put(here.caches.networks, { ...lan, spec: { bridge: 'xenbr0' } } as never);
    let undone = 0;
    here.api.after = ({ kind, verb }) => {
      if (kind !== 'XenAgent' || verb !== 'update') return;
      undone += 1;
      here.put(here.caches.agents, before);
    };
    deepEqual([await here.look('h1'), undone], [{ requeueAfterMs: 0 }, 8]);
  });

  it('tells of usage at most every ten seconds, and of all else at once', async () => {
    const here = await settled('h1');
    await here.clock.advance(3000);
    const resources = { vcpus: 1, memory: '1Gi' };
    const spec = { className: undefined as never, resources };
    here.vm(vm({ spec, status: { ...claimed('h1', 1), reserved: { vcpus: 1, memoryMiB: 1024 } } }));
    deepEqual(await here.look('h1'), { requeueAfterMs: 7000 });
    deepEqual(here.api.writes, []);
    here.editHost('h1', { quarantined: true });
    deepEqual(await here.look('h1'), undefined);
    equal(here.ready('h1'), 'False Quarantined');
    const { memory } = here.get('h1').status?.committed ?? {};
    deepEqual(here.get('h1').status?.committed, { vms: 1, vcpus: 1, memory, hvmGuests: 0 });
    here.remove(here.caches.vms, here.caches.vms.all()[0]!);
    await here.clock.advance(9999);
    deepEqual(await here.look('h1'), { requeueAfterMs: 1 });
    await here.clock.advance(1);
    await here.look('h1');
    equal(here.get('h1').status?.committed?.vms, 0);
  });

  it('tells of no usage before the host has said how large it is', async () => {
    const here = new HostsInMemory();
    here.newHost('h1');
    await here.look('h1');
    deepEqual([here.get('h1').status?.committed, here.get('h1').status?.free], [undefined, undefined]);
  });

  it('counts vCPUs of both kinds, and memory in whole MiB', async () => {
    const here = new HostsInMemory('h1');
    for (const [name, dedicated] of [
      ['a', true],
      ['b', false],
    ] as const) {
      const reserved = { vcpus: 2, memoryMiB: 1024, dedicated };
      const status = { ...claimed('h1', 1), domainUUID: `uid-${name}`, reserved };
      here.vm(vm({ meta: { name, uid: `uid-${name}` }, status: status }));
    }
    await here.look('h1');
    const { committed, free } = here.get('h1').status ?? {};
    deepEqual([committed?.vms, committed?.vcpus], [2, 4]);
    match(committed?.memory ?? '', /^20\d\dMi$/);
    match(free?.memory ?? '', /^1[23]\d\d\dMi$/);
  });

  it('begins anew with a host that was made anew', async () => {
    const here = await settled('h1');
    here.remove(here.caches.hosts, here.get('h1'));
    await here.look('h1');
    here.newHost('h1');
    here.vm(vm({ status: { ...claimed('h1', 1), reserved: { vcpus: 1, memoryMiB: 1024 } } }));
    await here.look('h1');
    equal(here.get('h1').status?.committed?.vms, 1);
  });
});
