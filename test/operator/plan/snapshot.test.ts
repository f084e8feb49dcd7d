/**
 * What a storage pool has to sell: its room by the ratio, less every disk by its size, and never
 * what is not free now.
 */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenAgent } from '../../../crds/generated/types';
import { hostState, type PoolTerms } from '../../../operator/plan/snapshot/host';
import { vmSpec } from '../../../operator/plan/snapshot/vm';
import { Scheduler } from '../../../scheduler';
import type { VmSpec } from '../../../scheduler';
import { claimed, FLEET, host, order, UID, vm } from './builders';

const GIB = 2 ** 30;

interface Row {
  readonly name: string;
  /** As reported, in GiB: free now, occupied by disks, sizes of disks. */
  readonly free: number;
  readonly used?: number;
  readonly disks?: number;
  readonly ratio?: number;
  readonly kept?: { readonly gib: number; readonly placed?: 'here' | 'elsewhere' };
  readonly locality?: PoolTerms['locality'];
  /** In GiB: room for disks to be made, and what may be promised to the disks of all placed VMs. */
  readonly sells: readonly [free: number, promisable: number];
}

const ROWS: readonly Row[] = [
  { name: 'an empty pool sells what is free', free: 100, sells: [100, 100] },
  { name: 'a sparse disk is taken off by its size', free: 100, used: 0, disks: 60, sells: [40, 100] },
  { name: 'a disk that is full is taken off once', free: 40, used: 60, disks: 60, sells: [40, 100] },
  { name: 'by half as much again', free: 80, used: 20, disks: 60, ratio: 1.5, sells: [80, 150] },
  {
    name: 'never more than is free now, whatever the ratio',
    free: 10,
    used: 90,
    disks: 100,
    ratio: 3,
    sells: [10, 300],
  },
  { name: 'what other files occupy is not for disks', free: 30, used: 10, disks: 40, sells: [0, 40] },
  { name: 'oversold already: nothing is left', free: 30, used: 10, disks: 90, sells: [-50, 40] },
  {
    name: 'a disk that is kept for nobody is promised for ever',
    free: 90,
    used: 10,
    disks: 60,
    kept: { gib: 60 },
    sells: [40, 40],
  },
  {
    name: 'and counted once when its VM is back',
    free: 90,
    used: 10,
    disks: 60,
    kept: { gib: 60, placed: 'here' },
    sells: [40, 100],
  },
  {
    name: 'in a local pool only where its VM is',
    free: 90,
    used: 10,
    disks: 60,
    kept: { gib: 60, placed: 'elsewhere' },
    sells: [40, 40],
  },
  {
    name: 'in a shared pool wherever its VM is',
    free: 90,
    used: 10,
    disks: 60,
    kept: { gib: 60, placed: 'elsewhere' },
    locality: 'shared',
    sells: [40, 100],
  },
];

function offer({ free, used = 0, disks = 0, ratio = 1, kept, locality = 'local' }: Omit<Row, 'name' | 'sells'>) {
  const agent: XenAgent = {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenAgent',
    metadata: { name: 'h1' },
    spec: { fleetID: FLEET, storagePools: [{ name: 'ssd', driver: 'file', path: '/ssd' }] },
    status: {
      cpus: 64,
      xen: { guestTypes: ['pvh'] },
      memory: { totalMiB: 2 ** 18 },
      dom0: { vcpus: 1, memoryMiB: 1024, memoryFixed: true },
      storagePools: [
        { name: 'ssd', present: true, freeBytes: free * GIB, usedBytes: used * GIB, diskBytes: disks * GIB },
      ],
      retainedDisks: kept ? [{ uuid: UID, disk: 'root', path: '/ssd', sizeBytes: kept.gib * GIB }] : [],
    },
  };
  return hostState({
    host: { apiVersion: 'xenfleet.io/v1alpha1', kind: 'XenHost', metadata: { name: 'h1' }, spec: { pool: 'default' } },
    view: host('h1'),
    agent,
    terms: (pool) => (pool === 'ssd' ? { locality, overcommitRatio: ratio } : undefined),
    strayOrders: [],
    isClaimed: () => kept?.placed === 'here',
    isPlaced: () => kept?.placed !== undefined,
  });
}

describe('the room of a storage pool', () => {
  for (const { name, sells, ...row } of ROWS)
    it(name, () => {
      const [pool] = offer(row).storage ?? [];
      deepEqual([pool?.freeBytes, pool?.promisableBytes], [sells[0] * GIB, sells[1] * GIB]);
    });

  it('is sold once: sparse disks that are made stay promised, before the host has told of them and after', () => {
    const disk = (made: boolean) => [{ pool: 'ssd', sizeBytes: 90 * GIB, ...(made && { made }) }];
    const wish = (n: number, made = false): VmSpec => ({
      ...{ key: `u${n}`, namespace: 'a', name: `v${n}`, type: 'pvh', vcpus: 1, memoryBytes: GIB },
      disks: disk(made),
    });
    for (const report of [{ free: 100 }, { free: 100, disks: 90 }]) {
      const scheduler = new Scheduler({ hosts: [offer({ free: 100 })], vms: [] });
      scheduler.assume(wish(0), scheduler.find(wish(0)) ?? '');
      scheduler.assume({ ...wish(0, true), host: 'h1' }, 'h1');
      scheduler.updateHost(offer(report));
      equal(scheduler.find(wish(1)), undefined);
    }
  });

  it('is still counted where what the VM names means nothing any more', () => {
    const disks = [{ name: 'root', device: 'xvda', sizeBytes: GIB, pool: 'ssd', path: '/ssd' }];
    const standing = order('h1', 1, { disks }, { epoch: 1, madeDisks: ['root'] });
    const problem = { problem: { reason: 'ClassNotFound', message: '' } } as const;
    const { disks: counted } = vmSpec(vm({ status: claimed('h1', 1) }), problem, standing);
    deepEqual(counted, [{ pool: 'ssd', sizeBytes: GIB, made: true }]);
  });
});
