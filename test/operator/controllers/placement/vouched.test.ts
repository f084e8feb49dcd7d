/**
 * A claim is known to be the newest if its host vouched for it, or this term wrote it; until it
 * changes, its VM goes, the host refuses it, or the caches are in doubt.
 */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenVM } from '../../../../crds/generated/types';
import { bootOf, claimed, order, UID, vm } from '../../plan/builders';
import { FleetInMemory } from '../fleet-in-memory';

const record = { uuid: UID, namespace: 'acme', name: 'web', epoch: 1 };
const remembers = { bootID: bootOf('h1'), records: [record] };

function rig(status = claimed('h1', 1)): { here: FleetInMemory; web: XenVM; is: (of?: XenVM) => boolean } {
  const here = new FleetInMemory('h1', 'h2');
  here.report('h2', { nonce: 'old' });
  const web = here.vm(vm({ status: status! }));
  return { here, web, is: (of = web) => here.facts.of(of, undefined).vouched };
}

describe('a claim', () => {
  it('is vouched for by the report of its host, whatever becomes of that host later', () => {
    const { here, is } = rig();
    equal(is(), false);
    here.report('h1', remembers);
    equal(is(), true);
    here.report('h1', { ...remembers, nonce: 'old', records: [] });
    equal(is(), true);
  });

  it('is not vouched for by another epoch, boot or host, nor by a refusal', () => {
    for (const report of [
      { ...remembers, records: [{ ...record, epoch: 2 }] },
      { ...remembers, bootID: 'boot-2' },
      { ...remembers, nonce: 'old' },
      { ...remembers, records: [{ ...record, refusedEpoch: 1 }] },
      { ...remembers, records: [{ ...record, name: 'other' }] },
    ]) {
      const { here, is } = rig();
      here.report('h1', report);
      equal(is(), false, JSON.stringify(report));
    }
  });

  it('is vouched for no more once it is another one', () => {
    const { here, web, is } = rig();
    here.facts.vouchFor(web);
    equal(is(), true);
    for (const other of [claimed('h1', 2), claimed('h2', 1)]) equal(is(vm({ status: other! })), false);
    equal(is(vm()), false, 'no claim, no word for it');
    here.facts.vouchFor(vm());
    equal(is(vm()), false);
  });

  it('of one VM says nothing of another', () => {
    const { here, web, is } = rig();
    here.facts.vouchFor(web);
    equal(is(vm({ meta: { uid: 'uid-2' }, status: claimed('h1', 1)! })), false);
  });

  it('is vouched for no more once its host refuses it', () => {
    const { here, web, is } = rig();
    here.facts.vouchFor(web);
    here.report('h1', { ...remembers, records: [{ ...record, refusedEpoch: 1 }] });
    equal(is(), false);
  });

  it('is not vouched for any more after a doubt', () => {
    const { here, web, is } = rig();
    here.facts.vouchFor(web);
    here.facts.forgetVouched();
    equal(is(), false);
  });

  it('is forgotten with its VM, and not with a change of it', () => {
    const { here, web, is } = rig();
    here.facts.vouchFor(web);
    here.vm({ ...web });
    equal(is(), true);
    here.remove(here.caches.vms, web);
    equal(is(), false);
  });

  it('is forgotten by nobody after the end of the term', () => {
    const { here, web, is } = rig();
    here.facts.vouchFor(web);
    here.facts.stop();
    here.remove(here.caches.vms, web);
    equal(is(), true, 'it listens no more');
  });
});

