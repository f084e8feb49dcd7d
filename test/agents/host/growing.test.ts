/** make-disk grows: what a real shell does with a full pool, and where it is killed half-way. */
import { strict as assert } from 'node:assert';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalHost } from '../../../agents/host/local';
import { imageDir, pool, POOL_ID, POOL_NAME } from './contract-calls';
import { simFolder } from './sim-folder';

const DISK = '0b6f3f6e-51ad-4b43-9f0a-0c8f1c2d3e4f.root';

describe('a disk that is to grow, on a Dom0 with a shell', function () {
  this.timeout(30_000);
  let sim: Awaited<ReturnType<typeof simFolder>>;
  let tools: string;
  let host: LocalHost;
  const file = () => `${sim.host.root}${pool}/${DISK}.raw`;
  /** Goes before the Dom0's own program of that name, until it is taken away. */
  const tool = (name: string, text: string) =>
    writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const find = (bytes: number) => {
    const where = [pool, POOL_NAME, POOL_ID, `${DISK}.raw`];
    const args = ['known', ...where, String(bytes), imageDir, '-', 'f', 'contract', 'web', 'rw'];
    return host.locked('growing', 'make-disk', args);
  };

  before(async () => {
    sim = await simFolder();
    tools = mkdtempSync(join(tmpdir(), 'xenfleet-tools-'));
    host = new LocalHost({ root: sim.host.root, env: { ...sim.host.env, PATH: `${tools}:${sim.host.env.PATH}` } });
    await host.putFile(`${pool}/.xenfleet-pool`, `${POOL_NAME} ${POOL_ID}\n`);
  });
  beforeEach(async () => {
    await host.removeFile(`${pool}/${DISK}.owner`);
    await host.putFile(`${pool}/${DISK}.raw`, 'data of the guest');
  });
  after(async () => {
    rmSync(tools, { recursive: true, force: true });
    await sim.stop();
  });

  for (const words of ['No space left on device', 'Disk quota exceeded'])
    it(`stays as it was where the host says "${words}", and grows later`, async () => {
      tool('truncate', `echo "truncate: failed to truncate '$4' at 8192 bytes: ${words}" >&2; exit 1`);
      const refused = await find(8192);
      rmSync(join(tools, 'truncate'));
      assert.deepEqual([refused.end, refused.code, refused.stdout], ['exited', 1, '']);
      assert.match(refused.stderr, new RegExp(words));
      assert.equal(readFileSync(file(), 'utf8'), 'data of the guest');
      assert.equal((await find(8192)).stdout, 'grown 8192\n');
    });

  for (const [name, left] of Object.entries({ stat: 17, xl: 17, truncate: 17, sync: 8192 }))
    it(`is right after the next run where the script is killed at ${name}`, async () => {
      // The owner file is there already: sync is then called for the disk alone.
      await find(17);
      tool(name, 'kill -9 $PPID');
      assert.notEqual((await find(8192)).code, 0);
      rmSync(join(tools, name));
      assert.equal(statSync(file()).size, left);
      assert.equal((await find(8192)).stdout, `${left === 8192 ? 'kept' : 'grown'} 8192\n`);
      assert.equal(readFileSync(file(), 'utf8').slice(0, 17), 'data of the guest');
      assert.equal(statSync(file()).size, 8192);
    });

  it('is no disk that has grown where the host could not keep it', async () => {
    tool('sync', 'exit 5');
    const failed = await find(8192);
    rmSync(join(tools, 'sync'));
    assert.deepEqual([failed.code, failed.stdout], [5, '']);
  });

  it('is never shrunk nor made, whatever happens to the file meanwhile', async () => {
    const real = 'PATH=${PATH#*:} exec truncate "$@"';
    tool('truncate', `PATH=\${PATH#*:} truncate -s 16384 '${file()}'; ${real}`);
    assert.equal((await find(8192)).stdout, 'grown 16384\n');
    await host.putFile(`${pool}/${DISK}.raw`, 'data of the guest');
    tool('truncate', `rm '${file()}'; ${real}`);
    const gone = await find(8192);
    rmSync(join(tools, 'truncate'));
    assert.notEqual(gone.code, 0);
    assert.equal(await host.readFile(`${pool}/${DISK}.raw`), undefined);
  });
});
