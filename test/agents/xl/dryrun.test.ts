/** What xl understood, compared with what was asked: each value once changed, each addition. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { compareDryRun, differenceText } from '../../../agents/xl/dryrun';
import type { RunOrder } from '../../../agents/xl/order';
import { UUID, cfgInput, order } from '../orders';

const disk = { name: 'root', device: 'xvda', sizeBytes: 1, pool: 'p', path: '/pool' };
const nic = { name: 'eth0', bridge: 'xenbr0', mac: '02:00:00:00:00:01' };
const asked: RunOrder = order({
  cpu: { weight: 512, capPercent: 50 },
  disks: [disk, { ...disk, name: 'cd', device: 'xvdb', readOnly: true }],
  networks: [nic],
});
const INPUT = cfgInput(asked, { imageDir: '/images' });
const target = (name: string): string => `/pool/${UUID}.${name}.raw`;

/** What a real xl prints of it, in the parts that are compared. */
const understood = () => ({
  c_info: { type: 'pvh', name: 'tenant.web', uuid: UUID },
  b_info: {
    max_vcpus: 4,
    avail_vcpus: [0, 1],
    max_memkb: 1024 * 1024,
    target_memkb: 512 * 1024,
    sched_params: { weight: 512, cap: 50 },
    kernel: '/images/debian/vmlinuz',
    ramdisk: '/images/debian/initrd.gz',
    cmdline: 'console=hvc0',
  } as Record<string, unknown>,
  disks: [
    { pdev_path: target('root'), vdev: 'xvda', format: 'raw', readwrite: 1 },
    { pdev_path: target('cd'), vdev: 'xvdb', format: 'raw' },
  ] as Record<string, unknown>[],
  nics: [{ mac: nic.mac, bridge: 'xenbr0' }] as Record<string, unknown>[],
  on_poweroff: 'preserve',
  on_reboot: 'preserve',
  on_crash: 'preserve',
});
type Understood = ReturnType<typeof understood> & Record<string, unknown>;
const compare = (change: (value: Understood) => void = () => undefined, wanted: RunOrder = asked) => {
  const value = understood() as Understood;
  change(value);
  return compareDryRun(JSON.stringify(value), cfgInput(wanted, { imageDir: '/images' }));
};
const paths = (change: (value: Understood) => void, wanted = asked): string[] | undefined =>
  compare(change, wanted)?.map(({ path }) => path);

describe('a dry run that says what was asked', () => {
  it('has no difference', () => deepEqual(compare(), []));

  it('may leave out what is empty', () => {
    const bare = { ...asked, boot: { kernel: 'debian/vmlinuz' } };
    deepEqual(
      compare(({ b_info }) => {
        delete b_info['ramdisk'];
        delete b_info['cmdline'];
      }, bare),
      [],
    );
    deepEqual(
      compare(({ b_info }) => {
        b_info['ramdisk'] = '';
        b_info['cmdline'] = '';
      }, bare),
      [],
    );
  });

  it('is not asked for what the order leaves out', () => {
    const { cpu: _cpu, disks: _disks, networks: _networks, boot: _boot, ...bare } = asked;
    const left = (value: Understood): void => {
      for (const key of ['kernel', 'ramdisk', 'cmdline', 'sched_params']) delete value.b_info[key];
      value.disks = [];
      delete (value as Record<string, unknown>)['nics'];
    };
    deepEqual(compare(left, bare), []);
  });

  it('of an hvm guest has its firmware and its boot order, and no kernel', () => {
    const guest = (boot?: RunOrder['boot']): RunOrder => {
      const { boot: _boot, ...rest } = asked;
      return { ...rest, type: 'hvm', ...(boot && { boot }) };
    };
    const shown =
      (bios: string, boot: string) =>
      (value: Understood): void => {
        value.c_info.type = 'hvm';
        for (const key of ['kernel', 'ramdisk', 'cmdline']) delete value.b_info[key];
        value.b_info['type.hvm'] = { bios, boot };
      };
    deepEqual(compare(shown('seabios', 'c'), guest()), []);
    deepEqual(compare(shown('ovmf', 'dc'), guest({ firmware: 'uefi', order: ['cdrom', 'disk'] })), []);
    deepEqual(paths(shown('ovmf', 'dc'), guest()), ['b_info.type%hvm.bios', 'b_info.type%hvm.boot']);
    deepEqual(paths(shown('seabios', 'c'), guest({ firmware: 'uefi', order: ['network'] })), [
      'b_info.type%hvm.bios',
      'b_info.type%hvm.boot',
    ]);
  });
});

