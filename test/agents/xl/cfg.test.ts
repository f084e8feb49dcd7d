import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { renderCfg } from '../../../agents/xl/cfg';
import { compareDryRun } from '../../../agents/xl/dryrun';
import type { RunOrder } from '../../../agents/xl/order';
import { checkPolicy, parsePolicy } from '../../../agents/xl/policy';
import { UUID, cfgInput, order } from '../orders';
import { recording } from './fixtures';

const input = (wanted: RunOrder, uuid = UUID) => cfgInput(wanted, { uuid });
const render = (changes: Partial<RunOrder> = {}) => renderCfg(input(order(changes)));
const text = (changes: Partial<RunOrder> = {}): string => {
  const result = render(changes);
  return result.ok ? result.text : '';
};

describe('cfg', () => {
  it('of a pvh guest', () => {
    equal(
      text(),
      `name = "tenant.web"
uuid = "${UUID}"
type = "pvh"
vcpus = 2
maxvcpus = 4
memory = 512
maxmem = 1024
kernel = "/var/lib/xenfleet/images/debian/vmlinuz"
ramdisk = "/var/lib/xenfleet/images/debian/initrd.gz"
cmdline = "console=hvc0"
disk = [ 'format=raw,vdev=xvda,access=rw,target=/var/lib/xenfleet/disks/${UUID}.root.raw' ]
vif = [ 'mac=02:00:00:00:00:01,bridge=xenbr0' ]
on_poweroff = "preserve"
on_reboot = "preserve"
on_crash = "preserve"
on_watchdog = "preserve"
on_soft_reset = "preserve"
`,
    );
  });

  it('of an hvm guest: firmware, boot order, no screen on the network', () => {
    const hvm = text({ type: 'hvm', boot: { firmware: 'uefi', order: ['cdrom', 'disk'] } });
    match(hvm, /bios = "ovmf"\nboot = "dc"\nserial = "pty"\nvnc = 0\nsdl = 0\n/);
    match(text({ type: 'hvm', boot: {} }), /bios = "seabios"\nboot = "c"\n/);
  });

  const refused: [string, Partial<RunOrder>, string][] = [
    ['a kernel out of the image directory', { boot: { kernel: '../../etc/shadow' } }, 'boot.kernel'],
    ['an absolute kernel', { boot: { kernel: '/etc/shadow' } }, 'boot.kernel'],
    ['a quote in the command line', { boot: { kernel: 'k', cmdline: 'a" \nvif=["' } }, 'boot.cmdline'],
    ['a line break at the end', { boot: { kernel: 'k', cmdline: 'a\n' } }, 'boot.cmdline'],
    ['no kernel', { boot: {} }, 'boot.kernel'],
    ['a kernel for hvm', { type: 'hvm', boot: { kernel: 'k' } }, 'boot.kernel'],
    [
      'a bridge with a script',
      { networks: [{ name: 'e', mac: '02:00:00:00:00:01', bridge: 'b,script=x' }] },
      'networks[e].bridge',
    ],
    ['a multicast MAC', { networks: [{ name: 'e', mac: '01:00:00:00:00:01', bridge: 'b' }] }, 'networks[e].mac'],
    [
      'a climbing pool',
      { disks: [{ name: 'a', device: 'xvda', sizeBytes: 1, pool: 'p', path: '/a/../b' }] },
      'disks[a].path',
    ],
    [
      'a disk name with a slash',
      { disks: [{ name: 'a/b', device: 'xvda', sizeBytes: 1, pool: 'p', path: '/a' }] },
      'disks[a/b].name',
    ],
    ['a name of more than one line', { vm: { namespace: 'a', name: 'b"\n', uid: 'u' } }, 'vm'],
    ['a fraction of a vCPU', { vcpus: { count: 1.5, max: 2 } }, 'vcpus.count'],
    ['more vCPUs than the most', { vcpus: { count: 3, max: 2 } }, 'vcpus.count'],
  ];
  for (const [title, changes, field] of refused)
    it(`refuses ${title}, naming ${field}`, () => {
      const result = render(changes);
      ok(!result.ok);
      equal(result.refusal.field, field);
      ok(result.refusal.remedy.length > 5);
    });

  it('refuses a disk whose driver says nothing of it, or what is no path', () => {
    for (const path of ['', 'relative', '/a,script=/x', "/a'", '/a/../b'])
      for (const targets of [new Map([['root', { format: 'raw' as const, path }]]), new Map<string, never>()]) {
        const result = renderCfg({ ...input(order()), targets });
        ok(!result.ok && result.refusal.field === 'disks[root] on the host');
      }
  });

  it('refuses one device for two disks', () => {
    const disk = { device: 'xvda', sizeBytes: 1, pool: 'p', path: '/p' };
    const result = render({
      disks: [
        { name: 'a', ...disk },
        { name: 'b', ...disk },
      ],
    });
    ok(!result.ok && result.refusal.field === 'disks.device');
  });
});

