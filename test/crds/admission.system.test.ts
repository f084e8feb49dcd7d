/** What the real API server says to manifests: good ones pass untouched, bad ones are refused by the field's name. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane } from '../control-plane/control-plane';
import type { ControlPlane } from '../control-plane/types';

type Spec = Record<string, unknown>;
const CRDS = join(__dirname, '../../crds');

const disk = (over: Spec = {}): Spec => ({ name: 'root', device: 'xvda', size: '20Gi', pool: 'local', ...over });
const pvh = (over: Spec = {}): Spec => ({
  className: 'vps-16g',
  type: 'pvh',
  boot: { kernel: 'debian/vmlinuz', ramdisk: 'debian/initrd.gz', cmdline: 'root=/dev/xvda ro console=hvc0' },
  disks: [disk()],
  networks: [{ name: 'eth0', network: 'public' }],
  ...over,
});

function manifest(kind: string, name: string, spec: Spec): string {
  return JSON.stringify({ apiVersion: 'xenfleet.io/v1alpha1', kind, metadata: { name }, spec });
}

/** [what is wrong, kind, spec, what the refusal must name] */
const REFUSED: readonly [string, string, Spec, RegExp][] = [
  ['neither class nor resources', 'XenVM', { type: 'hvm' }, /exactly one of spec\.className .* and spec\.resources/],
  [
    'both class and resources',
    'XenVM',
    pvh({ resources: { vcpus: 1, memory: '1Gi' } }),
    /exactly one of spec\.className/,
  ],
  ['pvh without a kernel', 'XenVM', pvh({ boot: {} }), /spec\.boot\.kernel is needed for type pv and pvh/],
  ['hvm with a kernel', 'XenVM', pvh({ type: 'hvm' }), /an hvm guest boots through its firmware/],
  ['pv with firmware', 'XenVM', pvh({ type: 'pv', boot: { kernel: 'a/b', firmware: 'uefi' } }), /for type hvm only/],
  ['unknown type', 'XenVM', pvh({ type: 'kvm' }), /spec\.type: Unsupported value: "kvm": supported values: .*"pvh"/],
  ['unknown policy', 'XenVM', pvh({ runPolicy: 'Sometimes' }), /spec\.runPolicy: Unsupported value/],
  ['absolute kernel', 'XenVM', pvh({ boot: { kernel: '/etc/passwd' } }), /spec\.boot\.kernel/],
  ['kernel that climbs', 'XenVM', pvh({ boot: { kernel: 'a/../../etc/passwd' } }), /spec\.boot\.kernel/],
  ['dots inside a name', 'XenVM', pvh({ boot: { kernel: 'a..b' } }), /spec\.boot\.kernel.*must not contain '\.\.'/s],
  ['a separator in an image', 'XenVM', pvh({ disks: [disk({ image: 'a.raw,script=/x' })] }), /spec\.disks\[0\]\.image/],
  [
    'a quote in the command line',
    'XenVM',
    pvh({ boot: { kernel: 'a', cmdline: 'x" on_crash="restart' } }),
    /spec\.boot\.cmdline/,
  ],
  ['a newline in the command line', 'XenVM', pvh({ boot: { kernel: 'a', cmdline: 'x\ny' } }), /spec\.boot\.cmdline/],
  ['two disks on one device', 'XenVM', pvh({ disks: [disk(), disk({ name: 'b' })] }), /two disks have the same device/],
  [
    'two disks of one name',
    'XenVM',
    pvh({ disks: [disk(), disk({ device: 'xvdb' })] }),
    /spec\.disks\[1\]: Duplicate value/,
  ],
  ['a device that Xen has not', 'XenVM', pvh({ disks: [disk({ device: 'vda' })] }), /spec\.disks\[0\]\.device/],
  [
    'a size that is none',
    'XenVM',
    pvh({ disks: [disk({ size: 'big' })] }),
    /size must be a quantity between 1Mi and 64Ti/,
  ],
  [
    'multicast mac',
    'XenVM',
    pvh({ networks: [{ name: 'e', network: 'p', mac: '01:00:5e:00:00:01' }] }),
    /spec\.networks\[0\]\.mac/,
  ],
  [
    'zero mac',
    'XenVM',
    pvh({ networks: [{ name: 'e', network: 'p', mac: '00:00:00:00:00:00' }] }),
    /must not be all zero/,
  ],
  [
    'one mac twice',
    'XenVM',
    pvh({ networks: ['a', 'b'].map((name) => ({ name, network: 'p', mac: '02:00:00:00:00:01' })) }),
    /two interfaces have the same mac/,
  ],
  ['too little memory', 'XenVMClass', { vcpus: 1, memory: '7Mi' }, /memory must be a quantity between 8Mi and 8Ti/],
  ['memory that is none', 'XenVMClass', { vcpus: 1, memory: 'lots' }, /memory must be a quantity/],
  ['no vCPU', 'XenVMClass', { vcpus: 0, memory: '1Gi' }, /spec\.vcpus.*greater than or equal to 1/],
  ['too many vCPUs', 'XenVMClass', { vcpus: 513, memory: '1Gi' }, /spec\.vcpus.*less than or equal to 512/],
  ['a zero uuid', 'XenVM', pvh({ identity: { uuid: '00000000-0000-0000-0000-000000000000' } }), /that is Dom0/],
  [
    'a relative pool path',
    'XenStoragePool',
    { driver: 'file', path: 'disks', locality: 'local', allowedNamespaces: { from: 'All' } },
    /spec\.path/,
  ],
  [
    'a pool path that climbs',
    'XenStoragePool',
    { driver: 'file', path: '/var/../etc', locality: 'local', allowedNamespaces: { from: 'All' } },
    /spec\.path/,
  ],
  [
    'a bridge with a comma',
    'XenNetwork',
    { bridge: 'br0,script=x', allowedNamespaces: { from: 'All' } },
    /spec\.bridge/,
  ],
  [
    'a selector that is missing',
    'XenNetwork',
    { bridge: 'br0', allowedNamespaces: { from: 'Selector' } },
    /selector goes with from: Selector/,
  ],
  ['ssh without facts', 'XenHost', { connection: { mode: 'ssh' } }, /connection\.ssh goes with mode: ssh/],
  [
    'a host key that is none',
    'XenHost',
    { connection: { mode: 'ssh', ssh: { host: 'h', hostKey: 'abc' } } },
    /hostKey/,
  ],
];

