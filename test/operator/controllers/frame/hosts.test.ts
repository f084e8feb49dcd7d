/** Hosts as decisions see them: heartbeats, who has answered, and when one looks different. */
import { deepEqual, equal } from 'node:assert/strict';
import { hostNamespace } from '../../../../common/names';
import { HostViews } from '../../../../operator/controllers/frame/host-views';
import { FleetInMemory } from '../fleet-in-memory';

describe('the heartbeat of a host', () => {
  const silentMs = (here: FleetInMemory): number | undefined => here.directory.facts('h1').silentMs;

  it('counts by our own clock, and only where it was renewed', async () => {
    const here = new FleetInMemory('h1');
    await here.clock.advance(5000);
    equal(silentMs(here), 5000);
    const [lease] = here.caches.leases.all();
    here.put(here.caches.leases, { ...lease!, metadata: { ...lease!.metadata, labels: { a: 'b' } } });
    equal(silentMs(here), 5000, 'another change of the Lease is no sign of life');
    here.beat('h1');
    equal(silentMs(here), 0);
  });

  it('is none where nobody has renewed the Lease, or it is of no host', () => {
    const here = new FleetInMemory();
    here.host('h1');
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
    here.put(here.caches.leases, { ...lease, metadata: { namespace: hostNamespace('h1'), name: 'agent' }, spec: {} });
    here.put(here.caches.leases, {
      ...lease,
      metadata: { namespace: 'kube-system', name: 'agent' },
      spec: { renewTime: '2026-01-01T00:00:00.000000Z' },
    });
    equal(silentMs(here), undefined);
  });

  it('names the boot in which it was renewed', () => {
    const here = new FleetInMemory('h1');
    equal(here.directory.facts('h1').beatBootID, undefined);
    here.beat('h1', 'boot-2');
    equal(here.directory.facts('h1').beatBootID, 'boot-2');
  });

  it('refutes what was declared of that boot before it, and nothing else', () => {
    const here = new FleetInMemory('h1');
    const lived = (): boolean | undefined => here.directory.facts('h1').livedSinceDeclared;
    here.beat('h1', 'b1');
    equal(lived(), false, 'nothing is declared');
    here.editHost('h1', { declaredDead: 'b1' });
    equal(lived(), false, 'the last beat is older than the word');
    here.editHost('h1', { unschedulable: true });
    here.beat('h1', 'b2');
    equal(lived(), false, 'it is another boot');
    here.beat('h1', 'b1');
    equal(lived(), true);
    here.editHost('h1', { unschedulable: false });
    equal(lived(), true, 'the word is the same');
    here.editHost('h1', { declaredDead: 'b2' });
    equal(lived(), false, 'another word');
    here.beat('h1');
    equal(lived(), true, 'an agent that names no boot may be of that one');
    here.editHost('h1', { declaredDead: undefined });
    equal(lived(), false);
  });

  it('that was there when the operator began refutes nothing', () => {
    const here = new FleetInMemory();
    here.host('h1');
    here.editHost('h1', { declaredDead: 'b1' });
    here.beat('h1', 'b1');
    equal(here.directory.facts('h1').livedSinceDeclared, false);
    here.remove(here.caches.hosts, here.caches.hosts.get('h1')!);
    here.host('h1');
    here.editHost('h1', { declaredDead: 'b1' });
    here.beat('h1', 'b1');
    equal(here.directory.facts('h1').livedSinceDeclared, true);
  });

  it('of a host that is gone is forgotten after an hour, of one that is there never', async () => {
    const here = new FleetInMemory('h1', 'h2');
    here.remove(here.caches.hosts, here.caches.hosts.get('h1')!);
    await here.clock.advance(3_600_000);
    here.beat('h3');
    equal(here.directory.facts('h1').silentMs, 3_600_000, 'made anew, it would not count as silent');
    await here.clock.advance(1);
    here.beat('h4');
    equal(here.directory.facts('h1').silentMs, undefined);
    equal(here.directory.facts('h2').silentMs, 3_600_001);
  });
});

