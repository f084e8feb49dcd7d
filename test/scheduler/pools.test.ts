/**
 * Pools: whose failures are judged, what the loss of hosts would do, and what a tenant is told of
 * it.
 */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Planner, Scheduler, message } from '../../scheduler';
import type { HostLoss, VmSpec } from '../../scheduler';
import { GIB, host, hosts, vm } from './fleet';

/** 16 GiB to sell, to the byte. */
const small = { totalBytes: 20 * GIB, hypervisorBytes: 0 };
const sized = (name: string, gib: number, over: Partial<VmSpec> = {}): VmSpec =>
  vm(name, { memoryBytes: gib * GIB, overheadBytes: 0, vcpus: 1, ...over });
const rule = (name: string, hostFailuresToTolerate: number): { name: string; hostFailuresToTolerate: number } => ({
  name,
  hostFailuresToTolerate,
});
const why = (scheduler: Scheduler, spec: VmSpec, reader?: string): string => {
  const answer = scheduler.place(spec);
  assert.ok('unschedulable' in answer, JSON.stringify(answer));
  return message(answer.unschedulable, reader);
};

describe('pools of hosts', () => {
  it('one that tolerates too little keeps VMs out of itself and not out of the others', () => {
    const fleet = [host('a1', { ...small, pool: 'a' }), host('a2', { ...small, pool: 'a' }), host('b1', { pool: 'b' })];
    const vms = [1, 2].map((n) => sized(`db-${n}`, 12, { pool: 'a', host: `a${n}` }));
    const scheduler = new Scheduler({ hosts: fleet, vms, pools: [rule('a', 1)] });
    assert.match(why(scheduler, sized('web', 1, { pool: 'a' })), /the loss of a1 could not be absorbed: acme.db-1/);
    assert.deepEqual(scheduler.place(sized('web', 1)), { host: 'b1' });
    assert.deepEqual(
      scheduler.poolAccounts().map(({ pool, tolerates }) => `${pool} ${tolerates}`),
      ['a no', 'b yes'],
    );
    scheduler.forget('uid-db-1');
    assert.ok('host' in scheduler.place(sized('web', 1, { pool: 'a' })));
  });

  it('two failures in too large a pool are a verdict with a remedy, not an error', () => {
    const fleet = [...hosts(257), host('spare', { pool: 'spare' })];
    const snapshot = { hosts: fleet, vms: [sized('old', 1, { host: 'h1' })], pools: [rule('default', 2)] };
    const scheduler = new Scheduler(snapshot);
    const text = why(scheduler, sized('web', 1, { pool: 'default' }));
    assert.match(text, /pool default has 257: set its hostFailuresToTolerate to 1, or split it/);
    assert.deepEqual(scheduler.place(sized('web', 1)), { host: 'spare' });
    const { tolerates, unjudged } = scheduler.poolAccount('default');
    assert.equal(tolerates, 'unjudged');
    assert.match(unjudged ?? '', /up to 256 hosts/);
    assert.deepEqual(
      new Planner(snapshot).evacuate(['h1']).moves.map(({ to }) => to),
      ['spare'],
    );
    assert.deepEqual(new Planner(snapshot).rebalance().moves, []);
    scheduler.updatePool(rule('default', 1));
    assert.ok('host' in scheduler.place(sized('web', 1, { pool: 'default' })));
  });

  it('the account sums what hosts have; free counts only where VMs may go', () => {
    const fleet = [
      host('h1', { ...small, mostHvmGuests: 2, foreignHvmGuests: 2 }),
      host('h2', { ...small, cordoned: true }),
      host('h3', { ...small, ready: false }),
      host('h4', { ...small, pool: 'other' }),
    ];
    const vms = [sized('a', 4, { host: 'h1' }), sized('b', 2, { host: 'h2', dedicated: true, vcpus: 3, type: 'hvm' })];
    const { worstLoss: _, ...account } = new Scheduler({
      hosts: fleet,
      vms,
      pools: [{ name: 'default', vcpuRatio: 2 }],
    }).poolAccount('default');
    assert.deepEqual(account, {
      pool: 'default',
      vcpuRatio: 2,
      hostFailuresToTolerate: 0,
      hosts: 3,
      readyHosts: 2,
      cpus: 48,
      totalBytes: 60 * GIB,
      vms: 2,
      committedVcpus: 4,
      committedBytes: 6 * GIB,
      freeVcpus: 16 * 2 - 2 - 1,
      freeBytes: 12 * GIB,
      hvmGuests: 3,
      mostHvmGuests: 2 + 56 + 56,
      freeHvmGuests: 0,
      tolerates: 'yes',
    });
  });

  it('a pool that no host names has its rules, and nothing else', () => {
    const scheduler = new Scheduler({ hosts: [], vms: [], pools: [rule('empty', 2)] });
    const { hosts: count, hostFailuresToTolerate, tolerates, worstLoss } = scheduler.poolAccount('empty');
    assert.deepEqual([count, hostFailuresToTolerate, tolerates, worstLoss], [0, 2, 'yes', undefined]);
    assert.deepEqual(scheduler.poolAccounts(), []);
  });
});

