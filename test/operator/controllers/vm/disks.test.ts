/**
 * Placement and the conflict rule know which disks exist. Whoever knows of a disk, it is never made
 * again nor given away.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { XenAgent, XenDomain, XenStoragePool, XenVM } from '../../../../crds/generated/types';
import { orderSpec } from '../../../../operator/plan/vm/order';
import { planVm } from '../../../../operator/plan/vm/plan';
import { showVm } from '../../../../operator/plan/vm/status';
import { brief, claimed, FLEET, order, UID, vm } from '../../plan/builders';
import { FleetInMemory } from '../fleet-in-memory';

const NOW = '2026-01-01T00:00:00Z';
const disk = { name: 'root', device: 'xvda', size: '1Gi', pool: 'local' };
const ordered = {
  name: 'root',
  device: 'xvda',
  sizeBytes: 2 ** 30,
  pool: 'local',
  path: '/srv',
  driver: 'file' as const,
};
const spec = { className: undefined, resources: { vcpus: 1, memory: '1Gi' }, disks: [disk] };
const again = { ...spec, identity: { uuid: UID } };
const make = (over: Parameters<typeof vm>[0] = {}): XenVM =>
  vm({ ...over, spec: { ...again, ...over.spec } as XenVM['spec'] });
const stranger = make({ meta: { namespace: 'evil', name: 'x', uid: 'uid-evil' } });

const kept = (over: object = {}): XenAgent['status'] => ({
  storagePools: [{ name: 'local', present: true, totalBytes: 2 ** 40, freeBytes: 2 ** 40 }],
  retainedDisks: [
    { uuid: UID, disk: 'root', path: '/srv', sizeBytes: 2 ** 30, namespace: 'acme', vmName: 'web', ...over },
  ],
});

class Rig extends FleetInMemory {
  constructor(locality: 'local' | 'shared' = 'local', path = '/srv') {
    super('h1', 'h2', 'h3');
    this.pool(locality, path);
    for (const name of ['h1', 'h2', 'h3']) {
      const metadata = { name: `xenhost-${name}`, uid: `uid-ns-${name}` };
      this.put(this.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
    }
    for (const name of ['h1', 'h2', 'h3']) this.report(name, { storagePools: kept()?.storagePools ?? [] });
  }

  pool(locality: 'local' | 'shared', path: string): void {
    const pool: XenStoragePool = {
      apiVersion: 'xenfleet.io/v1alpha1',
      kind: 'XenStoragePool',
      metadata: { name: 'local', uid: `uid-${path}` },
      spec: { driver: 'file', path, locality, allowedNamespaces: { from: 'All' } },
    };
    this.put(this.caches.storagePools, pool);
  }

  plan(of: XenVM) {
    return planVm(this.facts.of(this.vm(of), undefined));
  }

  /** The host that the scheduler would choose. */
  placed(of: XenVM): string | undefined {
    const put = this.vm(of);
    this.ledger.flush();
    return this.finds(put);
  }

  disks(of: XenVM, host = 'h1') {
    const { resolution } = this.facts.of(this.vm({ ...of, status: claimed(host, 2)! }), undefined);
    ok('wanted' in resolution);
    return orderSpec(of, resolution.wanted, { epoch: 2 }, FLEET).disks;
  }
}

describe('a retained disk', () => {
  it('is followed: its VM goes to the host that keeps it, with an order that says it exists', () => {
    for (const host of ['h1', 'h2', 'h3']) {
      const here = new Rig();
      here.report(host, kept());
      equal(here.placed(make()), host);
      equal(brief(here.plan(make())), 'place ≥1');
      deepEqual(here.disks(make(), host), [{ ...ordered, made: true }]);
    }
  });

  it('in a shared pool exists on every host', () => {
    const here = new Rig('shared');
    here.report('h2', kept());
    ok(here.placed(make()) !== undefined);
    deepEqual(here.disks(make(), 'h3'), [{ ...ordered, made: true }]);
  });

  it('in another folder, or under another name, is another disk', () => {
    for (const over of [{ path: '/other' }, { disk: 'data' }]) {
      const here = new Rig();
      here.report('h2', kept(over));
      deepEqual(here.disks(make()), [ordered]);
    }
  });

  it('is given to no other tenant, whatever UUID it names', () => {
    const here = new Rig();
    here.report('h2', kept());
    const action = here.plan(stranger);
    equal(brief(action), 'wait IdentityConflict');
    ok(action.do === 'wait' && action.because?.stalled === true);
    ok(!action.because.message.includes('acme'), 'strangers are not told of each other');
    deepEqual(here.disks(stranger), [ordered]);
  });

  it('is given to nobody new where nobody knows whose it is, until somebody does', () => {
    const here = new Rig('shared');
    const nobodys = kept({ namespace: undefined, vmName: undefined });
    here.report('h2', nobodys);
    const action = here.plan(make());
    equal(brief(action), 'wait IdentityConflict');
    match((action.do === 'wait' && action.because?.message) || '', /host h2 keeps disk root .* administrator/);
    here.report('h3', kept());
    equal(brief(here.plan(make())), 'place ≥1');
  });

  it('counts although its host has not answered this leader', () => {
    const here = new Rig();
    here.report('h2', { ...kept(), nonce: 'old' });
    equal(brief(here.plan(stranger)), 'wait IdentityConflict');
  });

  it('is waited for where the last report of its host is older than the receipt', () => {
    const here = new Rig();
    const record = { uuid: UID, namespace: 'acme', name: 'web', epoch: 3 };
    const pools = kept()?.storagePools ?? [];
    here.report('h2', { storagePools: pools, records: [record] });
    const action = here.plan(make());
    equal(brief(action), 'wait HostNotReporting');
    ok(action.do === 'wait' && action.because?.stalled === false);
    here.report('h2', { ...kept(), records: [{ ...record, retiredEpoch: 3 }] });
    equal(brief(here.plan(make())), 'place ≥1', 'the epoch of a host counts on that host');
    equal(here.placed(make()), 'h2');
  });

  it('holds its VM up where its host is dead or gone, or where two hosts keep one', async () => {
    const dead = new Rig();
    dead.report('h2', kept());
    const h2 = dead.caches.hosts.get('h2')!;
    dead.put(dead.caches.hosts, { ...h2, spec: { ...h2.spec, declaredDead: 'boot-h2' } });
    await dead.clock.advance(25_001);
    const twice = new Rig();
    for (const host of ['h1', 'h2']) twice.report(host, kept());
    const gone = new Rig();
    const known = { disks: [{ name: 'root', pool: 'local', path: '/srv', host: 'h9' }] };
    const rows: [Rig, XenVM, RegExp][] = [
      [dead, make(), /disk root .* host h2, which is declared dead/],
      [gone, make({ status: known }), /disk root .* host h9, which is gone/],
      [twice, make(), /hosts h1 and h2: which one is right/],
    ];
    for (const [here, of, words] of rows) {
      const action = here.plan(of);
      equal(brief(action), 'wait DiskMissing');
      match((action.do === 'wait' && action.because?.message) || '', words);
    }
  });
});

