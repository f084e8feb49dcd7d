import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { Planner, Scheduler } from '../../scheduler';
import type { VmSpec } from '../../scheduler';
import { arbitraryHosts, arbitraryVms } from './arbitrary';
import { GIB, hosts, required, vm } from './fleet';
import { brokenAntiAffinity, overcommitted } from './oracle';

const used = (vms: readonly VmSpec[]): number => new Set(vms.map(({ host }) => host)).size;

describe('compacting', () => {
  it('empties hosts by moves that each keep every rule, no VM twice, none to an empty host', () => {
    fc.assert(
      fc.property(arbitraryHosts(6), arbitraryVms(20), (fleet, all) => {
        const scheduler = new Scheduler({ hosts: fleet, vms: [] });
        const vms = all.flatMap((spec) => {
          const found = scheduler.find(spec);
          if (found !== undefined) scheduler.assume(spec, found);
          return found === undefined ? [] : { ...spec, host: found };
        });
        const plan = new Planner({ hosts: fleet, vms }).compact();
        let now = vms;
        for (const { key, from, to } of plan.moves) {
          assert.equal(now.find((spec) => spec.key === key)?.host, from);
          assert.ok(now.some((spec) => spec.host === to));
          now = now.map((spec) => (spec.key === key ? { ...spec, host: to } : spec));
          assert.deepEqual([overcommitted(fleet, now), brokenAntiAffinity(fleet, now)], [[], []]);
        }
        assert.equal(new Set(plan.moves.map(({ key }) => key)).size, plan.moves.length);
        if (plan.moves.length > 0) assert.ok(used(now) < used(vms));
      }),
    );
  });

  it('never takes the room that a failure to be tolerated needs', () => {
    const exact = { hypervisorBytes: 0, dom0Bytes: 4 * GIB };
    const fleet = [
      ...hosts(2, () => ({ ...exact, totalBytes: 64 * GIB })),
      ...hosts(3, () => ({ ...exact, totalBytes: 28 * GIB })).slice(2),
    ];
    const of = (name: string, on: string, gib: number): VmSpec =>
      vm(name, { host: on, memoryBytes: gib * GIB, overheadBytes: 0, vcpus: 1 });
    // With `small` on h2 there would be no room for `big` if h1 were lost, so h2 is emptied, at a
    // higher price.
    const vms = [of('big', 'h1', 39), of('other', 'h1', 20), of('third', 'h2', 20), of('small', 'h3', 4)];
    const moves = (failures: 0 | 1): string[] => {
      const pools = [{ name: 'default', hostFailuresToTolerate: failures }];
      return new Planner({ hosts: fleet, vms, pools }).compact().moves.map(({ key, to }) => `${key} to ${to}`);
    };
    assert.deepEqual([moves(0), moves(1)], [['uid-small to h2'], ['uid-third to h3']]);
  });

  it('takes the host that is cheapest to empty first, and leaves one alone if a VM on it must stay', () => {
    const vms = [
      ...[1, 2, 3].map((n) => vm(`a-${n}`, { host: 'h1' })),
      ...[1, 2].map((n) => vm(`b-${n}`, { host: 'h2' })),
      vm('c', { host: 'h3' }),
    ];
    const moved = (more: Partial<VmSpec>): string[] => {
      const specs = vms.map((spec) => ({ ...spec, ...more }));
      return new Planner({ hosts: hosts(4), vms: specs }).compact().moves.map(({ key, to }) => `${key} ${to}`);
    };
    assert.deepEqual(moved({}), ['uid-c h1', 'uid-b-1 h1', 'uid-b-2 h1']);
    assert.deepEqual(moved({ labels: { app: 'web' }, antiAffinity: required({ app: 'web' }) }), []);
  });
});