describe('a dry run that says otherwise is told, field by field', () => {
  const ROWS: readonly [string, (value: Understood) => void][] = [
    ['c_info.type', ({ c_info }) => (c_info.type = 'pv')],
    ['c_info.name', ({ c_info }) => (c_info.name = 'other')],
    ['c_info.uuid', ({ c_info }) => (c_info.uuid = 'other')],
    ['b_info.max_vcpus', ({ b_info }) => (b_info['max_vcpus'] = 5)],
    ['b_info.avail_vcpus.length', ({ b_info }) => (b_info['avail_vcpus'] = [0])],
    ['b_info.max_memkb', ({ b_info }) => (b_info['max_memkb'] = 1)],
    ['b_info.target_memkb', ({ b_info }) => delete b_info['target_memkb']],
    ['b_info.sched_params.weight', ({ b_info }) => (b_info['sched_params'] = { cap: 50 })],
    ['b_info.sched_params.cap', ({ b_info }) => (b_info['sched_params'] = { weight: 512 })],
    ['b_info.kernel', ({ b_info }) => (b_info['kernel'] = '/images/other')],
    ['b_info.ramdisk', ({ b_info }) => delete b_info['ramdisk']],
    ['b_info.cmdline', ({ b_info }) => (b_info['cmdline'] = 'console=hvc0 init=/bin/sh')],
    ['disks.0.pdev_path', ({ disks: [first] }) => (first!['pdev_path'] = '/dev/sda')],
    ['disks.0.vdev', ({ disks: [first] }) => (first!['vdev'] = 'xvdc')],
    ['disks.0.format', ({ disks: [first] }) => (first!['format'] = 'qcow2')],
    ['disks.0.readwrite', ({ disks: [first] }) => delete first!['readwrite']],
    ['disks.1.pdev_path', ({ disks: [, second] }) => (second!['pdev_path'] = target('root'))],
    ['disks.1.readwrite', ({ disks: [, second] }) => (second!['readwrite'] = 1)],
    ['nics.0.mac', ({ nics: [first] }) => (first!['mac'] = '02:00:00:00:00:02')],
    ['nics.0.bridge', ({ nics: [first] }) => (first!['bridge'] = 'xenbr1')],
    ['nics.0.bridge', ({ nics: [first] }) => delete first!['bridge']],
    ['on_poweroff', (value) => (value.on_poweroff = 'destroy')],
    ['on_reboot', (value) => (value.on_reboot = 'restart')],
    ['on_crash', (value) => (value.on_crash = 'restart')],
    ['disks', (value) => value.disks.push({})],
    ['nics', (value) => value.nics.push({})],
    ['pcidevs', (value) => (value['pcidevs'] = [{}])],
    ...['script', 'backend_domname', 'backend', 'backend_domid'].flatMap(
      (key): [string, (value: Understood) => void][] => [
        [`disks.1.${key}`, ({ disks: [, second] }) => (second![key] = 1)],
        [`nics.0.${key}`, ({ nics: [first] }) => (first![key] = '/x')],
      ],
    ),
    ...['bootloader', 'device_model', 'device_model_args', 'extra', 'extra_pv', 'extra_hvm', 'bios_firmware'].map(
      (key): [string, (value: Understood) => void] => [`b_info.${key}`, ({ b_info }) => (b_info[key] = '/x')],
    ),
  ];
  for (const [path, change] of ROWS) it(path, () => deepEqual(paths(change), [path]));

  it('devices that nobody asked for, where none were asked', () => {
    const { disks: _disks, networks: _networks, ...none } = asked;
    deepEqual(
      paths(() => undefined, none),
      ['disks', 'nics'],
    );
  });

  it('a part that is missing is no crash', () => {
    const cut = (part: unknown) => compareDryRun(JSON.stringify({ ...understood(), b_info: part }), INPUT);
    for (const part of [null, 7, 'x']) equal(cut(part)?.filter(({ path }) => path.startsWith('b_info.')).length, 9);
    match(
      JSON.stringify(compareDryRun(JSON.stringify({ ...understood(), disks: [null, 7] }), INPUT)),
      /disks\.0\.vdev/,
    );
  });
});

describe('a dry run that is no JSON of a domain', () => {
  for (const text of ['', 'Parsing config', '[]', 'null', '7', '"c_info"', '{}', '{"b_info":{}}'])
    it(JSON.stringify(text), () => equal(compareDryRun(text, INPUT), undefined));
});

describe('differences are told', () => {
  it('with what was asked and what was understood', () => {
    deepEqual(
      compare(({ c_info }) => (c_info.type = 'pv')),
      [{ path: 'c_info.type', asked: 'pvh', understood: '"pv"' }],
    );
    deepEqual(
      compare(({ b_info }) => delete b_info['max_vcpus']),
      [{ path: 'b_info.max_vcpus', asked: '4', understood: 'nothing' }],
    );
    deepEqual(
      compare((value) => (value['pcidevs'] = [{}])),
      [{ path: 'pcidevs', asked: '', understood: '"1 devices"' }],
    );
    equal(compare(({ c_info }) => (c_info.type = 'x'.repeat(500)))?.[0]?.understood.length, 200);
  });

  it('in a sentence, of five at most', () => {
    const one = (path: string) => ({ path, asked: path === 'b' ? '' : 'x', understood: '7' });
    match(differenceText([one('a'), one('b')]), /: a: asked x, got 7; b: asked nothing, got 7$/);
    match(differenceText(['a', 'b', 'c', 'd', 'e', 'f'].map(one)), /; e: asked x, got 7$/);
  });
});
