import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { MIB, domainOverheadBytes, hypervisorBytes } from '../../common/memory';
import { HOSTNAME_KEY, Scheduler, byUrgency, message, schedule } from '../../scheduler';
import type { VmSpec } from '../../scheduler';
import { GIB, host, hosts, required, vm } from './fleet';

describe('explaining', () => {
  it('asks every filter of every host and names the nearest shortfall in units', () => {
    const fleet = [
      host('h1', { reservedBytes: 58 * GIB, taints: [{ key: 'gpu', effect: 'NoSchedule' }] }),
      host('h2', { reservedBytes: 56 * GIB }),
      host('h3', { cordoned: true, networks: [] }),
    ];
    const answer = schedule({ hosts: fleet, vms: [] }, vm('new', { memoryBytes: 8 * GIB, networks: ['lan'] }));
    assert.ok('unschedulable' in answer);
    const short = (8 * GIB + domainOverheadBytes({ type: 'pvh', vcpus: 2, memoryBytes: 8 * GIB }) - 4 * GIB) / MIB;
    assert.equal(
      message(answer.unschedulable),
      `0 of 3 hosts fit: memory 2 (h2 nearest, ${short + hypervisorBytes(64 * GIB) / MIB} MiB short); ` +
        'cordoned 1 (Unschedulable); taints 1 (gpu:NoSchedule); network 3 (no network lan)',
    );
  });

  it('says which hosts a single filter keeps away', () => {
    const fleet = [
      host('h1', { cordoned: true }),
      host('h2', { cordoned: true, ready: false }),
      host('h3', { ready: false }),
    ];
    const answer = schedule({ hosts: fleet, vms: [] }, vm('new'));
    assert.ok('unschedulable' in answer);
    assert.deepEqual(answer.unschedulable.onlyRefusedBy, { HostCordoned: ['h1'], HostReady: ['h3'] });
  });

  it('has words for a fleet without hosts', () => {
    const answer = schedule({ hosts: [], vms: [] }, vm('new'));
    assert.ok('unschedulable' in answer);
    assert.equal(message(answer.unschedulable), 'there are no hosts');
  });

  it('fits four VPS of 16 GiB on two servers of 64 GiB, but not on one', () => {
    const place = (count: number): (string | undefined)[] => {
      const scheduler = new Scheduler({ hosts: hosts(count), vms: [] });
      return [1, 2, 3, 4].map((n) => {
        const vps = vm(`vps-${n}`, { memoryBytes: 16 * GIB, vcpus: 4, dedicated: true });
        const found = scheduler.find(vps);
        if (found !== undefined) scheduler.assume(vps, found);
        return found;
      });
    };
    assert.deepEqual(place(2), ['h1', 'h2', 'h1', 'h2']);
    assert.deepEqual(place(1), ['h1', 'h1', 'h1', undefined]);
  });
});