describe('a host', () => {
  it('that nobody has heard of is waited for from when this process began to listen', async () => {
    const here = new FleetInMemory();
    here.host('h1');
    const { watchedMs } = here.directory.facts('h1');
    await here.clock.advance(25_000);
    deepEqual([watchedMs, here.directory.facts('h1').watchedMs], [0, 25_000]);
  });

  it('is told to agents in the order of names, so that nobody is told anew for nothing', () => {
    const here = new FleetInMemory('h2', 'h1', 'h3');
    deepEqual(here.directory.catalog().roster.roster, ['h1', 'h2', 'h3']);
  });

  it('is heard only if it is ours, trusted, and answers this leader', () => {
    const here = new FleetInMemory('h1');
    const heard = (): boolean => here.directory.isHeard(here.directory.agent('h1')!);
    equal(heard(), true);
    here.report('h1', { nonce: 'old' });
    equal(heard(), false);
    here.report('h1', { fleetID: 'another' });
    equal(heard(), false);
    here.report('h1');
    here.editHost('h1', { quarantined: true });
    equal(heard(), false);
    here.editHost('h1', { quarantined: false });
    equal(heard(), true);
    here.remove(here.caches.hosts, here.caches.hosts.get('h1')!);
    equal(heard(), false);
  });

  it('has a namespace to work in unless that is missing or going', () => {
    const here = new FleetInMemory('h1');
    const ready = (): boolean | undefined => here.directory.view('h1')?.namespaceReady;
    equal(ready(), true);
    const known = here.caches.namespaces.get('xenhost-h1')!;
    const metadata = { ...known.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
    here.put(here.caches.namespaces, { ...known, metadata });
    equal(ready(), false);
    here.remove(here.caches.namespaces, known);
    equal(ready(), false);
    equal(here.directory.view('h9'), undefined);
  });

  it('that comes, goes or leaves changes what agents are told, and nothing else does', () => {
    const here = new FleetInMemory('h1');
    const roster = (): readonly string[] => here.directory.catalog().roster.roster;
    const before = here.directory.catalog();
    here.report('h1', { cpus: 64 });
    here.editHost('h1', { unschedulable: true });
    equal(here.directory.catalog(), before, 'found once');
    here.host('h2');
    deepEqual(roster(), ['h1', 'h2']);
    const h2 = here.caches.hosts.get('h2')!;
    here.put(here.caches.hosts, { ...h2, metadata: { ...h2.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } });
    deepEqual(roster(), ['h1', 'h2'], 'something of the fleet may still be there');
    here.remove(here.caches.namespaces, here.caches.namespaces.get('xenhost-h2')!);
    deepEqual(roster(), ['h1']);
    const lan = { apiVersion: 'x', kind: 'XenNetwork', metadata: { name: 'lan' }, spec: { bridge: 'br0' } };
    here.put(here.caches.networks, lan as never);
    deepEqual(here.directory.catalog().networks, [{ name: 'lan', bridge: 'br0' }]);
    const pool = { apiVersion: 'x', kind: 'XenStoragePool', metadata: { name: 'ssd' } };
    here.put(here.caches.storagePools, { ...pool, spec: { driver: 'file', path: '/s', locality: 'local' } } as never);
    deepEqual(
      here.directory.catalog().storagePools.map(({ name }) => name),
      ['ssd'],
    );
  });

  it('that two rosters remember is missed until it is there, and one roster alone is not believed', () => {
    const here = new FleetInMemory('h1', 'h2', 'h3');
    here.report('h1', { roster: ['h1', 'h9'] });
    deepEqual(here.directory.unreported(), []);
    here.report('h2', { roster: ['h2', 'h9'] });
    deepEqual(here.directory.unreported(), ['h9']);
    here.report('h2', { roster: ['h2', 'h9'], nonce: 'old' });
    deepEqual(here.directory.unreported(), ['h2'], 'what it remembers counts once it has answered');
    here.report('h2', { roster: ['h2', 'h9'] });
    here.host('h9');
    deepEqual(here.directory.unreported(), ['h9'], 'it is there, and has not answered');
    here.report('h9');
    deepEqual(here.directory.unreported(), []);
    here.remove(here.caches.hosts, here.caches.hosts.get('h9')!);
    deepEqual(here.directory.unreported(), ['h9'], 'it was taken away while others remember it');
  });
});

describe('the views of hosts', () => {
  function rig() {
    const here = new FleetInMemory('h1', 'h2');
    const faults: string[] = [];
    const { caches, directory, clock } = here;
    const views = new HostViews({ caches, directory, clock, onFault: (where) => void faults.push(where) });
    const seen: string[] = [];
    const undo = views.onChange((host) => void seen.push(host));
    views.start();
    return { here, views, seen, undo, faults };
  }

  it('tell of a host that looks different, once, and of silence within a second', async () => {
    const { here, seen } = rig();
    await here.clock.advance(1000);
    seen.length = 0;
    here.report('h1', { cpus: 9 });
    deepEqual(seen, [], 'decisions see no difference');
    here.report('h1', { bootID: 'boot-2' });
    deepEqual(seen, ['h1']);
    await here.clock.advance(20_000);
    here.beat('h1');
    await here.clock.advance(3000);
    deepEqual(seen, ['h1']);
    await here.clock.advance(2000);
    deepEqual(seen, ['h1', 'h2']);
  });

  it('tell nobody who has left, and nothing after the end', async () => {
    const { here, views, seen, undo } = rig();
    await here.clock.advance(1000);
    seen.length = 0;
    const others: string[] = [];
    views.onChange((host) => void others.push(host));
    undo();
    here.editHost('h1', { quarantined: true });
    deepEqual([seen, others], [[], ['h1']]);
    views.stop();
    here.editHost('h2', { quarantined: true });
    await here.clock.advance(30_000);
    deepEqual([others, here.clock.timers], [['h1'], 0]);
  });

  it('go on past a host whose listener fails', async () => {
    const { here, views, faults } = rig();
    views.onChange(() => {
      throw new Error('a bug');
    });
    await here.clock.advance(26_000);
    deepEqual([...new Set(faults)], ['pulse']);
    equal(here.clock.timers, 1, 'the pulse goes on');
  });

  it('take no notice of what is of no host', () => {
    const { here, seen } = rig();
    seen.length = 0;
    here.put(here.caches.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'acme' } });
    deepEqual(seen, []);
  });
});
