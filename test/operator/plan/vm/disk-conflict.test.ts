/** Why a VM that is nowhere yet may not have a disk of its UUID. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { diskConflict } from '../../../../operator/plan/vm/disks';
import type { WantedDisk } from '../../../../operator/plan/vm/resolve';
import { facts, host, order, seen, WANTED } from '../builders';
import { kept, ours, root } from './disk-words';

type Facts = Parameters<typeof facts>[0];

describe('a new VM may not have a disk', () => {
  const wanting = (over: Partial<WantedDisk> = {}) => ({
    resolution: { wanted: { ...WANTED, disks: [{ ...root, ...over }] } },
  });
  const late = seen('h1', { present: false, orphan: false, epoch: 2, retiredEpoch: 1 });
  const ROWS: readonly [string, Facts, RegExp | undefined][] = [
    ['of nobody: it may', wanting(), undefined],
    [
      'that another’s VM left',
      { ...wanting(), retained: [kept({ owner: { ...ours, name: 'x' } })] },
      /^host h1 keeps disk root of this UUID for another XenVM/,
    ],
    [
      '… whatever its name',
      { retained: [kept({ owner: { ...ours, namespace: 'evil' }, disk: 'data' })] },
      /^host h1 keeps disk data of this UUID for another XenVM/,
    ],
    ['that is its own: it may', { ...wanting(), retained: [kept()] }, undefined],
    [
      'that nobody knows',
      { ...wanting(), retained: [kept({ owner: undefined })] },
      /^host h1 keeps disk root of this UUID in \/ssd, and nobody knows whose/,
    ],
    [
      '… if it does not want it, it may',
      { ...wanting(), retained: [kept({ owner: undefined, disk: 'data' })] },
      undefined,
    ],
    ['… in another folder, it may', { ...wanting(), retained: [kept({ owner: undefined, path: '/hdd' })] }, undefined],
    [
      '… that another host knows as its own, it may',
      { ...wanting(), retained: [kept({ owner: undefined }), kept({ host: 'h2' })] },
      undefined,
    ],
    [
      '… of which its own is another disk',
      { ...wanting(), retained: [kept({ owner: undefined }), kept({ disk: 'data' })] },
      /nobody knows whose/,
    ],
    [
      '… of which its own is in another folder',
      { ...wanting(), retained: [kept({ owner: undefined }), kept({ path: '/hdd' })] },
      /nobody knows whose/,
    ],
    [
      'on one of two hosts',
      wanting({ madeOn: 'h1', hosts: ['h1', 'h2'] }),
      /^disk root is in pool ssd of hosts h1 and h2: which one/,
    ],
    ['on a host: it may', wanting({ madeOn: 'h1', hosts: ['h1'] }), undefined],
    [
      'on a host that is gone',
      wanting({ madeOn: 'h9', hosts: ['h9'] }),
      /^disk root is in pool ssd of host h9, which is gone from the fleet/,
    ],
    [
      'on a host that is dead',
      { ...wanting({ madeOn: 'h1' }), hosts: [host('h1', { dead: true })] },
      /of host h1, which is declared dead/,
    ],
    [
      'that the next report may tell of',
      { ...wanting(), sightings: [late] },
      /^waiting for the next report of host h1/,
    ],
    ['… if the report has the receipt, it may', { ...wanting(), sightings: [{ ...late, retiredEpoch: 2 }] }, undefined],
    [
      '… if an order stands there, it may',
      { ...wanting(), sightings: [late], orders: [{ host: 'h1', order: order('h1', 2) }] },
      undefined,
    ],
    [
      '… if an order stands elsewhere only',
      { ...wanting(), sightings: [late], orders: [{ host: 'h2', order: order('h2', 2) }] },
      /next report of host h1/,
    ],
    [
      '… if the host is dead, it may',
      { ...wanting(), sightings: [late], hosts: [host('h1', { dead: true })] },
      undefined,
    ],
    ['… if there is no such host, it may', { ...wanting(), sightings: [late], hosts: [] }, undefined],
    ['… if it wants none, it may', { sightings: [late] }, undefined],
    ['… an orphan is another rule’s', { ...wanting(), sightings: [{ ...late, orphan: true }] }, undefined],
    [
      '… if it means nothing, it may',
      { resolution: { problem: { reason: 'ClassNotFound', message: '' } }, sightings: [late] },
      undefined,
    ],
  ];
  for (const [name, over, words] of ROWS)
    it(name, () => {
      const found = diskConflict(facts(over));
      if (words === undefined) equal(found, undefined);
      else match(found?.message ?? '', words);
    });

  it('that nobody knows, be it one of several that it wants', () => {
    const disks = [root, { ...root, name: 'data' }];
    const f = facts({ resolution: { wanted: { ...WANTED, disks } }, retained: [kept({ owner: undefined })] });
    match(diskConflict(f)?.message ?? '', /nobody knows whose/);
  });

  it('is somebody’s act to mend, but for a report that comes by itself', () => {
    const said = (over: Facts) => {
      const { reason, stalled } = diskConflict(facts(over)) ?? {};
      return [reason, stalled];
    };
    deepEqual(said({ ...wanting(), sightings: [late] }), ['HostNotReporting', false]);
    deepEqual(said({ retained: [kept({ owner: { ...ours, name: 'x' } })] }), ['IdentityConflict', true]);
    deepEqual(said({ ...wanting(), retained: [kept({ owner: undefined })] }), ['IdentityConflict', true]);
    deepEqual(said(wanting({ madeOn: 'h1', hosts: ['h1', 'h2'] })), ['DiskMissing', true]);
    deepEqual(said(wanting({ madeOn: 'h9' })), ['DiskMissing', true]);
  });
});
