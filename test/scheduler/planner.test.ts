import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { Planner, Scheduler, message } from '../../scheduler';
import type { HostState, Plan, VmSpec } from '../../scheduler';
import { toSnapshot } from '../../cli/fleet';
import { generate } from '../bench/generate';
import { arbitraryHosts, arbitraryVms, placed } from './arbitrary';
import { GIB, host, hosts, required, vm } from './fleet';
import { brokenAffinity, brokenAntiAffinity, overcommitted } from './oracle';

const placedFleet = placed(arbitraryHosts(5), arbitraryVms(25));

/** Carries a plan out move by move; the oracle looks at every state in between. */
function replay(
  fleet: readonly HostState[],
  vms: readonly VmSpec[],
  plan: Plan,
  look?: (now: readonly VmSpec[]) => void,
): VmSpec[] {
  let now = [...vms];
  for (const { key, from, to } of plan.moves) {
    assert.equal(now.find((spec) => spec.key === key)?.host, from);
    now = now.map((spec) => (spec.key === key ? { ...spec, host: to } : spec));
    assert.deepEqual([overcommitted(fleet, now), brokenAntiAffinity(fleet, now)], [[], []]);
    look?.(now);
  }
  return now;
}

describe('rebalancing', () => {
  it('never makes a fleet less even, and every state on the way obeys every rule', () => {
    fc.assert(
      fc.property(placedFleet, ([fleet, vms]) => {
        const planner = new Planner({ hosts: fleet, vms });
        const plan = planner.rebalance();
        const after = replay(fleet, vms, plan, (now) => assert.deepEqual(brokenAffinity(fleet, now), []));
        assert.ok(plan.scoreAfter <= plan.scoreBefore + 1e-9, `${plan.scoreBefore} -> ${plan.scoreAfter}`);
        assert.ok(Math.abs(new Planner({ hosts: fleet, vms: after }).score() - plan.scoreAfter) < 1e-9);
        assert.deepEqual(planner.rebalance(), plan, 'the same question gets the same answer');
      }),
    );
  });

  it('swaps VMs where no single move fits', () => {
    const full = { totalBytes: 16 * GIB, dom0Bytes: 4 * GIB, hypervisorBytes: 0 };
    const big = { memoryBytes: 5 * GIB, overheadBytes: 0, vcpus: 1 };
    const small = { memoryBytes: 3 * GIB, overheadBytes: 0, vcpus: 1 };
    const fleet = [host('h1', full), host('h2', full), host('h3', full)];
    const vms = [
      ...[1, 2].map((n) => vm(`big-${n}`, { ...big, host: 'h1' })),
      ...[1, 2].map((n) => vm(`small-${n}`, { ...small, host: 'h2' })),
      vm('big-3', { ...big, host: 'h3' }),
      vm('small-3', { ...small, host: 'h3' }),
    ];
    const plan = new Planner({ hosts: fleet, vms }).rebalance();
    assert.ok(plan.scoreAfter < 1e-9, `score ${plan.scoreAfter}`);
    replay(fleet, vms, plan);
  });

  it('evens out a large fleet too, where a host looks at a part of the others only', function () {
    this.timeout(30_000);
    const { hosts: fleet, vms, pools } = toSnapshot(generate({ nodes: 300, vms: 3000, seed: 5 }));
    const plan = new Planner({ hosts: fleet, vms, pools }).rebalance({ objective: 'ganeti', untilScore: 0.1 });
    assert.ok(plan.scoreBefore > 0.4 && plan.scoreAfter <= 0.1, `${plan.scoreBefore} -> ${plan.scoreAfter}`);
    const scheduler = new Scheduler({ hosts: fleet, vms, pools });
    const specs = new Map(vms.map((spec) => [spec.key, spec]));
    for (const { key, from, to } of plan.moves) {
      const spec = specs.get(key) as VmSpec;
      assert.equal(scheduler.hostOf(key), from);
      assert.ok(scheduler.fits(spec, to), `${key} to ${to}`);
      scheduler.assume(spec, to);
    }
  });

  it('stops at the score asked for', () => {
    const vms = Array.from({ length: 20 }, (_, index) =>
      vm(`v${index}`, { host: 'h1', memoryBytes: 2 * GIB, vcpus: 1 }),
    );
    const planner = new Planner({ hosts: hosts(4), vms });
    const all = planner.rebalance();
    const some = planner.rebalance({ untilScore: 0.3 });
    assert.ok(some.scoreAfter <= 0.3 && some.moves.length < all.moves.length);
    assert.equal(planner.rebalance({ maxSteps: 3 }).moves.length, 3);
  });

  it('takes nobody away from VMs that need it near them', () => {
    const near = { affinity: required({ app: 'mail' }) };
    const vms = [
      vm('mail', { host: 'h1', memoryBytes: 4 * GIB, labels: { app: 'mail' } }),
      vm('spam', { host: 'h1', memoryBytes: 4 * GIB, ...near }),
      vm('lone', { host: 'h1', memoryBytes: 4 * GIB }),
    ];
    const plan = new Planner({ hosts: hosts(3), vms }).rebalance();
    assert.deepEqual(
      plan.moves.map(({ key }) => key),
      ['uid-lone'],
    );
  });

  it('reaches a score with as few moves as greedy steps need and fewer bytes, or with far fewer bytes', function () {
    this.timeout(30_000);
    const { hosts: fleet, vms, pools } = toSnapshot(generate({ nodes: 40, vms: 400, seed: 5 }));
    const planner = new Planner({ hosts: fleet, vms, pools });
    const goal = { objective: 'ganeti', untilScore: 0.1 } as const;
    const few = planner.rebalance(goal);
    const light = planner.rebalance({ ...goal, prefer: 'bytes' });
    // What taking the step that gains most, again and again, needs on this fleet.
    const greedy = { moves: 32, bytes: 718 * GIB };
    for (const plan of [few, light]) {
      assert.ok(plan.scoreAfter <= 0.1, `score ${plan.scoreAfter}`);
      assert.equal(new Set(plan.moves.map(({ key }) => key)).size, plan.moves.length, 'no VM moves twice');
      replay(fleet, vms, plan);
    }
    assert.ok(few.moves.length <= greedy.moves, `${few.moves.length} moves`);
    assert.ok(few.bytesMoved < greedy.bytes, `${few.bytesMoved / GIB} GiB`);
    assert.ok(light.bytesMoved < 0.8 * greedy.bytes, `${light.bytesMoved / GIB} GiB`);
    assert.deepEqual(planner.rebalance(goal), few, 'the same question gets the same answer');
  });

  it('leaves alone what is pinned to its host or on the move', () => {
    const disk = { disks: [{ pool: 'ssd', sizeBytes: GIB, madeOn: 'h1' }] };
    const fleet = hosts(2, () => ({ storage: [{ name: 'ssd', locality: 'local', freeBytes: GIB }] }));
    const vms = [
      vm('a', { host: 'h1', ...disk }),
      vm('b', { host: 'h1', ...disk }),
      vm('c', { host: 'h1', inboundHost: 'h2' }),
    ];
    assert.deepEqual(new Planner({ hosts: fleet, vms }).rebalance().moves, []);
  });
});

