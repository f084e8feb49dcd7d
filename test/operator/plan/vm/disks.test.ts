/** Which disks exist already, and where: no row may end in a blank disk in place of a known one. */
import { deepEqual, equal } from 'node:assert/strict';
import { withKnownDisks } from '../../../../operator/plan/vm/disks';
import type { WantedDisk } from '../../../../operator/plan/vm/resolve';
import { claimed, facts, order, vm, WANTED } from '../builders';
import { kept, ours, root } from './disk-words';

type Facts = Parameters<typeof facts>[0];
const told = (over: object = {}, placement: object = {}) =>
  vm({ status: { ...placement, disks: [{ name: 'root', pool: 'ssd', path: '/ssd', host: 'h1', ...over }] } });
const inOrder = (disk: object, status: object = {}, spec: object = {}) => {
  const { made: _made, ...asked } = {
    name: 'root',
    device: 'xvda',
    sizeBytes: 1,
    pool: 'ssd',
    path: '/ssd',
    made: undefined,
    ...disk,
  };
  const made = order(
    'h1',
    1,
    { disks: [{ ...asked, ...('made' in disk ? { made: true } : {}) }], ...spec },
    { epoch: 1, observedGeneration: 1, ...status },
  );
  return [{ host: 'h1', order: { ...made, metadata: { ...made.metadata, generation: 1 } } }];
};

describe('a disk that is known to exist', () => {
  const nowhere = 'not made';
  const ROWS: readonly [string, Facts, Partial<WantedDisk>, string][] = [
    ['nowhere', {}, {}, nowhere],
    ['by the status of its VM', { vm: told() }, {}, 'h1 /ssd'],
    ['… not one of another name', { vm: told({ name: 'data' }) }, {}, nowhere],
    ['… nor in another pool', { vm: told({ pool: 'hdd' }) }, {}, nowhere],
    ['by a host that keeps it', { retained: [kept()] }, {}, 'h1 /ssd'],
    ['… not one of another name', { retained: [kept({ disk: 'data' })] }, {}, nowhere],
    ['… nor in another folder', { retained: [kept({ path: '/hdd' })] }, {}, nowhere],
    ['… nor of another name’s VM', { retained: [kept({ owner: { ...ours, name: 'x' } })] }, {}, nowhere],
    ['… nor of another namespace', { retained: [kept({ owner: { ...ours, namespace: 'evil' } })] }, {}, nowhere],
    ['… nor of nobody knows whom', { retained: [kept({ owner: undefined })] }, {}, nowhere],
    ['by an order that says so', { orders: inOrder({ made: true }) }, {}, 'h1 /ssd'],
    ['by what an order has made', { orders: inOrder({}, { madeDisks: ['root'] }) }, {}, 'h1 /ssd'],
    [
      '… not by what an older order made',
      { orders: inOrder({}, { madeDisks: ['root'], observedGeneration: 0 }) },
      {},
      nowhere,
    ],
    ['… not one that it has not made', { orders: inOrder({}, { madeDisks: ['data'] }) }, {}, nowhere],
    ['… nor one in another pool', { orders: inOrder({ pool: 'hdd', made: true }) }, {}, nowhere],
    ['… nor one of another name', { orders: inOrder({ name: 'data', made: true }) }, {}, nowhere],
    [
      '… nor by another’s order',
      { orders: inOrder({ made: true }, {}, { vm: { namespace: 'evil', name: 'x', uid: 'u' } }) },
      {},
      nowhere,
    ],
    ['… nor by an order without disks', { orders: [{ host: 'h1', order: order('h1', 1) }] }, {}, nowhere],
    ['in a shared pool is on no host', { vm: told() }, { locality: 'shared' }, 'anywhere /ssd'],
    ['in a local pool that is only read is everywhere', { vm: told() }, { readOnly: true }, nowhere],
    [
      'in a shared pool that is only read exists',
      { vm: told() },
      { readOnly: true, locality: 'shared' },
      'anywhere /ssd',
    ],
    ['stays in the folder that it was made in', { vm: told({ path: '/old' }) }, {}, 'h1 /old, not /ssd'],
    [
      'on two hosts is on the claimed one',
      { vm: told({ host: 'h0' }, claimed('h1', 1)), retained: [kept()] },
      {},
      'h1 /ssd of h0,h1',
    ],
    ['… and without a claim on the first', { vm: told({ host: 'h2' }), retained: [kept()] }, {}, 'h1 /ssd of h1,h2'],
    ['of a host that nobody told is somewhere', { vm: told({ host: undefined }) }, {}, 'anywhere /ssd'],
  ];
  for (const [name, over, disk, expected] of ROWS)
    it(`${name}: ${expected}`, () => {
      const f = facts(over);
      const found = withKnownDisks({ wanted: { ...WANTED, disks: [{ ...root, ...disk }] } }, f);
      const [known] = 'wanted' in found ? found.wanted.disks : [];
      const hosts = (known?.hosts?.length ?? 0) > 1 ? ` of ${known?.hosts?.join()}` : '';
      const moved = known?.poolPath === undefined ? '' : `, not ${known.poolPath}`;
      equal(known?.made !== true ? nowhere : `${known.madeOn ?? 'anywhere'} ${known.path}${hosts}${moved}`, expected);
    });

  it('is not looked for if nothing is wanted', () => {
    const problem = { problem: { reason: 'ClassNotFound', message: '' } } as const;
    deepEqual(withKnownDisks(problem, facts({ vm: told() })), problem);
  });
});
