/** What the scripts about pools and disks may answer, and what is told of it. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { BUSY, MISSING, NO_POOL, NOT_RAW, NOT_YOURS } from '../../../agents/host/exit-codes';
import { StorageDrivers } from '../../../agents/storage/drivers';
import { Pools, type PoolMemory } from '../../../agents/storage/pools';
import type { Failure } from '../../../agents/xl/errors';
import type { Policy } from '../../../agents/xl/policy';
import { answering, type Answer } from '../dom0/answering';
import { UUID, order } from '../orders';

const POOL = { name: 'local', path: '/srv/local' };
const policy: Policy = { storagePaths: ['/srv'], imageDir: '/images', bridges: [], startUnconfirmed: false };
const disk = { ...order().disks![0]!, path: POOL.path };
const { fleetID, vm } = order();

/** With `known`, the pool was opened before, and only the disk is asked about. */
function bench(answer: Answer, known = true) {
  const { host, asked, deadlinesMs } = answering(answer);
  const kept: string[] = [];
  const memory: PoolMemory = {
    poolID: () => (known ? 'id-1' : undefined),
    rememberPool: ({ name }, id) => Promise.resolve(void kept.push(`${name} ${id}`)),
  };
  const pools = new Pools({ host, memory, agent: () => undefined });
  const driver = new StorageDrivers(host, pools).of('file');
  return { pools, driver, asked, deadlinesMs, kept };
}

const told = (result: object | undefined): Partial<Failure> => result ?? {};

const COMMON: readonly (readonly [string, Answer, string, RegExp])[] = [
  [
    'the pool is not there',
    { code: NO_POOL, stderr: '/srv/local holds nothing\n' },
    'PoolMissing',
    /\(\/srv\/local holds nothing\): mount the pool there/,
  ],
  ['the file system is full', { code: 1, stderr: 'No space left on device' }, 'DiskFull', /no space left/],
  ['it has no end', { end: 'deadline', code: null }, 'ToolstackHung', /gave no answer in time/],
  ['the host is gone', { end: 'disconnected', code: null }, 'HostUnreachable', /cannot be asked/],
];

describe('making a disk', () => {
  const make = (answer: Answer, over: Partial<typeof disk> = {}) =>
    bench(answer).driver.make({ uuid: UUID, disk: { ...disk, ...over }, fleetID, vm, policy, known: false });

  const rows: typeof COMMON = [
    ...COMMON,
    [
      'an earlier call holds its lock',
      { code: BUSY },
      'ToolstackHung',
      /^making disk root was not begun: .* this domain .* image that is still copied/,
    ],
    [
      'it is of somebody else',
      { code: NOT_YOURS, stderr: 'x names another owner\n' },
      'DiskNotOwned',
      /^disk root is not given to tenant\/web \(x names another owner\): docs\/storage.md/,
    ],
    [
      'its image is not raw',
      { code: NOT_RAW, stderr: 'image a is not raw: convert it\n' },
      'ImageNotRaw',
      /^disk root was not made: image a is not raw: convert it$/,
    ],
    [
      'it was there and is lost',
      { code: MISSING },
      'DiskMissing',
      /^disk root was made before, and pool local does not hold \/srv\/local\/.*\.root\.raw: mount/,
    ],
    ['it fails otherwise', { code: 9, stderr: 'Error: odd' }, 'CreateFailed', /making disk root.*Error: odd/],
    ['the host says no size', { stdout: 'made\n' }, 'CreateFailed', /did not say how large disk root is/],
    ['the host says more than the size', { stdout: 'made 12 and more\n' }, 'CreateFailed', /how large/],
    ['the host says more after the size', { stdout: 'made 12\nsome more\n' }, 'CreateFailed', /how large/],
    ['the host says another word', { stdout: 'lost 12\n' }, 'CreateFailed', /how large/],
    ['the host says something before it', { stdout: 'was made 12\n' }, 'CreateFailed', /how large/],
  ];
  for (const [what, answer, reason, words] of rows)
    it(`fails where ${what}: ${reason}`, async () => {
      const failure = told(await make(answer));
      equal(failure.reason, reason);
      match(failure.message ?? '', words);
    });

  for (const word of ['made', 'grown', 'kept'])
    it(`ends with the size that the host says: ${word}`, async () =>
      deepEqual(await make({ stdout: `${word} 4096\n` }), { sizeBytes: 4096 }));

  it('tells the script all that it checks once more, and has time to copy an image', async () => {
    const { driver, asked, deadlinesMs } = bench({ stdout: 'made 1\n' });
    const call = { uuid: UUID, fleetID, vm, policy };
    await driver.make({ ...call, disk: { ...disk, image: 'debian.raw' }, known: false });
    await driver.make({ ...call, disk: { ...disk, readOnly: true }, known: true });
    const file = `${UUID}.root.raw ${1 << 30} /images`;
    deepEqual(asked, [
      `locked make-disk make /srv/local local id-1 ${file} debian.raw fleet-1 tenant web rw`,
      `locked make-disk known /srv/local local id-1 ${file} - fleet-1 tenant web ro`,
    ]);
    deepEqual(deadlinesMs, [3_600_000, 3_600_000]);
  });

  const unsafe = ['../secret', '/etc/shadow', 'a/../b', 'a//b', '.hidden', 'a/.hidden', 'a b', '', 'a\nb', '-rf', 'a/'];
  for (const image of unsafe)
    it(`asks the host nothing about an image named ${JSON.stringify(image)}`, async () => {
      const { driver, asked } = bench({ stdout: 'made 1\n' }, false);
      const failure = told(
        await driver.make({ uuid: UUID, disk: { ...disk, image }, fleetID, vm, policy, known: false }),
      );
      equal(failure.reason, 'InvalidOrder');
      match(failure.message ?? '', /^the image of disk root is no file name/);
      deepEqual(asked, []);
    });
  for (const image of ['debian.raw', 'a/b-c/D_1+2.raw'])
    it(`takes an image named ${image}`, async () =>
      deepEqual(await make({ stdout: 'made 1\n' }, { image }), { sizeBytes: 1 }));
});

