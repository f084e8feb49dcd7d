/** What a VM counts as, on its host and before it has one. */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenDomain } from '../../../crds/generated/types';
import { MIB } from '../../../common/memory';
import { accountOf, vmSpec } from '../../../operator/plan/snapshot/vm';
import { claimed, DISK as root, order, UID, vm, WANTED } from './builders';

describe('a VM as the scheduler sees it', () => {
  const wanting = (over: object = {}, rest: object = {}) => ({
    wanted: { ...WANTED, ...rest, disks: [{ ...root, ...over }] },
  });
  const onH1 = vm({ status: claimed('h1', 1) });
  const made = (sizeBytes = 10, over: object = {}) =>
    order(
      'h1',
      1,
      { disks: [{ name: 'root', device: 'xvda', sizeBytes, pool: 'ssd', path: '/ssd', ...over }] },
      { epoch: 1, madeDisks: ['root'] },
    );
  const plain = { pool: 'ssd', sizeBytes: 10 };
  /** An order of 10 bytes, and what its host says of the file. */
  const told = (sizeBytes: number, name = 'root') => {
    const { status, ...rest } = made();
    return { ...rest, status: { epoch: 1, ...status, disks: [{ name, sizeBytes }] } };
  };
  const held = vm({
    status: {
      ...claimed('h1', 1),
      reserved: { vcpus: 1, memoryMiB: 1024, disks: [{ name: 'root', pool: 'ssd', sizeBytes: 10 }] },
    },
  });

  const ROWS: readonly [string, ReturnType<typeof vm>, ReturnType<typeof wanting>, XenDomain | undefined, object][] = [
    ['asks for its disk', vm(), wanting(), undefined, plain],
    ['asks for one that is to be made', onH1, wanting(), undefined, plain],
    [
      'has one that its status knows',
      vm(),
      wanting({ made: true, madeOn: 'h2' }),
      undefined,
      { ...plain, made: true, madeOn: 'h2' },
    ],
    ['has one that its order made, and stays with it', onH1, wanting(), made(), { ...plain, made: true, madeOn: 'h1' }],
    ['… unless it is shared', onH1, wanting({ locality: 'shared' }), made(), { ...plain, made: true }],
    ['… or only read', onH1, wanting({ readOnly: true }), made(), { ...plain, made: true }],
    ['asks for one that its order has not made', onH1, wanting(), { ...made(), status: { epoch: 1 } }, plain],
    [
      'asks for the rest of one that grows',
      held,
      wanting(),
      made(4),
      { ...plain, made: true, madeBytes: 4, madeOn: 'h1' },
    ],
    [
      '… also where the order is larger already and the file is not',
      held,
      wanting(),
      told(4),
      { ...plain, made: true, madeBytes: 4, madeOn: 'h1' },
    ],
    ['… and of no other file', held, wanting(), told(4, 'data'), { ...plain, made: true, madeOn: 'h1' }],
    [
      'asks for nothing more once the file has grown',
      held,
      wanting(),
      told(10),
      { ...plain, made: true, madeOn: 'h1' },
    ],
    [
      'has no more than was granted, however large the file is',
      held,
      wanting(),
      { ...told(90), spec: made(4).spec },
      { ...plain, made: true, madeBytes: 4, madeOn: 'h1' },
    ],
    ['… of the disk in that pool', held, wanting(), made(4, { pool: 'hdd' }), { ...plain, made: true, madeOn: 'h1' }],
    ['… of the disk of that name', held, wanting(), made(4, { name: 'data' }), { ...plain, made: true, madeOn: 'h1' }],
    [
      'has what its status knows though there is no order',
      held,
      wanting({ made: true }),
      undefined,
      { ...plain, made: true },
    ],
  ];
  for (const [name, of, resolution, standing, expected] of ROWS)
    it(`${name}`, () =>
      deepEqual(
        vmSpec(of, resolution, standing).disks?.find((disk) => disk.pool === 'ssd'),
        expected,
      ));

  it('knows a disk by name and pool', () => {
    const twins = [{ ...root, name: 'data' }, { ...root, pool: 'hdd', made: true }, root];
    deepEqual(vmSpec(vm(), { wanted: { ...WANTED, disks: twins } }, undefined).disks, [
      plain,
      { ...plain, pool: 'hdd', made: true },
      plain,
    ]);
  });

  it('is all that its object says', () => {
    const placement = {
      pool: 'gold',
      tolerations: [{ operator: 'Exists' as const }],
      hostSelector: { matchLabels: { a: 'b' } },
    };
    const born = '2026-01-01T00:00:00Z';
    const spec = vmSpec(
      vm({ meta: { labels: { app: 'db' }, creationTimestamp: born }, spec: { placement } }),
      {
        wanted: {
          ...WANTED,
          vcpus: 3,
          priority: 7,
          dedicated: true,
          networks: [{ name: 'eth0', network: 'lan', bridge: 'b', mac: 'm' }],
        },
      },
      undefined,
    );
    deepEqual(spec, {
      ...{
        key: UID,
        namespace: 'acme',
        name: 'web',
        labels: { app: 'db' },
        type: 'pvh',
        hvm: false,
        vcpus: 3,
        memoryBytes: 1024 * MIB,
        dedicated: true,
      },
      ...{ priority: 7, createdAtMs: Date.parse(born), ...placement, disks: [], networks: ['lan'] },
    });
  });

  it('is what little its object says', () => {
    const { uid: _uid, namespace: _namespace, ...metadata } = vm().metadata;
    const problem = { problem: { reason: 'ClassNotFound', message: '' } } as const;
    const {
      key,
      namespace,
      createdAtMs,
      priority,
      networks,
      vcpus,
      host: on,
    } = vmSpec({ ...vm(), metadata }, problem, undefined);
    deepEqual([key, namespace, createdAtMs, priority, networks, vcpus, on], ['', '', 0, 0, [], 0, undefined]);
  });

  it('counts the largest of what it holds, is granted, has, is reported with, and is being given', () => {
    const size = (over: { granted?: object; reported?: object; assumed?: object }) => {
      const standing = order('h1', 1, {}, { epoch: 1, ...(over.granted && { granted: over.granted }) });
      return accountOf(held, WANTED, standing, over as never).memoryMiB;
    };
    const much = { vcpus: 1, memoryMiB: 9999 };
    deepEqual(
      [size({}), size({ granted: much }), size({ reported: much }), size({ assumed: much })],
      [1024, 9999, 9999, 9999],
    );
    equal(accountOf(held, WANTED, order('h1', 1, { memory: { targetMiB: 1, maxMiB: 8888 } })).memoryMiB, 8888);
    equal(accountOf(held, { ...WANTED, memoryMiB: 7777 }, undefined).memoryMiB, 1024, 'a wish is no account');
  });

  it('asks for what it wants before it has a host, and for no less than is being given', () => {
    const asked = (over: object) => vmSpec(vm(), { wanted: { ...WANTED, vcpus: 2 } }, undefined, over).vcpus;
    deepEqual(
      [
        asked({}),
        asked({ assumed: { vcpus: 5, memoryMiB: 1, dedicated: false, disks: [] } }),
        asked({ reported: { vcpus: 9, memoryMiB: 1 } }),
      ],
      [2, 5, 2],
    );
  });
});