describe('who else has to do with a VM', () => {
  const networks = [{ name: 'eth0', network: 'lan', mac: '02:00:00:00:00:01' }];
  const creationTimestamp = '2026-01-01T00:00:00Z';

  it('are those that claim its UUID or address, with their right, and never itself', () => {
    const here = new FleetInMemory('h1');
    const web = here.vm(vm({ spec: { networks } }));
    const meta = { namespace: 'evil', name: 'x', uid: 'uid-x', creationTimestamp };
    const status = { ...claimed('h1', 1), networks: [{ name: 'eth0', mac: '02:00:00:00:00:01' }] };
    here.vm(vm({ meta, spec: { networks, identity: { uuid: UID } }, status }));
    const { rivals, macUses } = here.facts.of(web, undefined);
    const rival = { namespace: 'evil', name: 'x', uid: 'uid-x', createdAt: creationTimestamp, placed: true };
    deepEqual(rivals, [rival]);
    deepEqual(macUses, [{ mac: '02:00:00:00:00:01', network: 'eth0', rival, granted: true }]);
  });

  it('have not been granted an address that they only ask for', () => {
    const here = new FleetInMemory('h1');
    const web = here.vm(vm({ spec: { networks } }));
    const other = { networks: [{ name: 'eth1', mac: '02:00:00:00:00:09' }] };
    here.vm(vm({ meta: { name: 'x', uid: 'uid-x' }, spec: { networks }, status: other }));
    const [use] = here.facts.of(web, undefined).macUses;
    deepEqual([use?.granted, use?.rival?.placed], [false, false]);
  });

  it('are domains that a host remembers under that address, if they are not its own', () => {
    const here = new FleetInMemory('h1');
    const web = here.vm(vm({ spec: { networks } }));
    const macs = [networks[0]!.mac];
    const record = { uuid: 'u', namespace: 'acme', name: 'lost', epoch: 1, frozen: true, macs };
    const own = { ...record, uuid: UID, name: 'web' };
    const elsewhere = { ...record, uuid: 'w', macs: ['02:00:00:00:00:99'] };
    here.report('h1', { records: [record, { ...record, uuid: 'v', name: 'lost-too' }, own, elsewhere] });
    const uses = () => here.facts.of(web, undefined).macUses;
    const use = { mac: macs[0], network: 'eth0', rival: undefined, granted: true, remembered: true };
    deepEqual(uses(), [use, use]);
    here.editHost('h1', { quarantined: true });
    deepEqual(uses(), [], 'a host that is not believed');
  });

  it('are orders whose agent says that a guest has the address, which takes it from nobody', () => {
    const here = new FleetInMemory('h1');
    const web = here.vm(vm({ spec: { networks } }));
    const granted = { networks: [{ name: 'eth0', mac: networks[0]!.mac }] };
    const other = order('h1', 1, { vm: { namespace: 'acme', name: 'other', uid: 'u' } }, { epoch: 1, granted });
    here.order({ ...other, metadata: { ...other.metadata, name: 'u' } });
    const use = { mac: networks[0]!.mac, network: 'eth0', rival: undefined, granted: true, remembered: true };
    deepEqual(here.facts.of(web, undefined).macUses, [use]);
  });

  it('is what hosts keep and report, in the order of the hosts', () => {
    const here = new FleetInMemory('h2', 'h1', 'h3');
    const kept = { uuid: UID, disk: 'root', path: '/p', namespace: 'acme', vmName: 'web' };
    for (const host of ['h3', 'h1', 'h2'])
      here.report(host, {
        retainedDisks: [kept],
        domains: [{ uuid: UID, kind: 'ours', namespace: 'acme', vmName: 'web', vcpus: 3, memoryMiB: 2048 }],
        records: [{ uuid: 'uid-old', namespace: 'acme', name: 'web', epoch: 1, frozen: true }],
      });
    const web = here.vm(vm({ status: claimed('h1', 1)! }));
    const { retained, sightings, namesakes, reported } = here.facts.of(web, undefined);
    for (const found of [retained, sightings, namesakes])
      deepEqual(
        found.map(({ host }) => host),
        ['h1', 'h2', 'h3'],
      );
    equal(reported?.memoryMiB, 2048);
    here.editHost('h2', { quarantined: true });
    const { retained: believed, namesakes: heard } = here.facts.of(web, undefined);
    for (const found of [believed, heard])
      deepEqual(
        found.map(({ host }) => host),
        ['h1', 'h3'],
      );
    equal(here.facts.of(vm(), undefined).reported, undefined);
  });
});
