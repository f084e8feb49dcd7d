/** An edit makes a disk larger, as the whole agent sees it: what is reported in force is so. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { DomainRecord } from '../../agents/reconcile/record';
import { UUID, order } from './orders';
import { VirtualBench } from './virtual';

const POOL = '/var/lib/xenfleet/disks';
const DISK = `${POOL}/${UUID}.root.raw`;
const RECORD = `/var/lib/xenfleet/domains/${UUID}.json`;
const GIB = 1 << 30;
const root = order().disks![0]!;
const larger = { disks: [{ ...root, sizeBytes: 2 * GIB }] };

const bytes = (bench: VirtualBench) => bench.host.files.files.get(DISK)?.bytes;
/** What waits for a restart, and how large the disk is said to be. */
const said = (bench: VirtualBench) => {
  const { restartRequired = [], disks = [] } = bench.domain() ?? {};
  return [restartRequired, disks.map(({ sizeBytes }) => sizeBytes / GIB)];
};

async function running(): Promise<VirtualBench> {
  const bench = new VirtualBench();
  bench.start();
  await bench.pass(2000);
  bench.server.order();
  await bench.pass(3000);
  deepEqual(said(bench), [[], [1]]);
  bench.host.files.put(DISK, 'CUSTOMER DATA', GIB);
  return bench;
}

/** Somebody ends the guest; its run policy starts it again. */
async function restart(bench: VirtualBench): Promise<void> {
  void bench.host.exec(['xl', 'destroy', String(bench.live()[0])]);
  await bench.pass(20_000);
}

function editRecord(bench: VirtualBench, edit: (record: DomainRecord) => object): void {
  const record = JSON.parse(bench.host.files.get(RECORD) ?? '') as DomainRecord;
  bench.host.files.put(RECORD, JSON.stringify(edit(record)));
}

describe('a disk that is to grow', () => {
  it('waits for a start of the guest, and is said to have grown once it has', async () => {
    const bench = await running();
    bench.server.order(larger);
    await bench.pass(80_000, 500);
    equal(bytes(bench), GIB, 'what runs keeps what it has');
    deepEqual(said(bench), [['disks'], [1]]);
    await restart(bench);
    equal(bytes(bench), 2 * GIB);
    equal(bench.host.files.get(DISK), 'CUSTOMER DATA');
    equal(bench.domain()?.phase, 'Running');
    deepEqual(said(bench), [[], [2]]);
  });

  it('holds up the start where the pool is full, in words, until there is room', async () => {
    const bench = await running();
    bench.server.order(larger);
    await bench.pass(3000);
    bench.host.files.full = true;
    await restart(bench);
    const [ready] = bench.domain()?.conditions ?? [];
    deepEqual([bench.domain()?.phase, ready?.status, ready?.reason], ['Failed', 'False', 'DiskFull']);
    match(ready?.message ?? '', /no space left for it \(making disk root: .*No space left on device/);
    deepEqual([bytes(bench), bench.host.files.get(DISK), bench.live()], [GIB, 'CUSTOMER DATA', []]);
    deepEqual(said(bench)[1], [1]);
    bench.host.files.full = false;
    await bench.pass(310_000, 1000);
    equal(bench.domain()?.phase, 'Running');
    deepEqual([bytes(bench), ...said(bench)], [2 * GIB, [], [2]]);
  });

  it('is told also where another disk of the guest could not be made', async () => {
    const bench = new VirtualBench();
    bench.start();
    await bench.pass(2000);
    bench.host.files.put(`${POOL}/${UUID}.root.owner`, '{"fleet":"f","namespace":"tenant","name":"web"}\n');
    bench.host.files.put(DISK, 'CUSTOMER DATA', GIB);
    bench.host.files.full = true;
    bench.server.order({ disks: [root, { ...root, name: 'data', device: 'xvdb' }] });
    await bench.pass(3000);
    equal(bench.domain()?.conditions?.[0]?.reason, 'DiskFull');
    deepEqual([bench.domain()?.madeDisks, bench.domain()?.disks], [['root'], [{ name: 'root', sizeBytes: GIB }]]);
  });

  it('is known to have grown where the agent died before it could note it', async () => {
    const bench = new VirtualBench();
    const agent = bench.start();
    await bench.pass(2000);
    bench.server.order();
    await bench.pass(3000);
    agent.kill();
    // The start had the larger size, and the domain runs: of that only the file tells.
    editRecord(bench, (record) => {
      const { started, ...rest } = { ...record, order: { ...record.order, ...larger } };
      return { ...rest, creating: { ...started, applied: { ...started?.applied, ...larger } } };
    });
    bench.host.files.put(DISK, '', 2 * GIB);
    bench.server.order(larger);
    bench.start();
    await bench.pass(80_000, 500);
    deepEqual(said(bench), [[], [2]]);
  });

  it('is told where an older agent noted a size that the file has never had', async () => {
    const bench = new VirtualBench();
    const agent = bench.start();
    await bench.pass(2000);
    bench.server.order(larger);
    await bench.pass(3000);
    agent.kill();
    editRecord(bench, ({ diskSizes: _sizes, ...record }) => record);
    bench.host.files.put(DISK, 'CUSTOMER DATA', GIB);
    bench.start();
    await bench.pass(80_000, 500);
    deepEqual(said(bench), [['disks'], [1]]);
    await restart(bench);
    deepEqual([bytes(bench), ...said(bench)], [2 * GIB, [], [2]]);
  });

  it('is never said to have grown if it is only read', async () => {
    const bench = await running();
    bench.server.order({ disks: [{ ...larger.disks[0]!, readOnly: true }] });
    await bench.pass(3000);
    await restart(bench);
    equal(bytes(bench), GIB);
    deepEqual([bench.domain()?.phase, ...said(bench)], ['Running', ['disks'], [1]]);
    bench.server.order(larger);
    await restart(bench);
    deepEqual([bytes(bench), ...said(bench)], [2 * GIB, [], [2]]);
  });

  it('is left alone where it is larger than ordered', async () => {
    const bench = await running();
    bench.host.files.put(DISK, 'CUSTOMER DATA', 3 * GIB);
    bench.server.order(larger);
    await bench.pass(3000);
    await restart(bench);
    deepEqual([bytes(bench), ...said(bench)], [3 * GIB, [], [3]]);
  });
});
