import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Scheduler } from '../../scheduler';
import { HOST_FILTERS, ROOM_FILTERS, VM_FILTERS } from '../../scheduler/filters';
import { HOST_CASES } from './filter-cases/host';
import { HVM_CASES } from './filter-cases/hvm';
import { ROOM_CASES } from './filter-cases/room';
import { VM_CASES } from './filter-cases/vms';
import { host, vm } from './fleet';

describe('filters', () => {
  for (const example of [...HOST_CASES, ...ROOM_CASES, ...VM_CASES, ...HVM_CASES]) {
    it(`${example.refused ? example.refused.join(' and ') : 'fits'}: ${example.name}`, () => {
      const placed = (example.placed ?? []).map((over, index) => vm(`placed-${index}`, { host: 'h1', ...over }));
      const pools = [{ name: 'default', ...example.policy }];
      const scheduler = new Scheduler({ hosts: [host('h1', example.host)], vms: placed, pools });
      const answer = scheduler.place(vm('new', example.vm));
      if (!example.refused) return assert.deepEqual(answer, { host: 'h1' });
      assert.ok('unschedulable' in answer);
      const [report] = answer.unschedulable.filters;
      assert.deepEqual(
        answer.unschedulable.filters.map((entry) => entry.filter),
        example.refused,
      );
      if (example.reason) assert.match(report?.reason ?? '', example.reason);
      if (example.short !== undefined) assert.equal(report?.nearest?.shortfall.amount, example.short);
      if (example.unresolvable !== undefined) assert.equal(report?.unresolvable === 1, example.unresolvable);
      return undefined;
    });
  }

  it('read one thing of the world each', () => {
    const names = (filters: typeof HOST_FILTERS): string => filters.map(({ name }) => name).join(' ');
    assert.equal(names(HOST_FILTERS), 'HostReady HostCordoned Taints Pool HostSelector GuestType Network DiskLocality');
    assert.equal(names(ROOM_FILTERS), 'Memory VCPU HVMGuests Storage');
    assert.equal(names(VM_FILTERS), 'Affinity AntiAffinity TopologySpread');
  });
});
