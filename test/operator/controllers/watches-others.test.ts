/** Which hosts and pools are looked at after a change, and what may make room: row by row. */
import { order, UID } from '../plan/builders';
import { leaving, look, named, type Row } from './watches-rig';

const ROWS: readonly Row[] = [
  ['a host concerns itself', 'host', (rig) => rig.editHost('h1', { unschedulable: true }), ['h1']],
  ['a new host concerns all: they must know it', 'host', (rig) => void rig.host('h3'), ['h1', 'h2', 'h3']],
  ['a report concerns its host', 'host', (rig) => rig.report('h2'), ['h2']],
  [
    'the end of its Lease concerns its host',
    'host',
    (rig) => rig.remove(rig.caches.leases, rig.caches.leases.get('xenhost-h2/agent')!),
    ['h2'],
  ],
  [
    'a network concerns every host',
    'host',
    (rig) =>
      void rig.put(rig.caches.networks, { apiVersion: 'v', kind: 'XenNetwork', metadata: { name: 'lan' } } as never),
    ['h1', 'h2'],
  ],
  ['a host that is not trusted concerns all', 'host', (rig) => rig.editHost('h2', { quarantined: true }), ['h1', 'h2']],
  [
    'a host that leaves concerns all once its namespace goes',
    'host',
    (rig) => {
      leaving(rig, 'h2');
      rig.forgetKeys();
      const metadata = { name: 'xenhost-h2', deletionTimestamp: '2026-01-01T00:00:00Z' };
      rig.put(rig.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'xenhost-h2' } });
      rig.put(rig.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
    },
    ['h1', 'h2'],
  ],
  [
    '… and waits for what agents are told',
    'host',
    (rig) => {
      leaving(rig, 'h2');
      rig.forgetKeys();
      const agent = rig.caches.agents.get('xenhost-h1/h1');
      if (agent !== undefined) rig.put(rig.caches.agents, { ...agent, spec: { ...agent.spec, rosterEpoch: 2 } });
    },
    ['h1', 'h2'],
  ],
  [
    'the namespace of a host that stays concerns that host',
    'host',
    (rig) => {
      const metadata = { name: 'xenhost-h2', deletionTimestamp: '2026-01-01T00:00:00Z' };
      rig.put(rig.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
    },
    ['h2'],
  ],
  [
    'a host that is gone concerns all',
    'host',
    (rig) => rig.remove(rig.caches.hosts, rig.caches.hosts.get('h2')!),
    ['h1', 'h2'],
  ],
  [
    'a host that leaves waits for the end of its namespace, which has begun when it is being deleted',
    'host',
    (rig) => {
      leaving(rig, 'h2');
      rig.forgetKeys();
      const before = rig.caches.namespaces.get('xenhost-h2')!;
      const metadata = { ...before.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
      rig.put(rig.caches.namespaces, { ...before, metadata });
    },
    ['h1', 'h2'],
  ],
  [
    '… and not when it is made',
    'host',
    (rig) => {
      leaving(rig, 'h2');
      const before = rig.caches.namespaces.get('xenhost-h2')!;
      rig.remove(rig.caches.namespaces, before);
      rig.forgetKeys();
      rig.put(rig.caches.namespaces, before);
    },
    ['h2'],
  ],
  [
    'an agent that is told nothing any more concerns hosts that leave',
    'host',
    (rig) => {
      leaving(rig, 'h2');
      rig.forgetKeys();
      rig.remove(rig.caches.agents, rig.caches.agents.get('xenhost-h1/h1')!);
    },
    ['h1', 'h2'],
  ],
  [
    'a host concerns its pool, and the one that it was in',
    'pool',
    (rig) => rig.editHost('h1', { pool: 'metal' }),
    ['default', 'metal'],
  ],
  ['a VM concerns the pool of its host', 'pool', (rig) => void rig.vm({ ...rig.third }), ['default']],
  ['a VM that waits concerns no pool', 'pool', (rig) => void rig.vm({ ...rig.other }), []],
  ['a new VM makes no room', 'room', (rig) => void rig.vm(named('new')), []],
  ['one that goes may', 'room', (rig) => rig.remove(rig.caches.vms, rig.third), ['acme/third']],
  [
    'a pool of storage concerns every host',
    'host',
    (rig) =>
      void rig.put(rig.caches.storagePools, {
        apiVersion: 'v',
        kind: 'XenStoragePool',
        metadata: { name: 'fast' },
      } as never),
    ['h1', 'h2'],
  ],
  [
    'a report that tells of itself alone does not concern a host that leaves',
    'host',
    (rig) => (leaving(rig, 'h2'), rig.forgetKeys(), rig.report('h1')),
    ['h1'],
  ],
  [
    'what an agent is told anew concerns no host that stays',
    'host',
    (rig) => {
      const agent = rig.caches.agents.get('xenhost-h1/h1');
      if (agent !== undefined) rig.put(rig.caches.agents, { ...agent, spec: { ...agent.spec, rosterEpoch: 2 } });
    },
    ['h1'],
  ],
  [
    'labels on the namespace of a host that leaves concern that host',
    'host',
    (rig) => {
      leaving(rig, 'h2');
      rig.forgetKeys();
      const before = rig.caches.namespaces.get('xenhost-h2');
      if (before !== undefined)
        rig.put(rig.caches.namespaces, { ...before, metadata: { ...before.metadata, labels: { tier: 'gold' } } });
    },
    ['h2'],
  ],
  [
    'a namespace of a tenant that goes concerns no host',
    'host',
    (rig) => {
      leaving(rig, 'h2');
      const made = rig.put(rig.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } });
      rig.forgetKeys();
      rig.remove(rig.caches.namespaces, made);
    },
    [],
  ],
  ['a VM that changes may', 'room', (rig) => void rig.vm({ ...rig.third }), ['acme/third']],
  [
    'an order that is made or reported on makes none',
    'room',
    (rig) => {
      const made = rig.order(order('h1', 1));
      rig.order({ ...made, status: { epoch: 1, phase: 'Running' } as never });
    },
    [],
  ],
  [
    'one that is gone may',
    'room',
    (rig) => {
      const made = rig.order(order('h1', 1));
      rig.remove(rig.caches.domains, made);
    },
    [`xenhost-h1/${UID}`],
  ],
  ['an edit of a host may', 'room', (rig) => rig.editHost('h1', { unschedulable: true }), ['h1']],
  ['a report may', 'room', (rig) => rig.report('h1'), ['xenhost-h1/h1']],
  ['a host that looks different may', 'room', (rig) => rig.clock.advance(27_000), ['h1', 'h2']],
  ['rules of a pool may', 'room', (rig) => rig.pool(1), ['metal']],
  [
    '… when they change, or are gone',
    'room',
    (rig) => {
      rig.pool(1);
      rig.forgetKeys();
      rig.pool(2);
    },
    ['metal'],
  ],
  [
    '… and not what is told of the pool',
    'room',
    (rig) => {
      rig.pool(1);
      rig.forgetKeys();
      rig.pool(1);
    },
    [],
  ],
];

describe('after a change', () => look(ROWS));
