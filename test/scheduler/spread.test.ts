/**
 * Topology spread: which hosts count as a place, and which VMs are counted. One row per state of
 * the third zone.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Scheduler } from '../../scheduler';
import type { HostState, VmSpec } from '../../scheduler';
import { host, vm } from './fleet';

const tainted = (effect: 'NoSchedule' | 'NoExecute' | 'PreferNoSchedule'): Partial<HostState> => ({
  taints: [{ key: 'gpu', effect }],
});

interface Row {
  readonly name: string;
  /** The hosts of zone c. */
  readonly c: readonly Partial<HostState>[];
  readonly vm?: Partial<VmSpec>;
  /**
   * Of six VMs, with a skew of 1: all are placed where zone c holds none back, else as many as the
   * skew lets in.
   */
  readonly placed: number;
  /** Where none of them goes to c. */
  readonly avoidsC?: boolean;
}

const ROWS: readonly Row[] = [
  { name: 'open', c: [{}], placed: 6 },
  { name: 'not ready', c: [{ ready: false }], placed: 6, avoidsC: true },
  { name: 'cordoned', c: [{ cordoned: true }], placed: 6, avoidsC: true },
  { name: 'with nothing to sell', c: [{ notSellableReason: 'Dom0MemoryNotFixed' }], placed: 6, avoidsC: true },
  { name: 'tainted', c: [tainted('NoSchedule')], placed: 6, avoidsC: true },
  { name: 'tainted NoExecute', c: [tainted('NoExecute')], placed: 6, avoidsC: true },
  { name: 'tainted PreferNoSchedule', c: [tainted('PreferNoSchedule')], placed: 6 },
  {
    name: 'tainted and tolerated',
    c: [tainted('NoSchedule')],
    vm: { tolerations: [{ key: 'gpu', operator: 'Exists' }] },
    placed: 6,
  },
  { name: 'tainted in part', c: [tainted('NoSchedule'), {}], placed: 6 },
  { name: 'without the network', c: [{ networks: [] }], vm: { networks: ['lan'] }, placed: 6, avoidsC: true },
  { name: 'of another guest type', c: [{ guestTypes: ['pv'] }], placed: 6, avoidsC: true },
  { name: 'in a pool of others', c: [{ pool: 'x' }], vm: { deniedPools: ['x'] }, placed: 6, avoidsC: true },
  { name: 'full, which is no reason to be uneven', c: [{ reservedBytes: 60 * 2 ** 30 }], placed: 2, avoidsC: true },
];

const spread: Partial<VmSpec> = {
  labels: { app: 'web' },
  topologySpread: [{ maxSkew: 1, topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } }],
};

describe('topology spread over zones a, b and c', () => {
  for (const row of ROWS) {
    it(`places ${row.placed} of 6 where c is ${row.name}`, () => {
      const inZone = (zone: string, over: Partial<HostState>, index: number): HostState =>
        host(`${zone}${index}`, { networks: ['lan'], ...over, labels: { zone } });
      const fleet = [inZone('a', {}, 1), inZone('b', {}, 1), ...row.c.map((over, index) => inZone('c', over, index))];
      const scheduler = new Scheduler({ hosts: fleet, vms: [] });
      const found = Array.from({ length: 6 }, (_, index) => {
        const spec = vm(`v${index}`, { ...spread, ...row.vm });
        const target = scheduler.find(spec);
        if (target !== undefined) scheduler.assume(spec, target);
        return target;
      }).filter((target) => target !== undefined);
      assert.equal(found.length, row.placed);
      assert.equal(
        found.some((target) => target.startsWith('c')),
        row.avoidsC !== true,
      );
    });
  }

  it('counts VMs on hosts that it does not tolerate, where the zone has others', () => {
    const labels = { zone: 'a' };
    const fleet = [
      host('a1', { labels, ...tainted('NoSchedule') }),
      host('a2', { labels }),
      host('b1', { labels: { zone: 'b' } }),
    ];
    const there = [1, 2].map((n) => vm(`t${n}`, { ...spread, host: 'a1' }));
    const scheduler = new Scheduler({ hosts: fleet, vms: there });
    assert.equal(scheduler.fits(vm('new', spread), 'a2'), false);
    assert.equal(scheduler.fits(vm('new', spread), 'b1'), true);
  });

  it('judges VMs of one group each by its own pools', () => {
    const fleet = [host('a1', { labels: { zone: 'a' } }), host('c1', { labels: { zone: 'c' }, pool: 'x' })];
    const scheduler = new Scheduler({ hosts: fleet, vms: [vm('x', { ...spread, host: 'a1' })] });
    assert.equal(scheduler.fits(vm('y', { ...spread, deniedPools: ['x'] }), 'a1'), true);
    assert.equal(scheduler.fits(vm('z', { ...spread, deniedPools: ['y'] }), 'a1'), false);
  });

  it('judges VMs of one group each by its own tolerations', () => {
    const fleet = [
      host('a1', { labels: { zone: 'a' } }),
      host('c1', { labels: { zone: 'c' }, ...tainted('NoSchedule') }),
    ];
    const scheduler = new Scheduler({ hosts: fleet, vms: [vm('x', { ...spread, host: 'a1' })] });
    const other = { tolerations: [{ key: 'disk', operator: 'Exists' }] } as const;
    assert.equal(scheduler.fits(vm('y', { ...spread, ...other }), 'a1'), true);
    assert.equal(scheduler.fits(vm('z', { ...spread, tolerations: [{ operator: 'Exists' }] }), 'a1'), false);
  });
});
