/** Which XenVMs are looked at after a change: row by row. */
import { operation, order } from '../plan/builders';
import { look, mac, named, type Rig, type Row } from './watches-rig';

const EVERYBODY = ['acme/other', 'acme/third', 'acme/web'];
const asks = (rig: Rig, vmName: string): void =>
  void rig.put(rig.caches.vmOperations, operation(`op-${vmName}`, { vmName }));
const ROWS: readonly Row[] = [
  ['a VM that changes is looked at', 'vm', (rig) => void rig.vm({ ...rig.third }), ['acme/third']],
  ['an operation concerns its VM', 'vm', (rig) => asks(rig, 'web'), ['acme/web']],
  ['… and those on the same VM', 'operation', (rig) => asks(rig, 'web'), ['acme/web']],
  ['a VM without operations concerns none', 'operation', (rig) => void rig.vm({ ...rig.third }), []],
  [
    'one with operations does, and so do its order and its host',
    'operation',
    (rig) => {
      for (const name of ['web', 'other', 'third']) asks(rig, name);
      rig.forgetKeys();
      rig.vm({ ...rig.other });
      rig.order(order('h1', 1));
      rig.report('h2', { nonce: 'old' });
    },
    EVERYBODY,
  ],
  [
    'a VM that goes sets free whoever wants its UUID or its MAC',
    'vm',
    (rig) => rig.remove(rig.caches.vms, rig.web),
    ['acme/other', 'acme/web'],
  ],
  [
    'an order concerns its VM, and whoever wants its UUID',
    'vm',
    (rig) => void rig.order(order('h1', 1)),
    ['acme/other', 'acme/web'],
  ],
  [
    'a report concerns the VMs that it names, by UUID',
    'vm',
    (rig) => rig.report('h1', { domains: [{ uuid: 'uid-third', kind: 'ours' }] }),
    ['acme/third'],
  ],
  [
    '… or by name: of another UUID, it may be in the way of one that waits',
    'vm',
    (rig) => rig.report('h1', { records: [{ uuid: 'u', namespace: 'acme', name: 'other', epoch: 1 }] }),
    ['acme/other'],
  ],
  [
    '… or by an address that a domain without an order has',
    'vm',
    (rig) =>
      rig.report('h1', {
        records: [{ uuid: 'u', namespace: 'x', name: 'y', epoch: 1, frozen: true, macs: [mac] }],
      }),
    ['acme/other', 'acme/web', 'x/y'],
  ],
  ['a report that says nothing new of VMs wakes nobody', 'vm', (rig) => rig.report('h1', { cpus: 9 }), []],
  ['a host that looks different concerns its VMs', 'vm', (rig) => rig.report('h2', { nonce: 'old' }), ['acme/third']],
  [
    '… those with an order there, whatever their claim says',
    'vm',
    (rig) => (rig.order(order('h2', 1)), rig.forgetKeys(), rig.report('h2', { nonce: 'old' })),
    ['acme/third', 'acme/web'],
  ],
  [
    '… and those that its report names',
    'vm',
    (rig) => {
      rig.report('h2', { records: [{ uuid: 'u', namespace: 'acme', name: 'other', epoch: 1 }] });
      rig.forgetKeys();
      rig.editHost('h2', { quarantined: true });
    },
    ['acme/other', 'acme/third'],
  ],
  ['so does one that falls silent', 'vm', (rig) => rig.clock.advance(27_000), ['acme/third', 'acme/web']],
  [
    'one that waits for reports of all is looked at when the last has reported',
    'vm',
    (rig) => {
      rig.host('h3');
      rig.waiters.note('acme/other', true);
      rig.report('h3');
    },
    ['acme/other'],
  ],
  [
    '… and when a roster names a host that nobody knows',
    'vm',
    (rig) => (rig.waiters.note('acme/other', true), rig.report('h1', { roster: ['h1', 'h9'] })),
    ['acme/other'],
  ],
  [
    'one that waits no longer is not',
    'vm',
    (rig) => {
      for (const waits of [true, false]) rig.waiters.note('acme/other', waits);
      rig.report('h1', { roster: ['h1', 'h9'] });
    },
    [],
  ],
  [
    'who may use a pool of hosts concerns everybody',
    'vm',
    (rig) => {
      const rule = { allowedNamespaces: { from: 'Selector', selector: { matchLabels: { tier: 'gold' } } } };
      rig.put(rig.caches.pools, { apiVersion: 'v', kind: 'XenPool', metadata: { name: 'metal' }, spec: rule } as never);
    },
    EVERYBODY,
  ],
  [
    '… and whatever else changes there, nobody',
    'vm',
    (rig) => {
      const pool = { apiVersion: 'v', kind: 'XenPool', metadata: { name: 'metal' }, spec: { vcpuRatio: 2 } };
      rig.put(rig.caches.pools, pool as never);
      rig.put(rig.caches.pools, { ...pool, status: { hosts: { count: 1, ready: 1 } } } as never);
    },
    [],
  ],
  [
    'a class concerns those that name it',
    'vm',
    (rig) =>
      void rig.put(rig.caches.vmClasses, { apiVersion: 'v', kind: 'XenVMClass', metadata: { name: 'large' } } as never),
    ['acme/third'],
  ],
  [
    'the labels of a namespace concern the VMs in it',
    'vm',
    (rig) => void rig.put(rig.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } }),
    EVERYBODY,
  ],
  [
    'a pool of storage concerns those that have a disk in it',
    'vm',
    (rig) =>
      void rig.put(rig.caches.storagePools, {
        apiVersion: 'v',
        kind: 'XenStoragePool',
        metadata: { name: 'fast' },
      } as never),
    ['acme/third'],
  ],
  [
    'a network concerns those that are in it',
    'vm',
    (rig) =>
      void rig.put(rig.caches.networks, { apiVersion: 'v', kind: 'XenNetwork', metadata: { name: 'lan' } } as never),
    ['acme/other', 'acme/web'],
  ],
  [
    'a disk that a host keeps concerns the VM of its UUID',
    'vm',
    (rig) => rig.report('h1', { retainedDisks: [{ uuid: 'uid-third', pool: 'p', name: 'root' } as never] }),
    ['acme/third'],
  ],
  [
    '… and the VM that owns it by name',
    'vm',
    (rig) =>
      rig.report('h1', {
        retainedDisks: [{ uuid: 'u', pool: 'p', name: 'root', namespace: 'acme', vmName: 'other' } as never],
      }),
    ['acme/other'],
  ],
  [
    'what the last report told and this one does not counts, too',
    'vm',
    (rig) => {
      rig.report('h1', { domains: [{ uuid: 'uid-third', kind: 'ours' }] });
      rig.forgetKeys();
      rig.report('h1');
    },
    ['acme/third'],
  ],
  [
    'a report of an order wakes its own VM alone',
    'vm',
    (rig) => {
      const made = rig.order(order('h1', 1));
      rig.forgetKeys();
      rig.order({ ...made, status: { epoch: 1, phase: 'Running' } as never });
    },
    ['acme/web'],
  ],
  [
    'the namespace of a host concerns no VM by its labels',
    'vm',
    (rig) => {
      rig.vm(named('inside', {}, undefined, 'xenhost-h9'));
      rig.forgetKeys();
      rig.put(rig.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'xenhost-h9' } });
    },
    [],
  ],
];

describe('after a change', () => look(ROWS));