describe('planning with failures to tolerate', () => {
  it('holds them after every move, where they were held before', () => {
    const pools = [{ name: 'default', hostFailuresToTolerate: 1 }];
    let moved = 0;
    fc.assert(
      fc.property(placedFleet, fc.nat(), ([fleet, all], pick) => {
        const scheduler = new Scheduler({ hosts: fleet, vms: [], pools });
        const vms = all.flatMap(({ host: _host, ...spec }) => {
          const found = scheduler.find(spec);
          if (found === undefined) return [];
          scheduler.assume(spec, found);
          return [{ ...spec, host: found }];
        });
        const emptied = pick % 2 === 0 ? undefined : fleet[pick % fleet.length]?.name;
        // A host that is being emptied takes no VMs, so no plan and no spread counts on it.
        const open = fleet.map((one) => (one.name === emptied ? { ...one, cordoned: true } : one));
        if (!new Scheduler({ hosts: open, vms, pools }).toleratesFailures()) return;
        const planner = new Planner({ hosts: fleet, vms, pools });
        const plan = emptied === undefined ? planner.rebalance() : planner.evacuate([emptied]);
        let now = vms;
        for (const { key, to } of plan.moves) {
          now = now.map((spec) => (spec.key === key ? { ...spec, host: to } : spec));
          const state = new Scheduler({ hosts: open, vms: now, pools });
          assert.ok(state.toleratesFailures(), `after ${key} to ${to}`);
        }
        moved += plan.moves.length;
      }),
    );
    assert.ok(moved > 20, `${moved} moves: the property says little`);
  });
});

