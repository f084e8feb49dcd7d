/**
 * The simulated xl says, byte for byte, what a real one was recorded to say; only domids, process
 * IDs and processor times differ.
 */
import { strict as assert } from 'node:assert';
import { ManualClock } from './clock';
import { comparable, labFiles, recorded } from './fixtures';
import { SimXen } from './xen';
import { runCommand } from './xl';
import type { CommandResult } from './xl';

/** The lab's Dom0. */
const spec = { name: 'xen1', cpus: 2, memoryMiB: 2047, dom0MiB: 512, dom0Vcpus: 1, createMs: 1000, destroyMs: 1000 };

describe('the simulated xl and the recorded one', () => {
  let clock: ManualClock;
  let xen: SimXen;
  beforeEach(() => {
    clock = new ManualClock();
    xen = new SimXen({ spec, clock, files: labFiles() });
  });

  /** Runs a command line, letting time pass until it ends. */
  async function run(line: string, limitMs = 70_000): Promise<CommandResult> {
    let done: CommandResult | undefined;
    void runCommand(xen, line.split(' ')).then((result) => (done = result));
    await clock.advance(0);
    for (let ms = 0; ms <= limitMs && !done; ms += 500) await clock.advance(500);
    assert.ok(done, `${line} did not end`);
    return done;
  }

  /** Runs what the recording ran and compares. */
  async function same(name: string, line = recorded(name).command): Promise<void> {
    assert.deepEqual(comparable(await run(line)), comparable(recorded(name)), name);
  }

  for (const failure of [
    'bridge',
    'disk-file',
    'disk-phy',
    'disk-spec',
    'kernel',
    'memory',
    'no-cfg',
    'option',
    'ramdisk',
    'syntax',
    'type',
    'uuid',
  ])
    it(`a create that fails: ${failure}`, async () => {
      await same(`fail-${failure}`);
      await same('fail-list-v-after');
    });

  it('a PVH guest from create to destroy', async () => {
    await same('list-v-idle');
    await same('list-l-idle');
    await same('pvh-create-n');
    await same('pvh-create');
    await clock.advance(3000);
    await same('pvh-running-list-v');
    await same('pvh-running-list-l');
    await same('pvh-running-list-l-one');
    await same('pvh-domid');
    await same('pvh-mem-set');
    await same('pvh-mem-set-list-v');
    await same('pvh-mem-set-list-l');
    await same('pvh-mem-set-too-much');
    await same('pvh-mem-set-up');
    await same('pvh-vcpu-set');
    await same('pvh-vcpu-set-list-l');
    await same('pvh-vcpu-set-too-many');
    await same('pvh-pause');
    await same('pvh-unpause');
    await same('pvh-create-again');
    await same('pvh-shutdown');
    await clock.advance(5000);
    await same('pvh-off-list-l');
    await same('pvh-off-shutdown');
    await same('pvh-off-create-again');
    await same('pvh-destroy');
    await same('pvh-gone-destroy');
    await same('pvh-gone-list-v');
  });
  it('a PV guest', async () => {
    await same('pv-create');
    await clock.advance(3000);
    await same('pv-list-v');
    await same('pv-list-l');
    await same('pv-shutdown');
  });
  it('an HVM guest without PV drivers', async () => {
    await same('hvm-create');
    await same('hvm-list-v');
    await same('hvm-list-l');
    await same('hvm-shutdown-no-drivers');
    await same('hvm-shutdown-F');
    await same('hvm-destroy');
  });
  it('a guest that ends by itself stays, with the reason', async () => {
    for (const end of ['poweroff', 'reboot', 'crash']) {
      await same(`self-${end}-create`);
      await clock.advance(5000);
      await same(`self-${end}-list-v`);
      await run(`xl destroy lab.self-${end}`);
    }
    await same('asked-reboot-create');
    await same('asked-reboot');
    await clock.advance(3000);
    await same('asked-reboot-list-v');
  });
  it('a deaf guest', async () => {
    await same('deaf-create');
    await same('deaf-shutdown');
    await clock.advance(20_000);
    await same('deaf-list-v');
    await same('deaf-destroy');
  });
  it('a paused guest', async () => {
    await same('paused-create');
    await same('paused-list-v');
    await same('paused-shutdown');
    await same('paused-destroy');
  });
  it('a domain that is being built, and one whose xl was killed', async () => {
    const killed = new AbortController();
    void runCommand(xen, ['xl', 'create', '-e', 'pvh.cfg'], { signal: killed.signal });
    await clock.advance(500);
    await same('pvh-building-list-v', 'xl list -v');
    await same('pvh-building-list-l', 'xl list -l');
    killed.abort();
    await clock.advance(60_000);
    await same('killed-create-list-v');
    await same('killed-create-list-l');
    await same('killed-create-create-again');
    assert.equal((await run('xl destroy lab.pvh')).code, 0);
    await same('list-v-idle');
  });
  it('a domain at birth has no name yet', async () => {
    void runCommand(xen, ['xl', 'create', '-e', 'nameless.cfg']);
    await clock.advance(100);
    const result = await runCommand(xen, ['xl', 'list', '-v']);
    assert.deepEqual(comparable(result), comparable(recorded('nameless-birth-list-v')));
  });
  it('two creates side by side of one name and UUID both succeed; one after the other of one UUID, too', async () => {
    const both = [
      runCommand(xen, ['xl', 'create', '-e', 'twice.cfg']),
      runCommand(xen, ['xl', 'create', '-e', 'twice.cfg']),
    ];
    await clock.advance(5000);
    for (const { code, stderr } of await Promise.all(both))
      assert.deepEqual([code, stderr], [0, 'Parsing config from twice.cfg\n']);
    await same('twice-list-v');
    for (const name of ['lab.twice', 'lab.twice']) await run(`xl destroy ${name}`);
    await same('same-name', 'xl create -e same-name.cfg');
    await same('same-name-2');
    await same('same-uuid');
    await same('same-uuid-list-v');
  });
  it('what is not there', async () => {
    for (const name of [
      'list-unknown',
      'destroy-unknown',
      'domid-unknown',
      'mem-set-unknown',
      'shutdown-unknown',
      'unknown-command',
    ])
      await same(name);
    for (const name of ['destroy-0', 'destroy-999']) await same(`recorded/${name}`);
  });
  it('xenstore marks', async () => {
    await same('xenstore-mark-none');
    const path = '/xenfleet/00000001-1111-4111-8111-000000000001';
    await runCommand(xen, ['xenstore-write', path, '{"vm":"lab/pvh","epoch":1}']);
    await same('xenstore-mark');
    await same('xenstore-mark-rm');
    assert.equal((await run('xenstore-ls -f /xenfleet')).stdout, '');
  });
  it('xl info, but for what depends on the machine', async () => {
    const machine = /^(cpu_mhz|hw_caps|free_memory|xen_commandline) .*$/gm;
    assert.equal((await run('xl info')).stdout.replace(machine, '$1'), recorded('info').stdout.replace(machine, '$1'));
    assert.match((await run('xl info')).stdout, /^xen_commandline +: .*dom0_mem=512M,max:512M/m);
    assert.equal((await run('xl info total_memory')).stdout, '2047\n');
    // The real host of this size: 1512.
    assert.ok(Math.abs(Number((await run('xl info free_memory')).stdout) - 1512) < 8);
  });
});