describe('dry run', () => {
  const asked: RunOrder = order({
    vm: { namespace: 'lab', name: 'pvh', uid: 'u' },
    vcpus: { count: 1, max: 2 },
    memory: { targetMiB: 160, maxMiB: 192 },
    boot: {
      kernel: 'debian/vmlinuz',
      ramdisk: 'debian/initrd.gz',
      cmdline: 'console=hvc0 mitigations=off nokaslr loglevel=4',
    },
    disks: [],
    networks: [{ name: 'eth0', bridge: 'xenbr0', mac: '02:16:3e:00:00:01' }],
  });
  const uuid = '00000001-1111-4111-8111-000000000001';
  const real = recording('pvh-create-n').stdout.replace(/"disks": \[[^]*?\],\n/, '');
  const differences = (json: string, wanted: RunOrder = asked) => compareDryRun(json, input(wanted, uuid));

  it('of a real xl says what was asked', () => deepEqual(differences(real), []));

  it('finds a value that xl took otherwise', () => {
    const found = differences(real, { ...asked, memory: { targetMiB: 160, maxMiB: 200 } });
    deepEqual(found, [{ path: 'b_info.max_memkb', asked: '204800', understood: '196608' }]);
  });

  it('finds a disk that is another one than its driver says, or is another format, device or access', () => {
    const disk = { name: 'root', device: 'xvda', sizeBytes: 1, pool: 'p', path: '/p' };
    const said = recording('pvh-create-n').stdout;
    const target = { format: 'raw', path: '/var/lib/xenfleet/disks/pvh-root.raw' } as const;
    const found = (json: string, changes: { disk?: object; path?: string } = {}) => {
      const order = { ...asked, disks: [{ ...disk, ...changes.disk }] };
      const targets = new Map([['root', { ...target, path: changes.path ?? target.path }]]);
      return compareDryRun(json, { ...input(order, uuid), targets })?.map(({ path }) => path);
    };
    deepEqual(found(said), []);
    deepEqual(found(said, { path: '/p/other.raw' }), ['disks.0.pdev_path']);
    deepEqual(found(said, { disk: { device: 'xvdb' } }), ['disks.0.vdev']);
    deepEqual(found(said, { disk: { readOnly: true } }), ['disks.0.readwrite']);
    deepEqual(found(said.replace('"format": "raw"', '"format": "qcow2"')), ['disks.0.format']);
  });

  it('finds a disk, a script or a device that nobody asked for', () => {
    equal(differences(recording('pvh-create-n').stdout)?.[0]?.path, 'disks');
    equal(differences(real.replace('"bridge"', '"script": "/x", "bridge"'))?.[0]?.path, 'nics.0.script');
    equal(differences(real.replace('"on_reboot"', '"pcidevs": [{}], "on_reboot"'))?.[0]?.path, 'pcidevs');
  });

  it('is not understood where it is no JSON of a domain', () => {
    equal(differences('Parsing config'), undefined);
    equal(differences('[]'), undefined);
  });
});

describe('policy', () => {
  const good = '{"storagePaths":["/pool"],"imageDir":"/images","bridges":["xenbr0"]}';
  const policy = (given: string) => parsePolicy(given);

  it('allows what it names', () => {
    const parsed = policy(good);
    ok(parsed.ok);
    equal(checkPolicy(parsed.policy, order({ disks: [] })), undefined);
    const within = [{ name: 'a', device: 'xvda', sizeBytes: 1, pool: 'p', path: '/pool/deeper' }];
    equal(checkPolicy(parsed.policy, order({ disks: within })), undefined);
  });

  it('refuses everything else, naming the field', () => {
    const parsed = policy(good);
    ok(parsed.ok);
    for (const path of ['/pool2', '/', '/pool/../etc', '/poo'])
      equal(
        checkPolicy(parsed.policy, order({ disks: [{ name: 'a', device: 'xvda', sizeBytes: 1, pool: 'p', path }] }))
          ?.field,
        'disks[a].path',
        path,
      );
    equal(
      checkPolicy(parsed.policy, { networks: [{ name: 'e', mac: 'm', bridge: 'br9' }] })?.field,
      'networks[e].bridge',
    );
    equal(checkPolicy(parsed.policy, { deleteDisks: [{ name: 'a', path: '/etc' }] })?.field, 'disks[a].path');
  });

  for (const bad of [
    '',
    '[]',
    '{',
    '{"imageDir":"rel"}',
    '{"imageDir":"/i","bridges":"x"}',
    '{"imageDir":"/i","storagepaths":[]}',
  ])
    it(`allows nothing where it reads ${bad || 'nothing'}`, () => ok(!policy(bad).ok));
  it('allows nothing where there is none', () => ok(!parsePolicy(undefined).ok));
});