describe('packing', () => {
  /** No answer can use fewer hosts than the largest ones that hold the sum. */
  function bound(fleet: readonly HostState[], asked: number, room: (one: HostState) => number): number {
    const rooms = fleet.map(room).sort((a, b) => b - a);
    let sum = 0;
    return 1 + rooms.findIndex((one) => (sum += one) >= asked);
  }

  it('uses at most one host more than the least that any answer could, and places as much as balance does', () => {
    const size = fc.record({
      memoryBytes: fc.integer({ min: 1, max: 8 }).map((n) => n * GIB),
      vcpus: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(size, { minLength: 5, maxLength: 60 }), (sizes) => {
        const fleet = hosts(30, (index) => ({ hypervisorBytes: 0, totalBytes: (index % 2 === 0 ? 36 : 68) * GIB }));
        const queue = sizes.map((over, index) => vm(`v${index}`, { ...over, overheadBytes: 0 }));
        const planner = new Planner({ hosts: fleet, vms: [] });
        const plan = planner.place(queue, { strategy: 'pack' });
        const used = new Set(plan.placed.map((one) => one.host)).size;
        const bytes = bound(
          fleet,
          queue.reduce((sum, one) => sum + one.memoryBytes, 0),
          (one) => one.totalBytes - one.dom0Bytes,
        );
        const vcpus = bound(
          fleet,
          queue.reduce((sum, one) => sum + one.vcpus, 0),
          (one) => one.cpus * 4 - one.dom0Vcpus,
        );
        assert.deepEqual(plan.refused, []);
        assert.ok(used <= Math.max(bytes, vcpus) + 1, `${used} hosts, bound ${bytes} and ${vcpus}`);
      }),
    );
  });
});

describe('evacuating', () => {
  it('empties hosts by moves that each find their room, or says of each VM why not', () => {
    fc.assert(
      fc.property(placedFleet, fc.nat(), ([fleet, vms], pick) => {
        const name = fleet[pick % fleet.length]?.name ?? '';
        const plan = new Planner({ hosts: fleet, vms }).evacuate([name]);
        const after = replay(fleet, vms, plan);
        const left = after.filter((spec) => spec.host === name).map(({ key }) => key);
        assert.deepEqual(left.sort(), plan.refused.map(({ key }) => key).sort());
        for (const { explanation } of plan.refused) assert.equal(explanation.fitting, 0, message(explanation));
      }),
    );
  });

  it('names the rule that keeps a VM', () => {
    const web = { labels: { app: 'web' }, antiAffinity: required({ app: 'web' }) };
    const vms = [vm('a', { ...web, host: 'h1' }), vm('b', { ...web, host: 'h2' })];
    const plan = new Planner({ hosts: hosts(2), vms }).evacuate(['h1']);
    assert.deepEqual(
      plan.refused.map(({ key, explanation }) => [key, message(explanation)]),
      [
        [
          'uid-a',
          '0 of 2 hosts fit: cordoned 1 (Unschedulable); anti-affinity 1 (app=web per kubernetes.io/hostname; h2 nearest, 1 VMs in the way)',
        ],
      ],
    );
  });
});
