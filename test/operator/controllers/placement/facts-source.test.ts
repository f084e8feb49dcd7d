/**
 * What a plan is given from the caches: who owns what, and whose report counts. There are two
 * tenants, and hosts that may lie.
 */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenVM } from '../../../../crds/generated/types';
import { derivedMac } from '../../../../common/names';
import { bootOf, claimed, order, UID, vm } from '../../plan/builders';
import { VmFactsSource } from '../../../../operator/controllers/placement/facts-source';
import { FleetInMemory } from '../fleet-in-memory';

const resources = { className: undefined, resources: { vcpus: 1, memory: '1Gi' } } as never as Partial<XenVM['spec']>;
const networks = [{ name: 'eth0', network: 'lan' }];
const status = { ...claimed('h1', 1), networks: [{ name: 'eth0', mac: derivedMac(UID, 'eth0') }] };

/** acme/web runs on h1; both hosts have answered. */
function fleet(): FleetInMemory & { victim: XenVM } {
  const here = new FleetInMemory('h1', 'h2');
  for (const name of ['h1', 'h2']) here.report(name, { bootID: bootOf(name) });
  const lan = { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenNetwork', metadata: { name: 'lan' } };
  here.put(here.caches.networks, { ...lan, spec: { bridge: 'xenbr0', allowedNamespaces: { from: 'All' } } } as never);
  const victim = here.vm(vm({ spec: { ...resources, networks }, status }));
  const web = order('h1', 1, { networks: [{ name: 'eth0', bridge: 'xenbr0', mac: derivedMac(UID, 'eth0') }] });
  here.order({ ...web, status: { epoch: 1, phase: 'Running' } });
  return Object.assign(here, { victim });
}

const strangers = (over: Partial<XenVM['spec']>, name = 'x'): XenVM =>
  vm({ meta: { namespace: 'evil', name, uid: `uid-${name}` }, spec: { ...resources, ...over } });

describe('two tenants', () => {
  it('a copied identity is refused, and goes again without a trace', () => {
    const here = fleet();
    const copy = here.vm(strangers({ identity: { uuid: UID } }));
    equal(here.planned(copy), 'wait IdentityConflict');
    const deleted = here.vm({ ...copy, metadata: { ...copy.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    equal(here.planned(deleted), 'clearFinalizer');
    deepEqual(here.facts.of(deleted, undefined).orders, []);
  });

  it('the owner of a UUID is not troubled by the copy', () => {
    const here = fleet();
    here.vm(strangers({ identity: { uuid: UID } }));
    equal(here.planned(here.victim), 'wait');
  });

  it('the derived MAC address of a neighbour is in use, although nobody wrote it down', () => {
    const here = fleet();
    const mac = derivedMac(UID, 'eth0');
    equal(here.planned(here.vm(strangers({ networks: [{ name: 'eth0', network: 'lan', mac }] }))), 'wait MacConflict');
    equal(here.planned(here.vm(strangers({ networks }, 'y'))), 'place ≥1');
  });

  it('a MAC address stays in use until the order that holds it is retired', () => {
    const here = fleet();
    const mac = derivedMac(UID, 'eth0');
    here.remove(here.caches.vms, here.victim);
    const late = here.vm(strangers({ networks: [{ name: 'eth0', network: 'lan', mac }] }));
    equal(here.planned(late), 'wait MacConflict');
    const held = [{ name: 'eth0', bridge: 'xenbr0', mac }];
    const receipt = { epoch: 1, phase: 'Absent' as const, retiredEpoch: 1 };
    here.order(order('h1', 1, { desired: 'Absent', networks: held }, receipt));
    equal(here.planned(late), 'place ≥1');
  });

  it('a domain that a host keeps for nobody is nobody’s to take', () => {
    const here = fleet();
    const uuid = '99999999-2222-4333-8444-555555555555';
    here.report('h2', { bootID: bootOf('h2'), domains: [{ uuid, kind: 'foreign' }] });
    equal(here.planned(here.vm(strangers({ identity: { uuid } }))), 'wait IdentityConflict');
  });

  it('a domain that a host keeps for this name is taken over, and for another name it is not', () => {
    const here = fleet();
    const uuid = '99999999-2222-4333-8444-555555555555';
    here.report('h2', {
      bootID: bootOf('h2'),
      domains: [{ uuid, kind: 'orphan', namespace: 'evil', vmName: 'x' }],
      records: [{ uuid, namespace: 'evil', name: 'x', epoch: 3, frozen: true }],
    });
    equal(here.planned(here.vm(strangers({ identity: { uuid } }))), 'claim h2 4');
    equal(here.planned(here.vm(strangers({ identity: { uuid } }, 'y'))), 'wait IdentityConflict');
    equal(here.planned(here.vm(strangers({}, 'x'))), 'wait IdentityConflict', 'its name is taken by that domain');
  });
});

describe('the word of a host', () => {
  const orphan = { domains: [{ uuid: UID, kind: 'orphan' as const, namespace: 'acme', vmName: 'web' }] };

  it('about a copy of a VM that runs elsewhere ends nobody', () => {
    const here = fleet();
    here.report('h2', { bootID: bootOf('h2'), ...orphan });
    equal(
      here.planned({ ...here.victim, spec: { ...here.victim.spec, runPolicy: 'Always' } }).includes('Absent'),
      false,
    );
  });

  it('counts no more once it is quarantined, and nobody waits for it', () => {
    const here = fleet();
    here.report('h2', { bootID: bootOf('h2'), ...orphan, nonce: 'old' });
    deepEqual(here.directory.unreported(), ['h2']);
    here.editHost('h2', { quarantined: true });
    deepEqual(here.directory.unreported(), []);
    here.report('h2', { bootID: bootOf('h2'), ...orphan });
    deepEqual(here.facts.of(here.victim, undefined).sightings, []);
  });

  it('in the status of an order is no receipt while it is quarantined', () => {
    const here = fleet();
    here.order(order('h1', 1, { desired: 'Absent' }, { epoch: 1, phase: 'Absent', retiredEpoch: 1 }));
    const gone = here.vm({
      ...here.victim,
      metadata: { ...here.victim.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    });
    equal(here.planned(gone), 'clearFinalizer');
    here.editHost('h1', { quarantined: true });
    equal(here.planned(gone), 'wait WaitingForReceipt');
  });

  it('is not waited for once its boot is declared over and it is silent', async () => {
    const here = fleet();
    here.report('h2', { bootID: 'b', nonce: 'old' });
    here.editHost('h2', { declaredDead: 'b' });
    deepEqual(
      [here.directory.unreported(), here.directory.view('h2')?.dead],
      [['h2'], false],
      'its Lease was renewed just now',
    );
    await here.clock.advance(25_001);
    deepEqual([here.directory.unreported(), here.directory.view('h2')?.dead], [[], true]);
    here.report('h2', { bootID: 'b', nonce: 'old' });
    deepEqual([here.directory.unreported(), here.directory.view('h2')?.dead], [['h2'], false], 'a sign of life');
  });

  it('counts for its own term only', () => {
    const here = fleet();
    here.report('h2', { bootID: bootOf('h2'), ...orphan, nonce: 'old' });
    deepEqual(here.facts.of(here.victim, undefined).sightings, []);
  });
});

describe('a VM that was seen being created', () => {
  it('is forgotten when it is gone, also where only a list tells', () => {
    const here = new FleetInMemory('h1');
    const { vms } = here.caches;
    vms.apply({ type: 'init', cause: 'start' });
    vms.apply({ type: 'initDone', resourceVersion: '1', cause: 'start' });
    for (const name of ['one', 'two']) {
      const made = vm({ meta: { name, uid: `uid-${name}`, resourceVersion: '2' } });
      here.caches.noteCreation({ type: 'apply', object: made });
      vms.apply({ type: 'apply', object: made });
    }
    equal(here.caches.createdAt.size, 2);
    vms.apply({ type: 'delete', object: vm({ meta: { name: 'one', uid: 'uid-one', resourceVersion: '3' } }) });
    deepEqual([...here.caches.createdAt.keys()], ['uid-two']);
    vms.apply({ type: 'init', cause: 'periodic' });
    vms.apply({ type: 'initDone', resourceVersion: '4', cause: 'periodic' });
    equal(here.caches.createdAt.size, 0);
  });

  for (const cause of ['wentBack', 'expired', 'unreadable'] as const) {
    it(`is new no more after a relist for the cause ${cause}`, () => {
      const here = new FleetInMemory('h1');
      const made = vm();
      here.caches.noteCreation({ type: 'apply', object: made });
      equal(here.caches.isFresh(made), true);
      here.caches.noteCreation({ type: 'initDone', cause, resourceVersion: '9' } as never);
      equal(here.caches.isFresh(made), false);
    });
  }
});

describe('what a plan is given', () => {
  it('is in the order of hosts, whoever was heard first', () => {
    const here = new FleetInMemory('h3', 'h1', 'h2');
    const seen = { uuid: UID, namespace: 'acme', vmName: 'web', kind: 'ours' as const };
    for (const name of ['h2', 'h3', 'h1']) {
      here.order(order(name, 1));
      here.report(name, { domains: [seen] });
    }
    const { orders, sightings } = here.facts.of(here.vm(vm({ spec: resources })), undefined);
    for (const found of [orders, sightings])
      deepEqual(
        found.map(({ host }) => host),
        ['h1', 'h2', 'h3'],
      );
  });

  it('holds what the brake says of a VM that is deleted, and of no other', () => {
    const here = new FleetInMemory('h1');
    const closed = { state: 'closed', message: 'many' } as const;
    const facts = new VmFactsSource(here.caches, here.directory, { of: () => closed });
    const web = here.vm(vm({ spec: resources }));
    equal(facts.of(web, undefined).brake.state, 'open');
    const metadata = { ...web.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    deepEqual(facts.of({ ...web, metadata }, undefined).brake, closed);
    facts.stop();
  });

  it('names a MAC address as granted to who has it on any of his networks', () => {
    const here = fleet();
    const [mine, other] = [derivedMac(UID, 'eth0'), '02:00:00:00:00:09'];
    const granted = (macs: readonly string[]): boolean[] => {
      const networks = macs.map((mac, index) => ({ name: `eth${index}`, mac }));
      here.vm({ ...here.victim, status: { ...here.victim.status, networks } });
      const asks = here.vm(strangers({ networks: [{ name: 'eth0', network: 'lan', mac: mine }] }));
      return here.facts.of(asks, undefined).macUses.flatMap((use) => (use.rival === undefined ? [] : [use.granted]));
    };
    deepEqual([granted([mine, other]), granted([other]), granted([])], [[true], [false], [false]]);
  });
});
