/** What a name means is found anew when the VM, or what it names, changes. */
import { deepEqual, equal } from 'node:assert/strict';
import { vm } from '../plan/builders';
import { FleetInMemory } from './fleet-in-memory';

describe('what a name means', () => {
  it('is found anew when the VM or what it names changes', () => {
    const here = new FleetInMemory('h1');
    const named = vm();
    const reason = (): string | undefined => {
      const resolution = here.facts.resolutionOf(named);
      return 'problem' in resolution ? resolution.problem.reason : undefined;
    };
    equal(reason(), 'ClassNotFound');
    const metadata = { name: 'small', uid: 'uid-small' };
    const small = {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenVMClass',
      metadata,
      spec: { vcpus: 1, memory: '1Gi' },
    };
    here.put(here.caches.vmClasses, small as never);
    equal(reason(), undefined);
    here.remove(here.caches.vmClasses, small as never);
    equal(reason(), 'ClassNotFound');
  });

  it('depends on the labels of the namespace, and follows them', () => {
    const here = new FleetInMemory('h1');
    const allowedNamespaces = { from: 'Selector' as const, selector: { matchLabels: { tier: 'gold' } } };
    const api = { apiVersion: 'xenfleet.io/v1alpha1' };
    const pool = { driver: 'file', path: '/ssd', locality: 'local', allowedNamespaces };
    here.put(here.caches.storagePools, {
      ...api,
      kind: 'XenStoragePool',
      metadata: { name: 'ssd' },
      spec: pool,
    } as never);
    const bridge = { bridge: 'xenbr0', allowedNamespaces };
    here.put(here.caches.networks, { ...api, kind: 'XenNetwork', metadata: { name: 'lan' }, spec: bridge } as never);
    const labelled = (labels: Record<string, string>): void =>
      void here.put(here.caches.namespaces, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'acme', labels },
      });
    const resources = { className: undefined, resources: { vcpus: 1, memory: '1Gi' } };
    const disks = [{ name: 'root', device: 'xvda', size: '1Gi', pool: 'ssd' }];
    const asking = (spec: object) =>
      here.vm(vm({ meta: { name: 'a', uid: 'uid-a' }, spec: { ...resources, ...spec } as never }));
    const planned = (spec: object): string => here.planned(asking(spec));
    const both = (): string[] => [planned({ disks }), planned({ networks: [{ name: 'eth0', network: 'lan' }] })];
    const refused = ['wait StoragePoolNotAllowed', 'wait NetworkNotAllowed'];
    deepEqual(both(), refused, 'a namespace that nobody knows');
    labelled({ tier: 'iron' });
    deepEqual(both(), refused);
    labelled({ tier: 'gold' });
    deepEqual(both(), ['place ≥1', 'place ≥1']);
    labelled({});
    deepEqual(both(), refused);
  });

  it('is not granted to a namespace that nobody knows yet, though it asks for a label to be absent', () => {
    const here = new FleetInMemory('h1');
    const matchExpressions = [{ key: 'trial', operator: 'DoesNotExist' as const }];
    const allowedNamespaces = { from: 'Selector' as const, selector: { matchExpressions } };
    const api = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenNetwork', metadata: { name: 'lan' } };
    here.put(here.caches.networks, { ...api, spec: { bridge: 'xenbr0', allowedNamespaces } } as never);
    const resources = { className: undefined, resources: { vcpus: 1, memory: '1Gi' } };
    const asking = vm({ spec: { ...resources, networks: [{ name: 'eth0', network: 'lan' }] } as never });
    const granted = (): boolean => 'wanted' in here.facts.resolutionOf(asking);
    equal(granted(), false);
    here.put(here.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } });
    equal(granted(), true);
  });

  it('keeps a VM away from the hosts of a pool that is for others', () => {
    const here = new FleetInMemory('h1');
    const api = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenPool', metadata: { name: 'metal' } };
    const ruled = (from: 'All' | 'Selector'): void => {
      const selector = from === 'Selector' ? { selector: { matchLabels: { tier: 'gold' } } } : {};
      here.put(here.caches.pools, { ...api, spec: { allowedNamespaces: { from, ...selector } } } as never);
    };
    const denied = (): unknown => {
      const found = here.facts.resolutionOf(asking);
      return 'wanted' in found ? found.wanted.deniedPools : found.problem.reason;
    };
    const asking = vm({ spec: { className: undefined, resources: { vcpus: 1, memory: '1Gi' } } as never });
    equal(denied(), undefined);
    ruled('Selector');
    deepEqual(denied(), ['metal']);
    ruled('All');
    equal(denied(), undefined);
  });
});
