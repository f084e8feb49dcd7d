/** What is looked at after a change: row by row, for each kind. */
import { deepEqual } from 'node:assert/strict';
import type { XenVM } from '../../../crds/generated/types';
import { HOST_WATCHES } from '../../../operator/controllers/host/watches';
import { ROOM_WATCHES } from '../../../operator/controllers/placement/watches';
import { POOL_WATCHES } from '../../../operator/controllers/pool/watches';
import { VM_WATCHES } from '../../../operator/controllers/vm/watches';
import { claimed, order, UID, vm } from '../plan/builders';
import { WatchedFleet } from './watched-fleet';

const KINDS = { vm: VM_WATCHES, host: HOST_WATCHES, pool: POOL_WATCHES, room: ROOM_WATCHES };
type Kind = keyof typeof KINDS;

const mac = '02:16:3e:00:00:01';
const networks = [{ name: 'eth0', network: 'lan', mac }];
const named = (name: string, over: Partial<XenVM['spec']> = {}, status?: XenVM['status']): XenVM =>
  vm({ meta: { name, uid: `uid-${name}` }, spec: over, ...(status && { status }) });

/** acme/web is claimed on h1, acme/other waits with the same UUID and MAC, acme/third is on h2. */
class Rig extends WatchedFleet {
  readonly #keys = new Set<string>();
  readonly web = this.vm(vm({ spec: { networks }, status: claimed('h1', 1) }));
  readonly other = this.vm(named('other', { networks, identity: { uuid: UID } }));
  readonly third = this.vm(named('third', { className: 'large' }, { placement: { host: 'h2', epoch: 1 } }));

  constructor() {
    super('h1', 'h2');
  }

  /** The keys of a kind that `act` makes it look at. */
  async after(kind: Kind, act: () => void | Promise<void>): Promise<string[]> {
    const end = this.listen(KINDS[kind], (key) => void this.#keys.add(key));
    await act();
    end();
    return [...this.#keys].sort();
  }

  /** What came before was only to prepare. */
  forgetKeys(): void {
    this.#keys.clear();
  }
}

function leaving(rig: Rig, name: string): void {
  const host = rig.caches.hosts.get(name);
  if (host === undefined) throw new Error(`there is no ${name}`);
  rig.put(rig.caches.hosts, { ...host, metadata: { ...host.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
}

const EVERYBODY = ['acme/other', 'acme/third', 'acme/web'];
const ROWS: readonly [string, Kind, (rig: Rig) => void | Promise<void>, string[]][] = [
  ['a VM that changes is looked at', 'vm', (rig) => void rig.vm({ ...rig.third }), ['acme/third']],
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
  ['a host concerns itself', 'host', (rig) => rig.editHost('h1', { unschedulable: true }), ['h1']],
  ['a new host concerns all: they must know it', 'host', (rig) => void rig.host('h3'), ['h1', 'h2', 'h3']],
  ['a report concerns its host', 'host', (rig) => rig.report('h2'), ['h2']],
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
    'the end of its Lease concerns its host',
    'host',
    (rig) => rig.remove(rig.caches.leases, rig.caches.leases.get('xenhost-h2/agent')!),
    ['h2'],
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
  ['a VM concerns the pool of its host', 'pool', (rig) => void rig.vm({ ...rig.third }), ['default']],
  ['a VM that waits concerns no pool', 'pool', (rig) => void rig.vm({ ...rig.other }), []],
  ['a new VM makes no room', 'room', (rig) => void rig.vm(named('new')), []],
  ['one that goes may', 'room', (rig) => rig.remove(rig.caches.vms, rig.third), ['acme/third']],
];

describe('after a change', () => {
  for (const [name, kind, act, expected] of ROWS) {
    it(`${name} (${kind})`, async () => {
      const rig = new Rig();
      deepEqual(await rig.after(kind, () => act(rig)), expected);
    });
  }
});
