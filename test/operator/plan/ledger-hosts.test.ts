/** What a host offers, and what stands on it without a claim: each promised byte counts once. */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenDomain } from '../../../crds/generated/types';
import { domainOverheadBytes, MIB } from '../../../common/memory';
import { hostState, type HostOffer } from '../../../operator/plan/snapshot/host';
import { host, order } from './builders';
import { offer, xenHost } from './offers';
import type { Report } from './offers';

const bytes = (type: 'pv' | 'pvh' | 'hvm', vcpus: number, memoryMiB: number): number =>
  memoryMiB * MIB + domainOverheadBytes({ type, vcpus, memoryBytes: memoryMiB * MIB });
const domain = (uuid: string, kind: 'ours' | 'orphan' | 'foreign', over: object = {}) => ({
  uuid,
  kind,
  type: 'pv' as const,
  vcpus: 2,
  memoryMiB: 512,
  ...over,
});
const stray = (uuid: string, over: Partial<XenDomain['spec']> = {}): XenDomain => {
  const made = order('h1', 1, {
    type: 'pv',
    vcpus: { count: 1, max: 2 },
    memory: { targetMiB: 1, maxMiB: 512 },
    ...over,
  });
  return { ...made, metadata: { ...made.metadata, name: uuid } };
};
const one = bytes('pv', 2, 512);

describe('what stands on a host without a claim', () => {
  const { vcpus: _vcpus, memory: _memory, type: _type, ...nothing } = stray('u').spec;
  const ROWS: readonly [string, Partial<HostOffer>, object[], number, number, number][] = [
    ['nothing', {}, [], 0, 0, 0],
    ['a foreign domain', {}, [domain('u', 'foreign')], one, 0, 2],
    ['two foreign domains', {}, [domain('u', 'foreign'), domain('v', 'foreign')], 2 * one, 0, 4],
    ['an orphan', {}, [domain('u', 'orphan')], 0, one, 2],
    ['one of ours, and a foreign one', {}, [domain('u', 'ours'), domain('v', 'foreign')], one, one, 4],
    [
      'domains that a claim counts',
      { isClaimed: () => true },
      [domain('u', 'ours'), domain('v', 'foreign'), domain('w', 'orphan')],
      0,
      0,
      0,
    ],
    ['an order', { strayOrders: [stray('u')] }, [], 0, one, 2],
    ['an order and its domain, once', { strayOrders: [stray('u')] }, [domain('u', 'ours')], 0, one, 2],
    ['an order and another domain', { strayOrders: [stray('u')] }, [domain('v', 'ours')], 0, 2 * one, 4],
    [
      'the larger: the order',
      { strayOrders: [stray('u', { memory: { targetMiB: 1, maxMiB: 1024 }, vcpus: { count: 1, max: 3 } })] },
      [domain('u', 'ours')],
      0,
      bytes('pv', 3, 1024),
      3,
    ],
    [
      'the larger: the domain',
      { strayOrders: [stray('u', { memory: { targetMiB: 1, maxMiB: 8 }, vcpus: { count: 1, max: 1 } })] },
      [domain('u', 'ours')],
      0,
      one,
      2,
    ],
    [
      'a tombstone grants nothing but its overhead',
      { strayOrders: [{ ...stray('u'), spec: nothing }] },
      [],
      0,
      bytes('hvm', 1, 0),
      1,
    ],
    ['a domain of no size', {}, [{ uuid: 'u', kind: 'foreign' }], bytes('hvm', 1, 0), 0, 1],
  ];
  for (const [name, over, domains, foreignBytes, orphanBytes, foreignVcpus] of ROWS)
    it(name, () => {
      const state = hostState(offer(over, { domains } as Report));
      deepEqual([state.foreignBytes, state.orphanBytes, state.foreignVcpus], [foreignBytes, orphanBytes, foreignVcpus]);
    });
});

