/** The disks of one order on a simulated Dom0: which are made, looked for and deleted. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { Disks } from '../../../agents/dom0/disks';
import { UUID, order } from '../orders';
import { POOL, dom0, onDisk } from './dom0-in-memory';

const [root] = order().disks!;
const data = { ...root!, name: 'data', device: 'xvdb', sizeBytes: 2 ** 31 };
const swap = { ...root!, name: 'swap', device: 'xvdc' };
const { vm } = order();
const wanted = order({ disks: [root!, data, swap] });
const { disks: _, ...diskless } = wanted;

describe('the disks of an order', () => {
  it('are where their driver says, each under its own name', () => {
    const { disks } = dom0();
    deepEqual(
      [...disks.targets(UUID, wanted)],
      ['root', 'data', 'swap'].map((name) => [name, { format: 'raw', path: `${POOL}/${UUID}.${name}.raw` }]),
    );
    deepEqual([...disks.targets(UUID, diskless)], []);
  });

  it('are all made, and told with the size that the host says', async () => {
    const { host, disks, policy } = dom0();
    deepEqual(await disks.make({ uuid: UUID, order: wanted, known: [], policy }), {
      disks: ['root', 'data', 'swap'],
      diskSizes: { root: 1 << 30, data: 2 ** 31, swap: 1 << 30 },
    });
    deepEqual(onDisk(host), ['data', 'root', 'swap']);
  });

  it('are none where the order has none', async () => {
    const { disks, policy } = dom0();
    deepEqual(await disks.make({ uuid: UUID, order: diskless, known: [], policy }), { disks: [], diskSizes: {} });
  });

  it('that are known are looked for: the first that is lost ends it, and no blank one takes its place', async () => {
    const { host, disks, policy } = dom0();
    const made = await disks.make({ uuid: UUID, order: wanted, known: ['data'], policy });
    deepEqual([made.disks, made.diskSizes, made.failure?.reason], [['root'], { root: 1 << 30 }, 'DiskMissing']);
    deepEqual(onDisk(host), ['root']);
  });
});

describe('deleting a disk of an order', () => {
  const at = { name: 'root', path: POOL };
  const made = async (): Promise<ReturnType<typeof dom0>> => {
    const bench = dom0();
    await bench.disks.make({ uuid: UUID, order: wanted, known: [], policy: bench.policy });
    return bench;
  };

  it('takes that disk and no other one', async () => {
    const { host, disks, policy } = await made();
    equal(await disks.delete(UUID, { ...at, pool: 'local' }, vm, policy), undefined);
    deepEqual(onDisk(host), ['data', 'swap']);
  });

  it('finds the pool by its folder where the order is from the time before pools had names', async () => {
    const { host, disks, policy } = await made();
    equal(await disks.delete(UUID, at, vm, policy), undefined);
    deepEqual(onDisk(host), ['data', 'swap']);
  });

  it('deletes nothing where nobody knows the pool of the folder, and says what is missing', async () => {
    const { host, drivers, policy } = await made();
    const lost = new Disks(drivers, { nameAt: () => undefined } as never);
    const failure = await lost.delete(UUID, at, vm, policy);
    equal(failure?.reason, 'InvalidOrder');
    match(failure?.message ?? '', /^deleteDisks\[root\]\.pool is missing, .*disks: add the XenStoragePool/);
    deepEqual(onDisk(host), ['data', 'root', 'swap']);
  });

  it('deletes nothing that the policy of the host does not allow', async () => {
    const { host, disks, policy } = await made();
    const failure = await disks.delete(UUID, { ...at, pool: 'local' }, vm, { ...policy, storagePaths: ['/other'] });
    equal(failure?.reason, 'PolicyRefused');
    match(failure?.message ?? '', /disks\[root\]\.path is ".*disks".*allowed are \/other/);
    deepEqual(onDisk(host), ['data', 'root', 'swap']);
  });

  it('deletes nothing of another VM', async () => {
    const { host, disks, policy } = await made();
    const failure = await disks.delete(UUID, { ...at, pool: 'local' }, { ...vm, name: 'other' }, policy);
    equal(failure?.reason, 'DiskNotOwned');
    deepEqual(onDisk(host), ['data', 'root', 'swap']);
  });
});