describe('admission by the real API server', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  const create = (text: string): Promise<{ code: number; stdout: string; stderr: string }> =>
    plane.tryKubectl(['apply', '-f', '-'], { stdin: text });

  before(async () => {
    plane = await startControlPlane();
    const files = readdirSync(CRDS).filter((file) => file.endsWith('.yaml'));
    await plane.kubectl(['apply', '--server-side', ...files.flatMap((file) => ['-f', join(CRDS, file)])]);
    await plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  });
  after(() => plane.stop());

  for (const [what, kind, spec, names] of REFUSED) {
    it(`refuses ${what}`, async () => {
      const answer = await create(manifest(kind, 'bad', spec));
      equal(answer.code, 1, `was accepted: ${answer.stdout}`);
      match(answer.stderr, names);
    });
  }

  it('refuses a host name that its namespace cannot carry', async () => {
    const answer = await create(manifest('XenHost', 'a'.repeat(56), {}));
    match(answer.stderr, /DNS label of at most 55 characters/);
  });

  it('refuses a VM name that is too long for a domain', async () => {
    match((await create(manifest('XenVM', 'a'.repeat(64), pvh()))).stderr, /at most 63 characters/);
  });

  it('asks for nothing that is not needed', async () => {
    const minimal = { resources: { vcpus: 1, memory: '1Gi' }, type: 'hvm', disks: [disk({ device: 'hda' })] };
    equal((await create(manifest('XenVM', 'minimal', minimal))).code, 0);
    equal((await create(manifest('XenHost', 'h1', {}))).code, 0);
  });

  it('keeps what was applied as it was: kubectl diff is empty', async () => {
    const text = manifest('XenVM', 'plain', pvh());
    await plane.kubectl(['apply', '-f', '-'], { stdin: text });
    deepEqual(await plane.tryKubectl(['diff', '-f', '-'], { stdin: text }), { code: 0, stdout: '', stderr: '' });
  });

  it('shows a fresh VM as not observed yet', async () => {
    const seen = await plane.kubectl(['get', 'xvm', 'plain', '-o', 'jsonpath={.status.observedGeneration}']);
    equal(seen, '-1');
  });

  it('keeps a class as it was sold', async () => {
    await plane.kubectl(['apply', '-f', '-'], { stdin: manifest('XenVMClass', 'vps', { vcpus: 4, memory: '16Gi' }) });
    const answer = await create(manifest('XenVMClass', 'vps', { vcpus: 8, memory: '16Gi' }));
    match(answer.stderr, /spec of a XenVMClass is immutable/);
  });

  describe('edits of a VM', () => {
    const edit = (spec: Spec): Promise<{ code: number; stderr: string }> => create(manifest('XenVM', 'edited', spec));
    const identity = { uuid: '11111111-2222-4333-8444-555555555555' };

    before(() => plane.kubectl(['apply', '-f', '-'], { stdin: manifest('XenVM', 'edited', pvh({ identity })) }));

    it('refuses another type while it may run', async () => {
      match(
        (await edit(pvh({ identity, type: 'pv' }))).stderr,
        /spec\.type can change only while spec\.runPolicy is Halted/,
      );
    });
    it('refuses another image while it may run', async () => {
      const changed = pvh({ identity, disks: [disk({ image: 'other.raw' })] });
      match((await edit(changed)).stderr, /the pool and the image of a disk can change only/);
    });
    it('refuses a smaller disk', async () => {
      match((await edit(pvh({ identity, disks: [disk({ size: '10Gi' })] }))).stderr, /may grow but never shrink/);
    });
    it('lets a disk grow', async () => {
      equal((await edit(pvh({ identity, disks: [disk({ size: '30Gi' })] }))).code, 0);
    });
    it('refuses another identity, and none', async () => {
      const disks = [disk({ size: '30Gi' })];
      const other = { uuid: '11111111-2222-4333-8444-555555555556' };
      match((await edit(pvh({ disks, identity: other }))).stderr, /spec\.identity is immutable/);
      const put = JSON.stringify({ spec: { identity: null } });
      const gone = await plane.tryKubectl(['patch', 'xvm', 'edited', '--type=merge', '-p', put]);
      match(gone.stderr, /spec\.identity is immutable/);
    });
    it('allows another type once it is halted, before and after', async () => {
      const disks = [disk({ size: '30Gi' })];
      equal((await edit(pvh({ identity, disks, runPolicy: 'Halted' }))).code, 0);
      equal((await edit(pvh({ identity, disks, runPolicy: 'Halted', type: 'pv' }))).code, 0);
    });
  });

  it('explains its fields', async () => {
    match(await plane.kubectl(['explain', 'xvm.spec.boot']), /How the guest boots.*kernel.*ramdisk/s);
  });

  it('lists by short names, category and field selectors', async () => {
    match(await plane.kubectl(['get', 'xvm']), /^NAME\s+CLASS\s+TYPE\s+PHASE\s+HOST\s+AGE/);
    match(await plane.kubectl(['get', 'xen', '--ignore-not-found']), /xenvmclass/);
    equal(await plane.kubectl(['get', 'xvm', '--field-selector', 'status.phase=Running', '-o', 'name']), '');
  });
});
