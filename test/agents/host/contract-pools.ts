/**
 * The contract of the scripts about pools: a folder that does not prove to be the pool is not
 * touched.
 */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { assertExited, contractDir, pool, POOL_ID, POOL_NAME } from './contract-calls';
import type { HostUnderTest } from './contract-calls';
import { diskCalls } from './contract-disks';

export function poolContract(under: () => HostUnderTest): void {
  const host = () => under().host;
  const calls = () => diskCalls(under());
  const open = (path: string, name: string, act: string) => host().locked('pools', 'open-pool', [path, name, act]);
  /** An empty folder. */
  const folder = async (): Promise<string> => {
    const path = `${contractDir}/pools/${randomUUID()}`;
    await host().putFile(`${path}/x`, '');
    await host().removeFile(`${path}/x`);
    return path;
  };

  it('marks an empty folder, once, and tells what the marker says from then on', async () => {
    const path = await folder();
    assertExited(await open(path, 'fast', 'look'), 46);
    const marked = await open(path, 'fast', 'mark');
    assertExited(marked, 0);
    assert.match(marked.stdout, /^fast \S+\n$/);
    for (const act of ['look', 'mark']) assert.equal((await open(path, 'fast', act)).stdout, marked.stdout);
    assert.equal(await host().readFile(`${path}/.xenfleet-pool`), marked.stdout);
  });
  it('marks no folder that has anything in it, and no folder of another pool', async () => {
    for (const name of ['disk.raw', '.hidden']) {
      const path = await folder();
      await host().putFile(`${path}/${name}`, 'data');
      assertExited(await open(path, 'fast', 'mark'), 46);
      assert.equal(await host().readFile(`${path}/.xenfleet-pool`), undefined);
    }
    assertExited(await open(pool, 'fast', 'mark'), 46);
    assertExited(await open(`${contractDir}/no-pool`, 'fast', 'mark'), 46);
    assert.deepEqual(await host().listDir(`${contractDir}/no-pool`), []);
  });
  it('takes the word of an administrator: a name alone will do', async () => {
    const path = await folder();
    await host().putFile(`${path}/.xenfleet-pool`, 'fast\n');
    assert.equal((await open(path, 'fast', 'look')).stdout, 'fast\n');
    assertExited(await calls().make(randomUUID(), 4096, '-', { path, name: 'fast', id: '-' }), 0);
  });
  it('makes and removes nothing in a folder that is not the pool', async () => {
    const bare = await folder();
    const disk = randomUUID();
    const wrong = [
      { path: bare },
      { path: `${contractDir}/no-pool` },
      { name: 'other' },
      { id: 'id-2' },
      { name: `${POOL_NAME} ${POOL_ID}`, id: '' },
    ];
    for (const where of wrong) {
      assertExited(await calls().make(disk, 4096, '-', where), 46);
      assertExited(await calls().find(disk, where), 46);
      assertExited(await calls().remove(disk, where), 46);
    }
    assert.deepEqual(await host().listDir(bare), []);
    assert.deepEqual(await host().listDir(`${contractDir}/no-pool`), []);
    assert.equal(await host().readFile(`${pool}/${disk}.raw`), undefined);
  });
}
