/** The storage interface, by its one driver: on a simulated host, above the scripts' contract. */
import { deepEqual, equal, match } from 'node:assert/strict';
import fc from 'fast-check';
import { StorageDrivers, layoutOf } from '../../../agents/storage/drivers';
import { fileLayout } from '../../../agents/storage/file-layout';
import { Pools } from '../../../agents/storage/pools';
import type { Failure } from '../../../agents/xl/errors';
import type { Policy } from '../../../agents/xl/policy';
import { InProcessHost } from '../../sim/in-process-host';
import { UUID, order } from '../orders';

const POOL = '/var/lib/xenfleet/disks';
const FILE = `${POOL}/${UUID}.root.raw`;
const policy: Policy = { storagePaths: [POOL], imageDir: '/images', bridges: [], startUnconfirmed: false };
const disk = order().disks![0]!;
const { fleetID, vm } = order();

const size = (host: InProcessHost) => host.files.list(POOL).find(({ name }) => FILE.endsWith(name))?.bytes;

const reasonOf = (result: number | Failure | undefined) => (typeof result === 'object' ? result.reason : undefined);

function bench() {
  const host = new InProcessHost();
  host.files.put(`${POOL}/.xenfleet-pool`, 'local 1\n');
  const remembered = new Map<string, string>();
  const memory = {
    poolID: ({ name }: { name: string }) => remembered.get(name),
    rememberPool: ({ name }: { name: string }, id: string) => Promise.resolve(void remembered.set(name, id)),
  };
  const driver = new StorageDrivers(host, new Pools({ host, memory, agent: () => undefined })).of(disk.driver);
  const change = { uuid: UUID, name: 'root', pool: { name: 'local', path: POOL }, policy };
  const call = { uuid: UUID, disk, fleetID, vm, policy, known: false };
  return {
    host,
    make: async (known: boolean, other = vm, over: Partial<typeof disk> = {}) => {
      const made = await driver.make({ ...call, disk: { ...disk, ...over }, vm: other, known });
      return 'reason' in made ? made : made.sizeBytes;
    },
    remove: (other = vm) => driver.delete({ ...change, vm: other }),
    driver,
  };
}

describe('the storage driver for files', () => {
  it('makes a disk where the cfg looks for it, grows it, deletes it, and does each of it once', async () => {
    const { host, make, remove, driver } = bench();
    const large = { sizeBytes: 2 * disk.sizeBytes };
    equal(driver.target({ uuid: UUID, name: 'root', path: POOL }), FILE);
    deepEqual([await make(false), await make(false)], [disk.sizeBytes, disk.sizeBytes]);
    equal(size(host), disk.sizeBytes);
    equal(await make(true, vm, { ...large, readOnly: true }), disk.sizeBytes, 'what is only read is not touched');
    deepEqual([await make(true, vm, large), await make(true, vm, large)], [large.sizeBytes, large.sizeBytes]);
    equal(size(host), large.sizeBytes);
    equal(await make(true), large.sizeBytes, 'a disk never shrinks');
    equal(size(host), large.sizeBytes);
    deepEqual([await remove(), await remove()], [undefined, undefined]);
    equal(host.files.get(FILE), undefined);
  });

  it('never makes a known disk, and never gives or deletes one of another VM', async () => {
    const { host, make, remove } = bench();
    equal(reasonOf(await make(true)), 'DiskMissing');
    equal(host.files.get(FILE), undefined);
    await make(false);
    const other = { ...vm, name: 'other' };
    equal(reasonOf(await make(true, other)), 'DiskNotOwned');
    equal((await remove(other))?.reason, 'DiskNotOwned');
    equal(size(host), disk.sizeBytes);
  });

  it('touches nothing in a folder that is not the pool', async () => {
    const { host, make, remove } = bench();
    await make(false);
    host.files.put(`${POOL}/.xenfleet-pool`, 'other 1\n');
    for (const failure of [await make(true, vm, { sizeBytes: 2 * disk.sizeBytes }), await remove()]) {
      equal(reasonOf(failure), 'PoolMissing');
      match((failure as Failure).message, /storage pool local is not at .*disks/);
    }
    equal(size(host), disk.sizeBytes);
  });

  it('takes no size for granted: what the host does not say is not so', async () => {
    const { host, make } = bench();
    await make(false);
    host.locked = () => Promise.resolve({ end: 'exited', code: 0, stdout: '', stderr: '', truncated: false });
    deepEqual(await make(true), { reason: 'CreateFailed', message: 'the host did not say how large disk root is' });
  });

  it('finds every disk again by the name that it gave it, and no other file', () => {
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/);
    const place = fc.record({ uuid: fc.uuid(), name: label, path: label.map((word) => `/pools/${word}`) });
    fc.assert(
      fc.property(place, (at) => {
        const file = { path: fileLayout.target(at), sizeBytes: 7, usedBytes: 4 };
        deepEqual(fileLayout.find({ disks: [file] }), [{ ...at, sizeBytes: 7 }]);
        const strangers = ['.part', '', '.raw.part'].map((ending) => ({
          ...file,
          path: file.path.replace(/\.raw$/, ending),
        }));
        deepEqual(fileLayout.find({ disks: strangers }), []);
      }),
    );
  });

  it('tells what a pool holds, is, or that it cannot tell', () => {
    const pools = [{ path: '/a', totalBytes: 9, freeBytes: 5 }];
    const disks = ['/a/x', '/a/y', '/ab/z'].map((path) => ({ path, sizeBytes: 7, usedBytes: 2 }));
    const present = { kind: 'present', totalBytes: 9, freeBytes: 5 };
    deepEqual(fileLayout.usage('/a', { pools, disks }), { ...present, disks: { usedBytes: 4, diskBytes: 14 } });
    deepEqual(fileLayout.usage('/a', { pools }), present);
    deepEqual(fileLayout.usage('/b', { pools }), { kind: 'missing', message: 'the host has no folder /b' });
    deepEqual(fileLayout.usage('/a', { disks }), { kind: 'unknown' });
  });

  it('is the one of orders that name none', () => equal(layoutOf(undefined), layoutOf('file')));
});
