/**
 * The simulating process: several hosts as folders, their executables, and what becomes of them
 * when it is killed.
 */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { intervals, overlaps, startSimHosts } from '.';
import type { SimHosts } from '.';
import { simCfg } from '../agents/host/sim-folder';

const uuid = '00000000-0000-4000-8000-000000000001';

describe('startSimHosts', function () {
  this.timeout(60_000);
  let dir: string;
  let sims: SimHosts;
  // A path longer than a socket's may be.
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), `xenfleet-sim-${'long-'.repeat(20)}`));
    sims = await startSimHosts({
      dir,
      hosts: [{ name: 'one' }, { name: 'two', cpus: 4, memoryMiB: 8192, bridges: ['br7'] }],
    });
  });
  afterEach(async () => {
    await sims.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const xl = (host: string, ...args: string[]) =>
    spawnSync(join(sims.host(host).dir, 'xl'), args, { encoding: 'utf8' });

  it('gives every host its own Xen, files and commands', () => {
    assert.match(xl('one', 'info').stdout, /^host +: one\n[\s\S]*^nr_cpus +: 16$[\s\S]*^total_memory +: 65536$/m);
    assert.match(xl('two', 'info').stdout, /^host +: two\n[\s\S]*^nr_cpus +: 4$[\s\S]*^total_memory +: 8192$/m);
    assert.ok(existsSync(join(sims.host('two').root, 'sys/class/net/br7/bridge')));
    assert.equal(statSync(join(sims.host('one').root, 'var/lib/xenfleet/images/windows.raw')).blocks, 0);
    // By PATH, as the scripts call them; exit codes and both streams come through.
    const { env, root } = sims.host('two');
    const sh = spawnSync('sh', ['-c', 'xenstore-write /a "b c" && xenstore-read /a; xl list nosuch'], {
      env,
      encoding: 'utf8',
      cwd: root,
    });
    assert.deepEqual(
      [sh.stdout, sh.stderr, sh.status],
      ['b c\n', 'nosuch is an invalid domain identifier (rc=-6)\n', 1],
    );
    assert.equal(spawnSync(join(sims.host('one').dir, 'bin/xenstore-read'), ['/a']).status, 1);
  });
  it('a cfg may be named as in the Dom0, or from the folder where one stands', () => {
    writeFileSync(join(dir, 'guest.cfg'), simCfg(uuid, 'a.b'));
    assert.equal(spawnSync('../one/xl', ['create', '-e', '../guest.cfg'], { cwd: join(dir, 'two') }).status, 0);
    writeFileSync(join(sims.host('two').root, 'etc/xen/guest.cfg'), simCfg(uuid, 'a.b'));
    assert.equal(xl('two', 'create', '-e', '/etc/xen/guest.cfg').status, 0);
    assert.equal(overlaps(sims.record()).length, 1, 'one UUID on two hosts');
  });
  it('a kill is a power loss of all its hosts: disks stay, domains do not', async () => {
    writeFileSync(join(dir, 'guest.cfg'), simCfg(uuid, 'a.b'));
    assert.equal(xl('one', 'create', '-e', join(dir, 'guest.cfg')).status, 0);
    writeFileSync(join(sims.host('one').root, 'var/lib/xenfleet/disks/kept.raw'), 'x');
    await sims.kill();
    assert.equal(xl('one', 'list').status, 125);
    sims = await startSimHosts({ dir, hosts: [{ name: 'one' }, { name: 'two' }] });
    assert.ok(!xl('one', 'list').stdout.includes('a.b'));
    assert.ok(existsSync(join(sims.host('one').root, 'var/lib/xenfleet/disks/kept.raw')));
    assert.equal(xl('two', 'create', '-e', join(dir, 'guest.cfg')).status, 0);
    assert.deepEqual(overlaps(sims.record()), []);
    assert.equal(intervals(sims.record()).length, 2);
  });
  it('without Go the Node form of the client does the same', () => {
    const script = join(sims.host('one').dir, 'bin', 'xl-node');
    copyFileSync(join(__dirname, 'client/client-node'), script);
    chmodSync(script, 0o755);
    const asXl = join(sims.host('one').dir, 'bin', 'xenstore-exists');
    rmSync(asXl); // a hard link to the client in the cache: writing into it would change every host's client
    copyFileSync(script, asXl);
    assert.equal(spawnSync(asXl, ['/no/such']).status, 1);
    assert.equal(spawnSync(asXl, ['/local']).status, 0);
  });
});
