/**
 * Disks and pools as the whole agent sees them: whatever is lost on the way, no guest boots from a
 * blank disk in place of its own.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { UUID, order } from './orders';
import { VirtualBench } from './virtual';

const POOL = '/var/lib/xenfleet/disks';
const DISK = `${POOL}/${UUID}.root.raw`;
const MARKER = `${POOL}/.xenfleet-pool`;
const STATE = '/var/lib/xenfleet';

const ready = (bench: VirtualBench) => bench.domain()?.conditions?.[0];
const names = (bench: VirtualBench): string[] => bench.host.files.inside(POOL).sort();
const root = order().disks?.[0];

/** A guest with data on its disk, on a host that has just lost power. */
async function rebooted(lost: (bench: VirtualBench) => void): Promise<VirtualBench> {
  const bench = new VirtualBench();
  bench.start();
  await bench.pass(2000);
  bench.server.order();
  await bench.pass(3000);
  deepEqual(bench.domain()?.madeDisks, ['root']);
  bench.host.files.put(DISK, 'CUSTOMER DATA', 1 << 30);
  await bench.sim('reboot');
  lost(bench);
  await bench.pass(20_000);
  return bench;
}

/** As where the file system of the pool is not mounted: an empty folder. */
function unmount(bench: VirtualBench): void {
  for (const name of bench.host.files.inside(POOL)) bench.host.files.remove(`${POOL}/${name}`);
}

describe('a disk that is known', () => {
  it('is never made anew: the guest waits, and the word says what helps', async () => {
    const bench = await rebooted((one) => void one.host.files.remove(DISK));
    equal(bench.domain()?.phase, 'Failed');
    equal(ready(bench)?.reason, 'DiskMissing');
    match(ready(bench)?.message ?? '', /disk root .*pool local .*mount .* backup; it is never made anew/);
    equal(bench.host.files.get(DISK), undefined);
    bench.host.files.put(DISK, 'RESTORED', 1 << 30);
    await bench.pass(310_000, 1000);
    equal(bench.domain()?.phase, 'Running');
    equal(bench.host.files.get(DISK), 'RESTORED');
  });

  it('is known by the order, where this Dom0 has never seen it', async () => {
    const bench = new VirtualBench();
    bench.start();
    await bench.pass(2000);
    bench.server.order({ disks: [{ ...root!, made: true }] });
    await bench.pass(5000);
    equal(ready(bench)?.reason, 'DiskMissing');
    equal(bench.host.files.get(DISK), undefined);
    bench.host.files.put(DISK, 'FROM THE OTHER HOST', 1 << 30);
    await bench.pass(310_000, 1000);
    equal(bench.domain()?.phase, 'Running');
    deepEqual(bench.domain()?.restartRequired, undefined);
  });

  it('is known by what this host has told the API, where the Dom0 has lost its memory', async () => {
    const bench = new VirtualBench();
    const agent = bench.start();
    await bench.pass(2000);
    bench.server.order({ runPolicy: 'Halted', desired: 'Running' });
    await bench.pass(3000);
    agent.kill();
    await bench.sim('reboot');
    bench.host.files.remove(`${STATE}/domains/${UUID}.json`);
    bench.host.files.remove(DISK);
    bench.start();
    await bench.pass(20_000);
    equal(ready(bench)?.reason, 'DiskMissing');
    equal(bench.host.files.get(DISK), undefined);
  });

  it('is another disk once the order has it in another folder', async () => {
    const bench = await rebooted(() => undefined);
    equal(bench.domain()?.phase, 'Running');
    const other = { ...root!, path: `${POOL}/other`, pool: 'other' };
    bench.host.files.put(`${POOL}/other/.xenfleet-pool`, 'other id-2\n');
    bench.server.order({ disks: [other], desired: 'Stopped' });
    await bench.pass(10_000);
    equal(bench.domain()?.madeDisks, undefined);
    bench.server.order({ disks: [other] });
    await bench.pass(10_000);
    equal(bench.domain()?.phase, 'Running');
    equal(bench.host.files.get(`${POOL}/other/${UUID}.root.raw`), '');
    equal(bench.host.files.get(DISK), 'CUSTOMER DATA');
  });
});