describe('the HVM guests on a host without a claim', () => {
  const hvm = (uuid: string, kind: 'ours' | 'orphan' | 'foreign', type?: 'pv' | 'hvm') => ({ uuid, kind, type });
  const { vcpus: _vcpus, memory: _memory, type: _type, ...nothing } = stray('u').spec;
  const tombstone = { ...stray('u'), spec: nothing };
  const ROWS: readonly [string, Partial<HostOffer>, object[], number][] = [
    ['a foreign and an orphaned one', {}, [hvm('u', 'foreign', 'hvm'), hvm('v', 'orphan', 'hvm')], 2],
    ['not guests of other types', {}, [hvm('u', 'foreign', 'pv')], 0],
    ['a guest of unknown type may be one', {}, [hvm('u', 'foreign')], 1],
    ['not what a claim counts', { isClaimed: () => true }, [hvm('u', 'ours', 'hvm'), hvm('v', 'foreign', 'hvm')], 0],
    ['one that is ordered', { strayOrders: [stray('u', { type: 'hvm' })] }, [], 1],
    ['… and there, once', { strayOrders: [stray('u', { type: 'hvm' })] }, [hvm('u', 'ours', 'hvm')], 1],
    ['one that is there, and ordered as another type', { strayOrders: [stray('u')] }, [hvm('u', 'ours', 'hvm')], 1],
    ['not a tombstone of what is gone', { strayOrders: [tombstone] }, [], 0],
    ['what a tombstone is to end', { strayOrders: [tombstone] }, [hvm('u', 'ours', 'hvm')], 1],
  ];
  for (const [name, over, domains, count] of ROWS)
    it(name, () => equal(hostState(offer(over, { domains } as Report)).foreignHvmGuests, count));

  it('are limited by what an administrator says, if anything', () => {
    const most = (spec: object) => hostState(offer({ host: xenHost({ spec }) })).mostHvmGuests;
    deepEqual([most({ maxHVMGuests: 0 }), most({ maxHVMGuests: 9 }), most({})], [0, 9, undefined]);
  });
});

describe('what a host offers', () => {
  it('is what its agent measured', () => {
    const state = hostState(
      offer(
        {},
        {
          cpus: 8,
          xen: { guestTypes: ['pv'] },
          memory: { totalMiB: 4096, freeMiB: 100 },
          dom0: { vcpus: 2, memoryMiB: 512 },
          networks: [
            { name: 'lan', present: true },
            { name: 'wan', present: false },
          ],
        },
      ),
    );
    const { totalBytes, dom0Bytes, cpus, dom0Vcpus, guestTypes, networks, reportedFreeBytes } = state;
    deepEqual(
      { totalBytes, dom0Bytes, cpus, dom0Vcpus, guestTypes, networks, reportedFreeBytes },
      {
        totalBytes: 4096 * MIB,
        dom0Bytes: 512 * MIB,
        cpus: 8,
        dom0Vcpus: 2,
        guestTypes: ['pv'],
        networks: ['lan'],
        reportedFreeBytes: 100 * MIB,
      },
    );
  });

  it('is nothing before it has reported', () => {
    for (const over of [{ agent: undefined }, {}]) {
      const { totalBytes, dom0Bytes, cpus, dom0Vcpus, guestTypes, networks, storage, reportedFreeBytes } = hostState(
        offer(over),
      );
      deepEqual(
        [totalBytes, dom0Bytes, cpus, dom0Vcpus, guestTypes, networks, storage, reportedFreeBytes],
        [0, 0, 0, 0, [], [], [], undefined],
      );
    }
    equal(hostState(offer({}, { memory: {} })).reportedFreeBytes, undefined);
  });

  const ROWS: readonly [string, Partial<HostOffer>, string | undefined][] = [
    ['Ready', {}, undefined],
    ['not Ready', { view: host('h1', { state: 'NotReady', message: 'xl hangs' }) }, 'xl hangs'],
    ['silent', { view: host('h1', { state: 'Unknown', message: 'silent' }) }, 'silent'],
    ['dead, whatever it looks like', { view: host('h1', { dead: true }) }, 'this boot of it is declared dead'],
    [
      'being deleted, first of all',
      { host: xenHost({ meta: { deletionTimestamp: 'now' } }), view: host('h1', { dead: true }) },
      'it is being deleted',
    ],
  ];
  for (const [name, over, reason] of ROWS)
    it(`of one that is ${name}: ${reason ?? 'ready'}`, () => {
      const { ready, notReadyReason } = hostState(offer(over));
      deepEqual([ready, notReadyReason], [reason === undefined, reason]);
    });

  it('is less what an administrator keeps back, if that can be read', () => {
    const kept = (memory: string) =>
      hostState(offer({ host: xenHost({ spec: { reserved: { memory } } }) })).reservedBytes;
    deepEqual([kept('1Gi'), kept('lots'), hostState(offer()).reservedBytes], [1024 * MIB, undefined, undefined]);
  });

  it('says where it is and what it repels', () => {
    const taints = [{ key: 'k', effect: 'NoSchedule' as const }];
    const {
      name,
      pool,
      labels,
      taints: shown,
      cordoned,
    } = hostState(
      offer({
        host: xenHost({ meta: { labels: { zone: 'a' } }, spec: { pool: 'gold', taints, unschedulable: true } }),
      }),
    );
    deepEqual([name, pool, labels, shown, cordoned], ['h1', 'gold', { zone: 'a' }, taints, true]);
  });
});
