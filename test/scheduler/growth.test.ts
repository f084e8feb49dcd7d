import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { MIB } from '../../common/memory';
import { Scheduler, message } from '../../scheduler';
import type { VmSpec } from '../../scheduler';
import { arbitraryHosts, arbitraryVms } from './arbitrary';
import { GIB, host, vm } from './fleet';
import { GROWTH_CASES, disk, need, room, ssd } from './growth-cases';
import { overcommitted } from './oracle';

describe('growing in place', () => {
  for (const row of GROWTH_CASES) {
    it(`${row.refused === undefined ? 'fits' : 'does not fit'}: ${row.name}`, () => {
      const before = vm('a', { host: 'h1', ...row.held });
      const others = (row.others ?? []).map((over, index) => vm(`other-${index}`, { host: 'h1', ...over }));
      const pools = [{ name: 'default', ...row.policy }];
      const scheduler = new Scheduler({ hosts: [host('h1', row.host)], vms: [before, ...others], pools });
      const accounts = scheduler.accounts();
      const answer = scheduler.fitsGrown(vm('a', { ...row.held, host: 'h1', ...row.grown }));
      assert.equal(answer.fits ? undefined : message(answer.explanation), row.refused);
      assert.deepEqual(scheduler.accounts(), accounts, 'asking changes nothing');
    });
  }

  it('asks the target of a migration as well', () => {
    const moving = vm('a', { host: 'h1', inboundHost: 'h2' });
    const fleet = [host('h1'), host('h2', room(need(4 * GIB)))];
    const scheduler = new Scheduler({ hosts: fleet, vms: [moving] });
    assert.deepEqual(scheduler.fitsGrown({ ...moving, memoryBytes: 3 * GIB }), { fits: true });
    const answer = scheduler.fitsGrown({ ...moving, memoryBytes: 5 * GIB });
    assert.ok(!answer.fits);
    const short = (need(5 * GIB) - need(4 * GIB)) / MIB;
    assert.equal(message(answer.explanation), `1 of 2 hosts fit: memory 1 (h2 nearest, ${short} MiB short)`);
  });

  it('counts what it holds on the target of a migration', () => {
    const moving = vm('a', { host: 'h1', inboundHost: 'h2' });
    const scheduler = new Scheduler({ hosts: [host('h1'), host('h2', room(0))], vms: [moving] });
    assert.deepEqual(scheduler.fitsGrown({ ...moving, memoryBytes: 3 * GIB }), { fits: true });
  });

  describe('with a host failure to tolerate', () => {
    const pools = [{ name: 'default', hostFailuresToTolerate: 1 }];
    const fleet = [host('h1'), host('h2', room(need(8 * GIB)))];
    const small = vm('a', { host: 'h1' });
    const grow = (over: Partial<VmSpec>, held = small, hosts = fleet) =>
      new Scheduler({ hosts, vms: [held], pools }).fitsGrown({ ...held, ...over });

    it('grows as far as the VM can be restarted elsewhere', () => {
      assert.deepEqual(grow({ memoryBytes: 8 * GIB }), { fits: true });
      const answer = grow({ memoryBytes: 9 * GIB });
      assert.ok(!answer.fits);
      assert.equal(
        message(answer.explanation),
        '0 of 1 hosts fit: host failures to tolerate 1 (the loss of h1 could not be absorbed: acme.a would be left)',
      );
    });

    it('grows freely where it need not be restarted', () => {
      assert.deepEqual(grow({ memoryBytes: 9 * GIB }, { ...small, protected: false }), { fits: true });
      assert.equal(grow({ protected: true }, { ...small, memoryBytes: 9 * GIB, protected: false }).fits, false);
    });

    it('asks for the disks as well', () => {
      const twins = fleet.map((one, index) => ({ ...one, storage: [ssd(index === 0 ? 50 : 5)] }));
      assert.deepEqual(grow({ disks: [disk(5)] }, small, twins), { fits: true });
      assert.equal(grow({ disks: [disk(6)] }, small, twins).fits, false);
    });

    it('shrinks and keeps its size where the failure is not tolerated', () => {
      const large = { ...small, memoryBytes: 10 * GIB };
      assert.deepEqual(grow({ memoryBytes: 9 * GIB }, large), { fits: true });
      assert.deepEqual(grow({}, large), { fits: true });
    });
  });

  it('never takes a host beyond what it has, whatever the sizes', () => {
    const sizes = fc.record({
      memoryBytes: fc.constantFrom(GIB, 3 * GIB, 12 * GIB, 40 * GIB),
      vcpus: fc.integer({ min: 1, max: 40 }),
      dedicated: fc.boolean(),
      type: fc.constantFrom('pv' as const, 'pvh' as const, 'hvm' as const),
      disks: fc.constantFrom([], [disk(12)], [disk(40)]),
    });
    const edits = fc.array(fc.tuple(fc.nat(), sizes), { maxLength: 12 });
    fc.assert(
      fc.property(arbitraryHosts(4), arbitraryVms(20), edits, (hosts, vms, list) => {
        const scheduler = new Scheduler({ hosts, vms: [] });
        const placed = new Map<string, VmSpec>();
        for (const spec of vms) {
          const found = scheduler.find(spec);
          if (found === undefined) continue;
          placed.set(spec.key, { ...spec, host: found });
          scheduler.assume({ ...spec, host: found }, found);
        }
        for (const [pick, over] of list) {
          const held = [...placed.values()][pick % Math.max(1, placed.size)];
          if (!held) return;
          const grown = { ...held, ...over };
          const after = new Map(placed).set(held.key, grown);
          const { fits } = scheduler.fitsGrown(grown);
          assert.equal(fits, overcommitted(hosts, [...after.values()]).length === 0);
          if (!fits) continue;
          placed.set(held.key, grown);
          scheduler.assume(grown, held.host ?? '');
        }
      }),
    );
  });
});