describe('a disk that was made', () => {
  const status = { epoch: 1, phase: 'Running', observedGeneration: 1, madeDisks: ['root'] } as const;
  const standing = (over: Partial<XenDomain['status']> = {}, disks = [ordered]): XenDomain => {
    const made = order('h1', 1, { disks }, { ...status, ...over } as XenDomain['status']);
    return { ...made, metadata: { ...made.metadata, generation: 1 } };
  };
  const placed = (disks?: object) =>
    make({ status: { ...claimed('h1', 1), ...(disks && { disks }) } as XenVM['status'] });

  it('is in the status of its VM from then on', () => {
    const here = new Rig();
    here.order(standing());
    const caches = here.facts.of(here.vm(placed()), undefined);
    deepEqual(showVm(caches, undefined, NOW).disks, [{ name: 'root', pool: 'local', path: '/srv', host: 'h1' }]);
    const shared = new Rig('shared');
    shared.order(standing());
    const { disks } = showVm(shared.facts.of(shared.vm(placed()), undefined), undefined, NOW);
    deepEqual(disks, [{ name: 'root', pool: 'local', path: '/srv' }]);
  });

  it('is known when its order is lost, and costs no write while it stands', () => {
    const here = new Rig();
    const before = placed([{ name: 'root', pool: 'local', path: '/srv', host: 'h1' }]);
    const action = here.plan(before);
    ok(action.do === 'createOrder');
    deepEqual(action.order.spec.disks, [{ ...ordered, made: true }]);
    const caches = here.facts.of(here.vm(before), undefined);
    ok('wanted' in caches.resolution);
    const spec1 = orderSpec(before, caches.resolution.wanted, { epoch: 1, bootID: 'boot-h1' }, FLEET);
    here.order({ ...standing(), spec: { ...spec1, disks: [ordered] } });
    equal(brief(here.plan(before)), 'wait');
  });

  it('needs no new order for the word of its driver, which an older operator did not write', () => {
    const here = new Rig();
    const { driver: _driver, ...older } = ordered;
    const { spec: spec1 } = standing();
    here.order({ ...standing(), spec: { ...spec1, disks: [older] } });
    equal(brief(here.plan(placed([{ name: 'root', pool: 'local', path: '/srv', host: 'h1' }]))), 'wait');
  });

  it('is not one that an older order had in another pool', () => {
    const here = new Rig();
    here.order(standing({ observedGeneration: 0 }));
    deepEqual(here.disks(placed()), [ordered]);
    const moved = new Rig();
    moved.order(standing({}, [{ ...ordered, pool: 'other' }]));
    deepEqual(moved.disks(placed()), [ordered]);
  });

  it('keeps its folder where the pool is made anew in another, and its VM says so', () => {
    const here = new Rig('local', '/new');
    here.order(standing());
    const caches = here.facts.of(here.vm(placed()), undefined);
    deepEqual(here.disks(placed()), [{ ...ordered, made: true }]);
    const told = showVm(caches, undefined, NOW).conditions?.find(({ type }) => type === 'PoolPathChanged');
    match(told?.message ?? '', /root stays in \/srv, pool local is now \/new/);
  });

  it('holds its VM where the host is dead, whether or not its order is left', async () => {
    const here = new Rig();
    const h1 = here.caches.hosts.get('h1')!;
    here.put(here.caches.hosts, { ...h1, spec: { ...h1.spec, declaredDead: 'boot-h1' } });
    await here.clock.advance(25_001);
    const before = placed([{ name: 'root', pool: 'local', path: '/srv', host: 'h1' }]);
    equal(brief(here.plan(before)), 'wait HostUnknown');
  });
});