describe('a pool that is not mounted', () => {
  it('is told, used by nobody, and never marked again', async () => {
    const bench = await rebooted(unmount);
    equal(ready(bench)?.reason, 'PoolMissing');
    match(ready(bench)?.message ?? '', /pool local is not at .*mount the pool there/);
    deepEqual(names(bench), []);
    const [pool] = bench.server.agent?.status?.storagePools ?? [];
    equal(pool?.present, false);
    match(pool?.message ?? '', /although this host has used pool local there: mount/);
  });

  it('keeps a disk that is to be deleted waiting, and says so', async () => {
    const bench = await rebooted(unmount);
    bench.server.order({ desired: 'Absent', deleteDisks: [{ name: 'root', pool: 'local', path: POOL }] });
    await bench.pass(5000);
    equal(bench.domain()?.phase, 'Stopping');
    equal(ready(bench)?.reason, 'PoolMissing');
    const id = (JSON.parse(bench.host.files.get(`${STATE}/pools.json`) ?? '{}') as Record<string, string>)[
      `local ${POOL}`
    ];
    bench.host.files.put(MARKER, `local ${id}\n`);
    bench.host.files.put(DISK, 'CUSTOMER DATA', 1 << 30);
    await bench.pass(70_000, 500);
    equal(bench.domain()?.phase, 'Absent');
    equal(bench.host.files.get(DISK), undefined);
  });

  it('is not the pool with another ID, nor another pool of that name', async () => {
    for (const marker of ['local id-of-another\n', 'other id-2\n']) {
      const bench = await rebooted((one) => one.host.files.put(MARKER, marker));
      equal(ready(bench)?.reason, 'PoolMissing');
      equal(bench.server.agent?.status?.storagePools?.[0]?.present, false);
    }
  });

  it('is marked by the agent only if it is local, empty, and within the policy', async () => {
    const bench = new VirtualBench();
    const { agent } = bench.server;
    const folders = ['shared', 'full', 'fine'].map((name) => ({
      name,
      driver: 'file' as const,
      path: `${POOL}/${name}`,
    }));
    const outside = { name: 'outside', driver: 'file' as const, path: '/srv/outside', locality: 'local' as const };
    for (const { path } of [...folders, outside]) bench.host.files.put(`${path}/x`, '');
    for (const { path } of [folders[0]!, folders[2]!, outside]) bench.host.files.remove(`${path}/x`);
    const storagePools = [
      { ...folders[0]!, locality: 'shared' as const },
      { ...folders[1]!, locality: 'local' as const },
      { ...folders[2]!, locality: 'local' as const },
      outside,
    ];
    bench.server.agent = { ...agent!, spec: { ...agent!.spec, storagePools } };
    bench.start();
    await bench.pass(15_000);
    const seen = bench.server.agent.status?.storagePools ?? [];
    deepEqual(
      seen.map(({ name, present }) => [name, present]),
      [
        ['shared', false],
        ['full', false],
        ['fine', true],
        ['outside', false],
      ],
    );
    match(seen[0]?.message ?? '', /holds no .xenfleet-pool: mount the pool there; .* mark it with: echo "shared /);
  });
});

describe('a disk of somebody else', () => {
  it('is not given, whatever the order says, and stays as it is', async () => {
    const bench = new VirtualBench();
    bench.start();
    await bench.pass(2000);
    bench.host.files.put(`${POOL}/${UUID}.root.owner`, '{"fleet":"f","namespace":"a","name":"web"}\n');
    bench.host.files.put(DISK, 'OF TENANT A', 1 << 30);
    bench.server.order({ disks: [{ ...root!, made: true }] });
    await bench.pass(5000);
    equal(ready(bench)?.reason, 'DiskNotOwned');
    bench.server.order({ desired: 'Absent', deleteDisks: [{ name: 'root', pool: 'local', path: POOL }] });
    await bench.pass(5000);
    equal(ready(bench)?.reason, 'DiskNotOwned');
    equal(bench.host.files.get(DISK), 'OF TENANT A');
    const [retained] = bench.server.agent?.status?.retainedDisks ?? [];
    deepEqual([retained?.namespace, retained?.vmName], ['a', 'web']);
  });
});
