/** How plans find objects in the caches, otherwise than by name. */
import { deepEqual } from 'node:assert/strict';
import type { KubeObject } from '../../../../common/kube/types';
import { claimed, order, UID, vm } from '../../plan/builders';
import { FleetInMemory } from '../fleet-in-memory';

describe('the caches find', () => {
  const keys = (found: readonly KubeObject[]): string[] => found.map(({ metadata }) => metadata.name);

  it('VMs by what they name, hold and stand on', () => {
    const here = new FleetInMemory();
    const disks = [{ name: 'root', device: 'xvda', size: '1Gi', pool: 'ssd' }];
    const networks = [{ name: 'eth0', network: 'lan', mac: '02:00:00:00:00:01' }];
    const status = { ...claimed('h1', 1), networks: [{ name: 'eth0', mac: '02:00:00:00:00:02' }] };
    here.vm(vm({ spec: { disks, networks }, status }));
    here.vm(
      vm({ meta: { name: 'bare', uid: 'uid-bare', namespace: 'evil' }, spec: { className: undefined as never } }),
    );
    const { vms } = here.caches;
    for (const [index, value] of [
      ['uuid', UID],
      ['host', 'h1'],
      ['mac', '02:00:00:00:00:01'],
      ['mac', '02:00:00:00:00:02'],
      ['class', 'small'],
      ['storagePool', 'ssd'],
      ['network', 'lan'],
      ['namespace', 'acme'],
    ] as const)
      deepEqual(keys(vms.byIndex(index, value)), ['web'], `${index} ${value}`);
    deepEqual(keys(vms.byIndex('namespace', 'evil')), ['bare']);
  });

  it('reports and orders by the VMs that they speak of', () => {
    const here = new FleetInMemory('h1', 'h2', 'h3');
    here.report('h1', { domains: [{ uuid: 'u1', kind: 'ours', namespace: 'acme', vmName: 'web' }] });
    here.report('h2', { records: [{ uuid: 'u2', namespace: 'acme', name: 'web', epoch: 1 }] });
    here.report('h3', {
      domains: [{ uuid: 'u3', kind: 'foreign' }],
      retainedDisks: [{ uuid: 'u4', disk: 'root', path: '/p' }],
    });
    const { agents, domains, hosts } = here.caches;
    deepEqual(keys(agents.byIndex('vm', 'acme/web')).sort(), ['h1', 'h2']);
    for (const [uuid, at] of [
      ['u1', 'h1'],
      ['u2', 'h2'],
      ['u3', 'h3'],
    ] as const)
      deepEqual(keys(agents.byIndex('uuid', uuid)), [at]);
    deepEqual(keys(agents.byIndex('retained', 'u4')), ['h3']);
    const granted = { networks: [{ name: 'eth0', mac: 'm0' }] };
    here.order(order('h1', 1, { networks: [{ name: 'eth0', bridge: 'b', mac: 'm1' }] }, { epoch: 1, granted }));
    for (const [index, value] of [
      ['uuid', UID],
      ['namespace', 'xenhost-h1'],
      ['vm', 'acme/web'],
      ['mac', 'm1'],
      ['mac', 'm0'],
    ] as const)
      deepEqual(keys(domains.byIndex(index, value)), [UID], index);
    deepEqual(hosts.byIndex('declaredDead', 'yes'), []);
    here.editHost('h2', { declaredDead: 'b' });
    deepEqual(keys(hosts.byIndex('declaredDead', 'yes')), ['h2']);
  });
});
