/** What a host tells of the disks that it keeps, and what the status of a VM tells of its own. */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenAgent } from '../../../../crds/generated/types';
import { retainedBy, shownDisks } from '../../../../operator/plan/vm/disks';
import type { WantedDisk } from '../../../../operator/plan/vm/resolve';
import { UID, vm, WANTED } from '../builders';
const root: WantedDisk = {
  name: 'root',
  device: 'xvda',
  sizeBytes: 1,
  pool: 'ssd',
  path: '/ssd',
  driver: 'file' as const,
  locality: 'local',
  readOnly: false,
};
const ours = { namespace: 'acme', name: 'web' };
const told = (over: object = {}, placement: object = {}) =>
  vm({ status: { ...placement, disks: [{ name: 'root', pool: 'ssd', path: '/ssd', host: 'h1', ...over }] } });

describe('the disks that a host keeps', () => {
  it('are those of the UUID, with the owner if both its names are told', () => {
    const disk = (uuid: string, over: object = {}) => ({ uuid, disk: 'root', path: '/ssd', sizeBytes: 1, ...over });
    const agent = {
      metadata: { name: 'h1' },
      status: {
        retainedDisks: [
          disk(UID),
          disk('other'),
          disk(UID, { namespace: 'acme' }),
          disk(UID, { vmName: 'web' }),
          disk(UID, { namespace: 'acme', vmName: 'web' }),
        ],
      },
    } as unknown as XenAgent;
    const nobodys = { host: 'h1', disk: 'root', path: '/ssd', owner: undefined };
    deepEqual(retainedBy(agent, UID), [nobodys, nobodys, nobodys, { ...nobodys, owner: ours }]);
    deepEqual(retainedBy({ metadata: { name: 'h1' } } as XenAgent, UID), []);
  });
});

describe('the status of a VM tells of its disks', () => {
  const shown = (...disks: Partial<WantedDisk>[]) =>
    shownDisks(told(), { wanted: { ...WANTED, disks: disks.map((over) => ({ ...root, ...over })) } });
  it('those that exist, and where', () => {
    deepEqual(shown({ made: true, madeOn: 'h1' }, { name: 'data' }), [
      { name: 'root', pool: 'ssd', path: '/ssd', host: 'h1' },
    ]);
    deepEqual(shown({ made: true, locality: 'shared' }), [{ name: 'root', pool: 'ssd', path: '/ssd' }]);
    equal(shown({}), undefined);
  });
  it('as before, if what it names means nothing', () =>
    deepEqual(shownDisks(told(), { problem: { reason: 'ClassNotFound', message: '' } }), told().status?.disks));
});