describe('the worst loss', () => {
  const none = { held: 0, left: [], leftBytes: 0 };
  const lossOf = (vms: readonly VmSpec[], failures: number, fleet = hosts(3, () => small)): HostLoss | undefined =>
    new Scheduler({ hosts: fleet, vms, pools: [rule('default', failures)] }).poolAccount('default').worstLoss;
  const on = (name: string, gib: number, where: string): VmSpec => sized(name, gib, { host: where });

  const CASES: readonly [string, HostLoss | undefined, HostLoss][] = [
    [
      'absorbed: of equal hosts the one with most to restart, and what stays free',
      lossOf([on('a', 2, 'h1'), on('b', 6, 'h2'), on('c', 1, 'h2')], 1),
      { ...none, hosts: ['h2'], vms: 2, bytes: 7 * GIB, headroomBytes: (48 - 16 - 9) * GIB },
    ],
    [
      'not absorbed: the one that leaves most, by name',
      lossOf([on('a', 12, 'h1'), on('b', 12, 'h2'), on('c', 12, 'h3'), on('d', 3, 'h3')], 1),
      {
        hosts: ['h3'],
        vms: 2,
        bytes: 15 * GIB,
        held: 0,
        left: ['acme.c'],
        leftBytes: 12 * GIB,
        headroomBytes: (8 - 15) * GIB,
      },
    ],
    [
      'nothing to tolerate: told all the same, of one host',
      lossOf([on('a', 12, 'h1'), on('b', 12, 'h2'), on('c', 12, 'h3')], 0),
      {
        hosts: ['h1'],
        vms: 1,
        bytes: 12 * GIB,
        held: 0,
        left: ['acme.a'],
        leftBytes: 12 * GIB,
        headroomBytes: -4 * GIB,
      },
    ],
    [
      'two to be tolerated: a pair',
      lossOf([on('a', 2, 'h1'), on('b', 4, 'h3')], 2),
      { ...none, hosts: ['h1', 'h3'], vms: 2, bytes: 6 * GIB, headroomBytes: 10 * GIB },
    ],
    [
      'a host that takes no VMs gives no room',
      lossOf(
        [on('a', 2, 'h1')],
        1,
        hosts(3, (index) => ({ ...small, cordoned: index === 2 })),
      ),
      { ...none, hosts: ['h1'], vms: 1, bytes: 2 * GIB, headroomBytes: 14 * GIB },
    ],
    [
      'VMs that disks hold are counted apart: they wait for their host',
      lossOf([sized('a', 12, { host: 'h1', disks: [{ pool: 'local', sizeBytes: 1, madeOn: 'h1' }] })], 1),
      { ...none, hosts: ['h1'], vms: 0, bytes: 0, held: 1, headroomBytes: 32 * GIB },
    ],
  ];
  for (const [what, found, expected] of CASES) it(what, () => assert.deepEqual(found, expected));

  it('agrees with the rule of placement, and no other host has less headroom', () => {
    const size = fc.constantFrom(1, 2, 3, 5, 8);
    const arbitrary = fc.tuple(fc.array(fc.tuple(size, fc.nat(3)), { maxLength: 14 }), fc.constantFrom(1, 2));
    const seen = { yes: 0, no: 0 };
    fc.assert(
      fc.property(arbitrary, ([sizes, failures]) => {
        const fleet = hosts(4, () => small);
        const vms = sizes.map(([gib, at], index) => sized(`v${index}`, gib, { host: `h${at + 1}` }));
        const scheduler = new Scheduler({ hosts: fleet, vms, pools: [rule('default', failures)] });
        const { tolerates, worstLoss } = scheduler.poolAccount('default');
        assert.equal(tolerates, scheduler.toleratesFailures() ? 'yes' : 'no');
        seen[tolerates]++;
        assert.equal((worstLoss?.left.length ?? 0) > 0, tolerates === 'no');
        if (tolerates === 'no') return;
        const onHost = (at: number): number => sizes.reduce((sum, [gib, on]) => sum + (on === at ? gib : 0), 0);
        const total = sizes.reduce((sum, [gib]) => sum + gib, 0);
        if ([0, 1, 2, 3].some((at) => onHost(at) > 16)) return; // more than it has: no room to lend, but no debt either
        assert.equal(worstLoss?.headroomBytes, ((4 - failures) * 16 - total) * GIB);
      }),
      { seed: 4 },
    );
    assert.ok(seen.yes > 10 && seen.no > 10, JSON.stringify(seen));
  });
});

describe('what a tenant is told of a loss', () => {
  it('its own VMs by name, those of strangers by number', () => {
    const fleet = hosts(2, () => small);
    const theirs = ['x', 'y'].map((name) => sized(name, 5, { namespace: 'rival', host: 'h1' }));
    const vms = [...theirs, sized('mine', 6, { host: 'h1' }), sized('big', 12, { namespace: 'third', host: 'h2' })];
    const scheduler = new Scheduler({ hosts: fleet, vms, pools: [rule('default', 1)] });
    const told = (reader?: string): string =>
      /absorbed: (.*) would be left/.exec(why(scheduler, sized('more', 1), reader))?.[1] ?? '';
    assert.equal(told(), 'acme.mine, rival.x, rival.y');
    assert.equal(told('acme'), 'acme.mine and 2 other VMs');
    assert.equal(told('third'), '3 VMs');
  });
});
