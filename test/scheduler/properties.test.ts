import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { Scheduler, byUrgency } from '../../scheduler';
import type { VmSpec } from '../../scheduler';
import { arbitraryHosts, arbitraryVms } from './arbitrary';
import { brokenAntiAffinity, overcommitted } from './oracle';

/** Places what fits, in the order given; returns the VMs with their hosts. */
function placeAll(planner: Scheduler, vms: readonly VmSpec[]): VmSpec[] {
  return vms.flatMap((vm) => {
    const answer = planner.place(vm);
    if (!('host' in answer)) return [];
    planner.assume(vm, answer.host);
    return [{ ...vm, host: answer.host }];
  });
}

const fleet = fc.tuple(arbitraryHosts(6), arbitraryVms(30));
const shuffled = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length });

describe('scheduler properties', () => {
  it('never puts more on a host than it has', () => {
    fc.assert(
      fc.property(fleet, ([hosts, vms]) => {
        assert.deepEqual(overcommitted(hosts, placeAll(new Scheduler({ hosts, vms: [] }), vms)), []);
      }),
    );
  });

  it('never breaks required anti-affinity, whoever came first', () => {
    fc.assert(
      fc.property(fleet, ([hosts, vms]) => {
        assert.deepEqual(brokenAntiAffinity(hosts, placeAll(new Scheduler({ hosts, vms: [] }), vms)), []);
      }),
    );
  });

  it('leaves nothing pending that fits, and the explanation agrees', () => {
    fc.assert(
      fc.property(fleet, ([hosts, vms]) => {
        const planner = new Scheduler({ hosts, vms: [] });
        const placed = placeAll(planner, vms);
        for (const vm of vms.filter(({ key }) => !placed.some((other) => other.key === key))) {
          const answer = planner.place(vm);
          if ('host' in answer) continue; // a later VM opened a domain for it
          assert.equal(answer.unschedulable.fitting, 0);
          assert.ok(hosts.every(({ name }) => !planner.fits(vm, name)));
        }
      }),
    );
  });

  it('gives the same answer whatever the order of its input', () => {
    const input = fleet.chain(([hosts, vms]) =>
      fc.tuple(fc.constant(hosts), fc.constant(vms), shuffled(hosts), shuffled(vms)),
    );
    fc.assert(
      fc.property(input, ([hosts, vms, otherHosts, otherVms]) => {
        const order = (list: readonly VmSpec[]): VmSpec[] => [...list].sort(byUrgency);
        const first = placeAll(new Scheduler({ hosts, vms: [] }), order(vms));
        const second = placeAll(new Scheduler({ hosts: otherHosts, vms: [] }), order(otherVms));
        assert.deepEqual(second, first);
      }),
    );
  });

  it('is restored by forgetting what it assumed', () => {
    fc.assert(
      fc.property(fleet, arbitraryVms(10), ([hosts, vms], more) => {
        const planner = new Scheduler({ hosts, vms: [] });
        const placed = placeAll(planner, vms);
        const extra = more.map((vm) => ({ ...vm, key: `more-${vm.key}` }));
        const answers = (): unknown[] => extra.map((vm) => planner.place(vm));
        const before = [planner.accounts(), answers()];
        placeAll(planner, extra).forEach(({ key }) => planner.forget(key));
        assert.deepEqual([planner.accounts(), answers()], before);
        placed.forEach(({ key }) => planner.forget(key));
        assert.deepEqual(planner.accounts(), new Scheduler({ hosts, vms: [] }).accounts());
      }),
    );
  });
});