describe('choosing', () => {
  const spread = (maxSkew: number, topologyKey: string): Partial<VmSpec> => ({
    labels: { app: 'web' },
    topologySpread: [{ maxSkew, topologyKey, labelSelector: { matchLabels: { app: 'web' } } }],
  });

  function placeMany(scheduler: Scheduler, count: number, over: Partial<VmSpec>): (string | undefined)[] {
    return Array.from({ length: count }, (_, index) => {
      const spec = vm(`web-${index}`, over);
      const found = scheduler.find(spec);
      if (found !== undefined) scheduler.assume(spec, found);
      return found;
    });
  }

  it('takes the first by name among equals, also beyond nine hosts', () => {
    assert.deepEqual(schedule({ hosts: hosts(12).reverse(), vms: [] }, vm('new')), { host: 'h1' });
  });

  it('balances by share, not by bytes', () => {
    const fleet = [host('big', { totalBytes: 256 * GIB, cpus: 64 }), host('small')];
    const placed = [
      vm('a', { host: 'big', memoryBytes: 60 * GIB, vcpus: 12 }),
      vm('b', { host: 'small', memoryBytes: 30 * GIB, vcpus: 6 }),
    ];
    assert.deepEqual(schedule({ hosts: fleet, vms: placed }, vm('new')), { host: 'big' });
  });

  it('spreads over racks within the skew, counting hosts that are cordoned but waiting for no closed rack', () => {
    const fleet = hosts(4, (index) => ({ labels: { rack: 'abcd'[index] as string }, cordoned: index === 3 }));
    const scheduler = new Scheduler({ hosts: fleet, vms: [] });
    assert.deepEqual(placeMany(scheduler, 6, spread(1, 'rack')), ['h1', 'h2', 'h3', 'h1', 'h2', 'h3']);
  });

  it('keeps the skew when VMs leave', () => {
    const scheduler = new Scheduler({ hosts: hosts(3), vms: [] });
    placeMany(scheduler, 6, spread(1, HOSTNAME_KEY));
    scheduler.forget('uid-web-1');
    scheduler.forget('uid-web-4');
    assert.deepEqual(placeMany(scheduler, 1, { ...spread(1, HOSTNAME_KEY), key: 'again' }), ['h2']);
    assert.deepEqual(
      ['h1', 'h2', 'h3'].map((name) => scheduler.fits(vm('x', spread(1, HOSTNAME_KEY)), name)),
      [false, true, false],
    );
  });

  it('follows preferred affinity, preferred hosts and PreferNoSchedule where it can', () => {
    const wish = {
      weight: 50,
      podAffinityTerm: { labelSelector: { matchLabels: { app: 'db' } }, topologyKey: HOSTNAME_KEY },
    };
    const near = { affinity: { preferredDuringSchedulingIgnoredDuringExecution: [wish] } };
    const far = { antiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [wish] } };
    const db = vm('db', { labels: { app: 'db' }, host: 'h2' });
    assert.deepEqual(schedule({ hosts: hosts(3), vms: [db] }, vm('new', near)), { host: 'h2' });
    const light = [db, vm('x', { host: 'h1', memoryBytes: 8 * GIB }), vm('y', { host: 'h3', memoryBytes: 8 * GIB })];
    assert.deepEqual(schedule({ hosts: hosts(3), vms: light }, vm('new', far)), { host: 'h1' });
    const tainted = hosts(2, (index) => (index === 0 ? { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] } : {}));
    assert.deepEqual(schedule({ hosts: tainted, vms: [] }, vm('new')), { host: 'h2' });
  });

  it('judges a VM that is placed as if it were not', () => {
    const scheduler = new Scheduler({
      hosts: hosts(1, () => ({ reservedBytes: 52 * GIB })),
      vms: [vm('a', { host: 'h1' })],
    });
    assert.deepEqual(scheduler.place(vm('a', { antiAffinity: required({}) })), { host: 'h1' });
    assert.equal(scheduler.hostOf('uid-a'), 'h1');
    assert.equal(scheduler.account('h1')?.vms, 1);
  });

  it('sorts by priority, then age, then UID', () => {
    const queue = [
      vm('c', { createdAtMs: 5 }),
      vm('b', { createdAtMs: 1 }),
      vm('a', { createdAtMs: 5 }),
      vm('z', { createdAtMs: 9, priority: 1 }),
    ];
    assert.deepEqual(
      queue.sort(byUrgency).map(({ name }) => name),
      ['z', 'b', 'a', 'c'],
    );
  });
});

describe('the ledger', () => {
  it('adds up in bytes and reports what Xen has less', () => {
    const spec = { reservedBytes: GIB, foreignBytes: 2 * GIB, orphanBytes: 3 * GIB, reportedFreeBytes: 40 * GIB };
    const migrating = vm('b', { host: 'h2', inboundHost: 'h1' });
    const scheduler = new Scheduler({
      hosts: [host('h1', spec), host('h2')],
      vms: [vm('a', { host: 'h1' }), migrating],
    });
    const need = 4 * GIB + domainOverheadBytes(migrating);
    const free = 64 * GIB - 4 * GIB - hypervisorBytes(64 * GIB) - 6 * GIB - 2 * need;
    const account = scheduler.account('h1');
    assert.deepEqual(
      [account?.guestBytes, account?.inboundBytes, account?.freeBytes, account?.residualBytes],
      [2 * need, need, free, free + GIB - 40 * GIB],
    );
    scheduler.assume({ ...migrating, host: 'h1' }, 'h1');
    assert.deepEqual([scheduler.account('h1')?.vms, scheduler.account('h2')?.vms], [2, 0]);
  });

  it('keeps the claims of a host that is away and counts them when it is back', () => {
    const scheduler = new Scheduler({ hosts: hosts(2), vms: [vm('a', { host: 'h1', labels: { app: 'web' } })] });
    scheduler.removeHost('h1');
    const shy = vm('b', { antiAffinity: required({ app: 'web' }) });
    assert.equal(scheduler.find(shy), 'h2');
    scheduler.updateHost(host('h1'));
    assert.equal(scheduler.account('h1')?.vms, 1);
    assert.equal(scheduler.fits(shy, 'h1'), false);
    scheduler.forget('uid-a');
    assert.equal(scheduler.fits(shy, 'h1'), true);
  });

  it('has one account for a storage pool that hosts share', () => {
    const shared = { name: 'ceph', locality: 'shared', freeBytes: 30 * GIB } as const;
    const scheduler = new Scheduler({ hosts: hosts(3, () => ({ storage: [shared] })), vms: [] });
    const disk = { disks: [{ pool: 'ceph', sizeBytes: 20 * GIB }] };
    scheduler.assume(vm('a', disk), scheduler.find(vm('a', disk)) ?? '');
    assert.equal(scheduler.find(vm('b', disk)), undefined);
    scheduler.forget('uid-a');
    assert.equal(scheduler.find(vm('b', disk)), 'h1');
  });
});
