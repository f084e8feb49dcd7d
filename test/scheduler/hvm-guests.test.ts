/** HVM guests in plans: Dom0 carries so many, wherever a plan would put them. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Planner, Scheduler, counterfactualText, message } from '../../scheduler';
import type { HostState, VmSpec } from '../../scheduler';
import { HostPicker } from '../../scheduler/host-picker';
import { Squeezer } from '../../scheduler/planners/place/squeeze';
import type { Item } from '../../scheduler/planners/place/squeeze';
import { Arrangement } from '../../scheduler/planners/rebalance/arrangement';
import { Objective } from '../../scheduler/planners/shared/objective';
import { World } from '../../scheduler/state/world';
import { GIB, host, hosts, vm } from './fleet';

const hvm = { type: 'hvm', memoryBytes: 4 * GIB, vcpus: 1 } as const;
const carrying = (most: number, over: Partial<HostState> = {}): Partial<HostState> => ({
  mostHvmGuests: most,
  ...over,
});
const many = (count: number, over: Partial<VmSpec>): VmSpec[] =>
  Array.from({ length: count }, (_, index) => vm(`${over.type ?? 'pvh'}-${index + 1}`, over));
const pool = (hostFailuresToTolerate: number) => [{ name: 'default', hostFailuresToTolerate }];

describe('HVM guests that a Dom0 carries', () => {
  it('are placed up to the limit, and the next is told the limit, the count and what helps', () => {
    const scheduler = new Scheduler({ hosts: [host('h1', carrying(2)), host('h2', carrying(0))], vms: [] });
    for (const spec of many(2, hvm)) {
      assert.equal(scheduler.find(spec), 'h1');
      scheduler.assume(spec, 'h1');
    }
    const next = vm('next', hvm);
    const answer = scheduler.place(next);
    assert.ok('unschedulable' in answer);
    assert.equal(
      message(answer.unschedulable),
      '0 of 2 hosts fit: HVM guests 2 (Dom0 carries no more; h1 nearest, 2 of at most 2)',
    );
    assert.deepEqual(scheduler.counterfactuals(next).map(counterfactualText), [
      'fits on h2 as a pvh guest',
      'fits on h2 if its Dom0 carries 1 HVM guest (dom0_mem, or spec.maxHVMGuests of the XenHost)',
    ]);
    const { hvmGuests, mostHvmGuests } = scheduler.account('h1') ?? {};
    assert.deepEqual([hvmGuests, mostHvmGuests], [2, 2]);
    scheduler.forget('uid-hvm-1');
    assert.equal(scheduler.find(next), 'h1');
  });

  it('find room where others are moved away', () => {
    const fleet = [host('h1', carrying(1)), host('h2', carrying(1, { labels: { disk: 'ssd' } }))];
    const vms = [vm('old', { ...hvm, host: 'h2' })];
    const next = vm('next', { ...hvm, hostSelector: { matchLabels: { disk: 'ssd' } } });
    const texts = new Scheduler({ hosts: fleet, vms }).counterfactuals(next).map(counterfactualText);
    assert.equal(texts.at(-1), 'fits on h2 after moving acme.old to h1');
  });

  it('cannot be restarted where Dom0 carries no more', () => {
    const place = (most: number): string[] => {
      const scheduler = new Scheduler({ hosts: hosts(3, () => carrying(most)), vms: [], pools: pool(1) });
      return many(6, hvm).flatMap((spec) => {
        const found = scheduler.find(spec);
        if (found !== undefined) scheduler.assume(spec, found);
        return found ?? [];
      });
    };
    assert.deepEqual([place(1).length, place(2).length, place(3).length], [2, 4, 6]);
  });

  it('nor can those that came before, once a newcomer has taken what they would need', () => {
    const fleet = hosts(2, () => carrying(2));
    const vms = [1, 2].map((n) => vm(`old-${n}`, { ...hvm, host: 'h1' }));
    const scheduler = new Scheduler({ hosts: fleet, vms, pools: pool(1) });
    assert.ok(scheduler.toleratesFailures());
    assert.deepEqual([scheduler.fits(vm('next', hvm), 'h2'), scheduler.fits(vm('plain'), 'h2')], [false, true]);
    assert.doesNotMatch(scheduler.counterfactuals(vm('next', hvm)).map(counterfactualText).join(), /maxHVMGuests/);
  });

  it('nor two on a Dom0 that carries one', () => {
    const fleet = [host('h1', carrying(2)), host('h2', carrying(1))];
    const on = (count: number) => many(count, { ...hvm, host: 'h1' });
    const tolerates = (count: number) =>
      new Scheduler({ hosts: fleet, vms: on(count), pools: pool(1) }).toleratesFailures();
    assert.deepEqual([tolerates(1), tolerates(2)], [true, false]);
  });

  it('are not made of others if they could not be restarted then', () => {
    const grows = (most: number): boolean => {
      const fleet = [host('h1', carrying(1)), host('h2', carrying(most))];
      const plain = vm('plain', { host: 'h1' });
      return new Scheduler({ hosts: fleet, vms: [plain], pools: pool(1) }).fitsGrown({ ...plain, type: 'hvm' }).fits;
    };
    assert.deepEqual([grows(1), grows(0)], [true, false]);
  });

  it('are counted in what more fits', () => {
    const fleet = [host('h1', carrying(2)), host('h2', carrying(5, { foreignHvmGuests: 1 })), host('h3', carrying(0))];
    const planner = new Planner({ hosts: fleet, vms: [vm('old', { ...hvm, host: 'h1' })] });
    assert.equal(planner.capacity(vm('like', hvm)).most, 1 + 4);
    assert.ok(planner.capacity(vm('like')).most > 20);
  });

  // Without a look at Dom0 while steps are chosen, plans are full of moves that cannot be carried
  // out.
  for (const options of [{}, { untilScore: 0.01 }, { untilScore: 0.01, prefer: 'bytes' as const }])
    it(`stay where others even the fleet out as well: ${JSON.stringify(options)}`, () => {
      const fleet = [host('h1', carrying(8)), host('h2', carrying(0))];
      const vms = [...many(4, hvm), ...many(4, { vcpus: 1 })].map((spec) => ({ ...spec, host: 'h1' }));
      const plan = new Planner({ hosts: fleet, vms }).rebalance(options);
      assert.deepEqual(
        plan.moves.map(({ key }) => key).sort(),
        many(4, {}).map(({ key }) => key),
      );
      assert.ok(plan.scoreAfter < 0.01);
    });

  it('change places where neither Dom0 carries one more', () => {
    const full = { totalBytes: 16 * GIB, hypervisorBytes: 0, mostHvmGuests: 2 };
    const of = (name: string, gib: number, on: string): VmSpec =>
      vm(name, { type: 'hvm', memoryBytes: gib * GIB, overheadBytes: 0, vcpus: 1, host: on });
    const vms = [of('a', 5, 'h1'), of('b', 5, 'h1'), of('c', 3, 'h2'), of('d', 3, 'h2')];
    const fleet = [host('h1', full), host('h2', full), host('h3', { ...full, mostHvmGuests: 1, cpus: 16 })];
    const plan = new Planner({ hosts: fleet, vms }).rebalance();
    assert.ok(plan.scoreAfter < plan.scoreBefore);
  });

  it('go nowhere in a search where Dom0 carries no more, and what leaves makes room', () => {
    const vms = [vm('win', { ...hvm, host: 'h1' }), vm('old', { ...hvm, host: 'h2' })];
    const picker = new HostPicker(new World({ hosts: [host('h1', carrying(1)), host('h2', carrying(1))], vms }));
    const { hosts: table } = picker.world;
    const [h1 = -1, h2 = -1] = ['h1', 'h2'].map((name) => table.slotOf(name));
    const state = new Arrangement(picker, new Objective(picker.world, 'balance'), new Map(), undefined);
    const places = new Map(state.movers.map((mover, place) => [mover.vm.spec.name, { mover, place }]));
    const [win, old] = [places.get('win'), places.get('old')];
    assert.ok(win && old);
    assert.equal(state.canGo(win.mover, h2), false);
    state.go(old.place, h1);
    assert.equal(state.canGo(win.mover, h2), true);
  });

  it('are squeezed into bins that carry them', () => {
    const bin = (freeHvm: number) => ({ freeBytes: 9, freeVcpus: 9, freeHvm, items: new Set<Item>() });
    const [none, one] = [bin(0), bin(1)];
    const item = (): Item => ({ bytes: 1, vcpus: 1, hvm: 1, penalty: 0 });
    const squeezer = new Squeezer<Item>([none, one], () => []);
    assert.deepEqual([squeezer.insert([item()], 100), none.items.size, one.items.size], [true, 0, 1]);
    assert.equal(squeezer.insert([item()], 100), false);
  });

  it('are packed on as few hosts as carry them', () => {
    const fleet = hosts(6, () => carrying(3));
    const plan = new Planner({ hosts: fleet, vms: [] }).place([...many(6, hvm), ...many(6, { vcpus: 1 })], {
      strategy: 'pack',
    });
    assert.deepEqual([plan.placed.length, new Set(plan.placed.map((one) => one.host)).size], [12, 2]);
  });
});
