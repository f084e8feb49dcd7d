/** The storage of a host by the folders of its pools, and on which terms it is sold. */
import { deepEqual } from 'node:assert/strict';
import type { XenStoragePool } from '../../../crds/generated/types';
import { hostState, poolTerms, type HostOffer } from '../../../operator/plan/snapshot/host';
import { FLEET, UID } from './builders';
import { agent, offer } from './offers';
import type { Report } from './offers';

describe('the storage of a host', () => {
  const pools = [
    { name: 'ssd', present: true, freeBytes: 100 },
    { name: 'hdd', present: true, freeBytes: 50 },
  ] as Report['storagePools'];
  const kept = (path: string) => ({ uuid: UID, disk: 'root', path, sizeBytes: 30 });
  const spec = {
    fleetID: FLEET,
    storagePools: [
      { name: 'hdd', driver: 'file' as const, path: '/hdd' },
      { name: 'ssd', driver: 'file' as const, path: '/ssd' },
    ],
  };
  const sold = (over: Partial<HostOffer>, report: Partial<Report>) =>
    hostState(offer({ agent: { ...agent({ storagePools: pools, ...report } as Report), spec }, ...over })).storage?.map(
      ({ name, freeBytes, promisableBytes }) => `${name} ${freeBytes} ${promisableBytes}`,
    );
  const ROWS: readonly [string, Partial<HostOffer>, Partial<Report>, string[]][] = [
    ['is what is free', {}, {}, ['ssd 100 100', 'hdd 50 50']],
    ['is none of a pool that is not there', {}, { storagePools: [{ name: 'ssd', present: false, freeBytes: 9 }] }, []],
    [
      'is none of a pool that is no object any more',
      { terms: (name) => (name === 'ssd' ? undefined : { locality: 'local', overcommitRatio: 1 }) },
      {},
      ['hdd 50 50'],
    ],
    [
      'keeps a disk in the pool whose folder it is in',
      {},
      { retainedDisks: [kept('/ssd')] },
      ['ssd 100 70', 'hdd 50 50'],
    ],
    ['keeps no disk of another folder', {}, { retainedDisks: [kept('/old')] }, ['ssd 100 100', 'hdd 50 50']],
    [
      'keeps a disk of no size for nothing',
      {},
      { retainedDisks: [{ ...kept('/ssd'), sizeBytes: undefined }] } as never,
      ['ssd 100 100', 'hdd 50 50'],
    ],
  ];
  for (const [name, over, report, expected] of ROWS) it(name, () => deepEqual(sold(over, report), expected));

  it('of which the agent is told nothing keeps nothing', () =>
    deepEqual(sold({ agent: agent({ storagePools: pools, retainedDisks: [kept('/ssd')] } as Report) }, {}), [
      'ssd 100 100',
      'hdd 50 50',
    ]));

  it('is sold on the terms of its object', () => {
    const object = (over: object) => ({ spec: { locality: 'shared', ...over } }) as XenStoragePool;
    deepEqual(
      [poolTerms(undefined), poolTerms(object({})), poolTerms(object({ overcommitRatio: 2 }))],
      [undefined, { locality: 'shared', overcommitRatio: 1 }, { locality: 'shared', overcommitRatio: 2 }],
    );
  });
});
