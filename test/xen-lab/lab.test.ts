/**
 * The lab itself: a real Xen answers, runs a guest, and lets it go. Everything else on real Xen
 * builds on this.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { labReason, startLab } from './lab';
import type { Lab } from './lab';

const UUID = '6f1c2c0e-8f1d-4f7c-9a6d-1d2f3a4b5c6d';
const CFG = `
name = "lab.first"
uuid = "${UUID}"
type = "pvh"
memory = 160
vcpus = 1
kernel = "/var/lib/xenfleet/images/debian/vmlinuz"
ramdisk = "/var/lib/xenfleet/images/debian/initrd.gz"
cmdline = "console=hvc0 mitigations=off nokaslr loglevel=4"
disk = [ "format=raw,vdev=xvda,access=rw,target=/var/lib/xenfleet/disks/first.raw" ]
vif = [ "mac=02:16:3e:00:00:01,bridge=xenbr0" ]
on_poweroff = "preserve"
`;

describe('xen lab: one real Dom0', function () {
  let lab: Lab;

  before(async function () {
    const reason = labReason();
    if (reason !== undefined) {
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    this.timeout(20 * 60_000);
    lab = await startLab({ log: (line) => console.log(`      ${line}`) });
  });
  after(async function () {
    this.timeout(30_000);
    await (lab as Lab | undefined)?.stop();
  });
  this.timeout(600_000);

  /** Runs a command that must succeed. */
  async function ok(command: string): Promise<string> {
    const result = await lab.exec(command);
    assert.equal(result.code, 0, `${command}: ${result.stderr}`);
    return result.stdout;
  }
  async function until(what: string, test: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 180_000;
    while (!(await test())) {
      if (Date.now() > deadline) assert.fail(`not within 180 s: ${what}`);
      await sleep(500);
    }
  }

  it('is Xen 4.17 with a fixed Dom0 that can run pv, pvh and hvm guests', async () => {
    const info = await ok('xl info');
    assert.match(info, /^xen_version +: 4\.17/m);
    assert.match(info, /^virt_caps +: pv hvm hap/m);
    assert.match(await ok('xl list'), /^Domain-0 +0 +512 +1 /m);
  });

  it('offers what an agent needs: flock, images, a bridge, a policy', async () => {
    const policy: unknown = JSON.parse(await ok('flock -o /run/lock/probe cat /etc/xenfleet/policy.json'));
    assert.deepEqual(policy, {
      storagePaths: ['/var/lib/xenfleet/disks'],
      imageDir: '/var/lib/xenfleet/images',
      bridges: ['xenbr0'],
    });
    await ok(
      'cd /var/lib/xenfleet/images && test -s debian/vmlinuz -a -s debian/initrd.gz -a -s debian.raw && test -d /sys/class/net/xenbr0',
    );
  });

  it('runs a PVH guest that sees its disk and its network card, and shuts down when asked', async () => {
    await ok('cp /var/lib/xenfleet/images/debian.raw /var/lib/xenfleet/disks/first.raw');
    assert.equal((await lab.exec('cat > /tmp/first.cfg', { stdin: CFG })).code, 0);
    await ok('xl create -e /tmp/first.cfg');
    await until('GUEST-READY on the console', async () => (await lab.console('lab.first')).includes('GUEST-READY'));
    const said = await lab.console('lab.first');
    assert.match(said, /GUEST-DISK \/dev\/xvda sectors=2048 xenfleet lab image/);
    assert.match(said, /GUEST-NIC eth0 02:16:3e:00:00:01/);

    await ok('xl shutdown lab.first');
    await until('the guest is off', async () =>
      (await ok('xl list -v')).split('\n').some((row) => row.includes(UUID) && row.includes('---s--')),
    );
    await ok('xl destroy lab.first');
    await until('the guest is gone', async () => !(await ok('xl list -v')).includes(UUID));
  });
});