describe('deleting a disk', () => {
  const call = { uuid: UUID, name: 'root', pool: POOL, policy, vm };
  const rows: typeof COMMON = [
    ...COMMON,
    ['an earlier call holds its lock', { code: BUSY }, 'ToolstackHung', /^deleting disk root was not begun/],
    [
      'it is of somebody else',
      { code: NOT_YOURS, stderr: 'another owner\n' },
      'DiskNotOwned',
      /^disk root is not deleted \(another owner\): docs/,
    ],
    ['it fails otherwise', { code: 9, stderr: 'Error: odd' }, 'CreateFailed', /deleting disk root.*Error: odd/],
  ];
  for (const [what, answer, reason, words] of rows)
    it(`fails where ${what}: ${reason}`, async () => {
      const failure = told(await bench(answer).driver.delete(call));
      equal(failure.reason, reason);
      match(failure.message ?? '', words);
    });

  it('names the disk by its file, and its owner', async () => {
    const { driver, asked, deadlinesMs } = bench({});
    equal(await driver.delete(call), undefined);
    deepEqual(asked, [`locked delete-disk /srv/local local id-1 ${UUID}.root.raw tenant web`]);
    deepEqual(deadlinesMs, [120_000]);
  });
});

describe('opening a pool for the first time', () => {
  const rows: typeof COMMON = [
    ...COMMON,
    [
      'an earlier call holds its lock',
      { code: BUSY },
      'ToolstackHung',
      /^opening pool local was not begun: .* this pool .* mount whose server is away/,
    ],
    ['it fails otherwise', { code: 9, stderr: 'Error: odd' }, 'CreateFailed', /opening pool local.*Error: odd/],
    ['it belongs to another pool', { stdout: 'other id-2\n' }, 'PoolMissing', /its marker says "other id-2"/],
    ['its marker is none', { stdout: '\n' }, 'PoolMissing', /its marker says ""/],
    ['its marker is damaged', { stdout: 'local id/2\n' }, 'PoolMissing', /its marker says "local id\/2"/],
  ];
  for (const [what, answer, reason, words] of rows)
    it(`fails where ${what}, and remembers nothing: ${reason}`, async () => {
      const { pools, kept } = bench(answer, false);
      const failure = told(await pools.open(POOL, policy));
      equal(failure.reason, reason);
      match(failure.message ?? '', words);
      deepEqual(kept, []);
    });

  it('remembers the ID of its marker before it says so', async () => {
    const { pools, kept, deadlinesMs } = bench({ stdout: 'local id-2\n' }, false);
    deepEqual(await pools.open(POOL, policy), { name: 'local', id: 'id-2' });
    deepEqual(kept, ['local id-2']);
    deepEqual(deadlinesMs, [60_000]);
  });

  it('keeps a disk in it from being made or deleted where it fails', async () => {
    const { driver, asked } = bench({ code: NO_POOL }, false);
    const call = { uuid: UUID, policy, vm };
    equal(told(await driver.make({ ...call, disk, fleetID, known: false })).reason, 'PoolMissing');
    equal(asked.length, 1);
    const second = bench({ code: NO_POOL }, false);
    equal(told(await second.driver.delete({ ...call, name: 'root', pool: POOL })).reason, 'PoolMissing');
    equal(second.asked.length, 1);
  });
});
