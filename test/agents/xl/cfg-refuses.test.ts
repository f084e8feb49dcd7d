/** Every value that a cfg refuses; and no value is more than a value, whatever it holds. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import type { RunOrder } from '../../../agents/xl/order';
import { parseCfg } from '../../sim/xl-cfg';
import { UUID, cfgInput, order } from '../orders';
import { MAC, disk, hvm, nic, render, said } from './cfg-words';

describe('a cfg refuses', () => {
  const uuids = [`x${UUID}`, `${UUID}x`, UUID.toUpperCase(), '', `${UUID}\n`];
  for (const uuid of uuids)
    it(`the UUID ${JSON.stringify(uuid)}`, () => equal(said({}, 'uuid', uuid), 'refused metadata.name'));

  const NAMES: readonly [string, string, boolean][] = [
    ['a', 'b', true],
    ['a', 'b.c', true],
    ['ten-ant', 'w-e.b', true],
    ['a', 'b"', false],
    ['"a', 'b', false],
    ['-a', 'b', false],
    ['a-', 'b', false],
    ['a', 'b-', false],
    ['a', '.b', false],
    ['a', 'b.', false],
    ['A', 'b', false],
  ];
  for (const [namespace, name, may] of NAMES)
    it(`${may ? 'not ' : ''}the name ${namespace}.${name}`, () =>
      equal(said({ vm: { namespace, name, uid: 'u' } }), may ? `name = "${namespace}.${name}"` : 'refused vm'));

  const VALUES: readonly [string, readonly string[], readonly string[], (value: string) => Partial<RunOrder>][] = [
    [
      'boot.kernel',
      ['k', 'a/b', 'a/b/c', 'A9._+-', 'd/K9._+-'],
      ['', '/k', 'k/', 'a//b', '../k', 'a/../b', '.k', 'a/.k', 'k"', '"k', 'a b', 'k\n', 'é', '-k'],
      (kernel) => ({ boot: { kernel } }),
    ],
    ['boot.ramdisk', ['r', 'a/r.gz'], ['', '/r', '../r', 'r"'], (ramdisk) => ({ boot: { kernel: 'k', ramdisk } })],
    [
      'boot.cmdline',
      ['', ' ', 'a b=c,d [e] (f) #g ~'],
      ['"', '"a', 'a"', "a'b", 'a\\', 'a\nb', 'a\n', '\na', 'é', 'a\u0000', 'a\u007f', '\t'],
      (cmdline) => ({ boot: { kernel: 'k', cmdline } }),
    ],
    [
      'disks[root].device',
      ['xvda', 'xvdp', 'hda', 'hdd', 'sda', 'sdp'],
      ['', 'xvdq', 'hde', 'sdq', 'xxvda', 'xvda1', 'xvda,script=/x', 'x,xvda', 'hd', 'XVDA'],
      (device) => ({ disks: [disk({ device })] }),
    ],
    [
      'disks[root].path',
      ['/a', '/a/b', '/A9._+-/x'],
      ['', 'a', '/', '/a/', '//a', '/a/../b', '/.a', '/a,b', "/a'", '/a b', 'x/a', '/a\n'],
      (path) => ({ disks: [disk({ path })] }),
    ],
    [
      'networks[eth0].mac',
      [MAC, 'fe:ff:ff:ff:ff:ff', '00:11:22:33:44:55'],
      [
        '',
        '01:00:00:00:00:01',
        `${MAC},script=x`,
        `x${MAC}`,
        `${MAC}:01`,
        MAC.slice(3),
        '02:00:00:00:00:0g',
        '02-00-00-00-00-01',
        'FE:FF:FF:FF:FF:FF',
      ],
      (mac) => ({ networks: [nic({ mac })] }),
    ],
    [
      'networks[eth0].bridge',
      ['b', 'xenbr0', 'br-1_x', 'br0.100', 'br0.vlan.7'],
      ['', '-b', '.b', 'b.', 'b..c', 'b,script=x', "b'", 'b c', 'xb\n', 'é', 'b.é'],
      (bridge) => ({ networks: [nic({ bridge })] }),
    ],
  ];
  for (const [field, good, bad, changed] of VALUES) {
    for (const value of good) it(`not ${field} ${JSON.stringify(value)}`, () => ok(render(changed(value)).ok));
    for (const value of bad)
      it(`${field} ${JSON.stringify(value)}`, () => equal(said(changed(value)), `refused ${field}`));
  }
  for (const name of ['a', 'a-b', '0'])
    it(`not a disk named ${name}`, () => ok(render({ disks: [disk({ name })] }).ok));
  for (const name of ['', '-a', 'a-', 'a/b', 'a,b', 'A', "a'", 'a.b', 'a b', 'x\n'])
    it(`a disk named ${JSON.stringify(name)}`, () =>
      equal(said({ disks: [disk({ name })] }), `refused disks[${name}].name`));

  const sizes: readonly [string, Partial<RunOrder>][] = [
    ['vcpus.count', { vcpus: { count: 0, max: 1 } }],
    ['vcpus.count', { vcpus: { count: NaN, max: 1 } }],
    ['vcpus.max', { vcpus: { count: 1, max: 1.5 } }],
    ['vcpus.max', { vcpus: { count: 1, max: Infinity } }],
    ['memory.targetMiB', { memory: { targetMiB: 7, maxMiB: 8 } }],
    ['memory.targetMiB', { memory: { targetMiB: 9, maxMiB: 8 } }],
    ['memory.maxMiB', { memory: { targetMiB: 8, maxMiB: 8.5 } }],
    ['cpu.weight', { cpu: { weight: 0 } }],
    ['cpu.capPercent', { cpu: { capPercent: 0 } }],
    ['boot.order', hvm({ order: [] })],
    ['boot.order', hvm({ order: ['disk', 'disk', 'disk', 'disk'] })],
    ['boot.ramdisk', hvm({ ramdisk: 'r' })],
    ['boot.cmdline', hvm({ cmdline: 'c' })],
    ['boot.kernel', { boot: undefined } as never],
    ['disks.name', { disks: [disk(), disk({ device: 'xvdb' })] }],
    ['disks.device', { disks: [disk(), disk({ name: 'data' })] }],
    ['networks.mac', { networks: [nic(), nic({ name: 'eth1' })] }],
  ];
  for (const [field, changes] of sizes)
    it(`${field} of ${JSON.stringify(changes)}`, () => equal(said(changes), `refused ${field}`));

  it('with the value and the remedy', () => {
    const result = render({ boot: {} });
    deepEqual(!result.ok && result.refusal, {
      field: 'boot.kernel',
      value: '',
      remedy: 'a pvh guest needs the name of a kernel',
    });
  });

  it('naming no more of a name than fits a line', () => {
    const name = 'x'.repeat(40) + '/';
    const field = `${'x'.repeat(32)}`;
    deepEqual(
      [said({ disks: [disk({ name })] }), said({ networks: [nic({ name, mac: '' })] })],
      [`refused disks[${field}].name`, `refused networks[${field}].mac`],
    );
  });

  it('only what is wrong with the order: a fault of the code is no refusal', () => {
    let thrown: unknown;
    try {
      render({ disks: [null as never] });
    } catch (error) {
      thrown = error;
    }
    ok(thrown instanceof TypeError);
  });
});

describe('no value of a cfg is more than a value', () => {
  const text = (result: ReturnType<typeof render>): string => (result.ok ? result.text : '');
  const keys = (cfg: string): (string | undefined)[] => cfg.split('\n').map((line) => line.split(' = ')[0]);
  const words = (...some: string[]) => fc.constantFrom(...some);
  const GOOD = {
    kernel: words('k', 'debian/vmlinuz', 'a.b/c+d'),
    cmdline: fc.stringMatching(/^[a-z0-9 =,.()#\]~[-]{0,20}$/),
    bridge: words('xenbr0', 'br0.100', 'b-1'),
    disk: words('root', 'data-1'),
    path: words('/pool', '/srv/vms'),
  };
  const HOSTILE = fc.oneof(
    fc.string(),
    fc
      .tuple(
        words('', 'ok', 'a/b', '/p'),
        words('"', "'", '\n', ']', ',script=/x', '../', '\\', '\u0000', 'é', '" \nvif=["', "'] \nx='"),
        words('', 'ok'),
      )
      .map((parts) => parts.join('')),
  );
  type Values = Record<keyof typeof GOOD, string>;
  const rendered = (values: Values) =>
    render({
      boot: { kernel: values.kernel, ramdisk: 'r', cmdline: values.cmdline },
      networks: [nic({ bridge: values.bridge })],
      disks: [disk({ name: values.disk, path: values.path })],
    });

  /** The text says what was asked, and nothing else. */
  function saysThat(values: Values): void {
    const cfg = text(rendered(values));
    deepEqual(keys(cfg), keys(text(render())));
    const read = parseCfg(cfg, 'test.cfg');
    equal(read.get('kernel')?.value, `${cfgInput(order()).imageDir}/${values.kernel}`);
    equal(read.get('cmdline')?.value, values.cmdline);
    deepEqual(read.get('vif')?.value, [`mac=${MAC},bridge=${values.bridge}`]);
    deepEqual(read.get('disk')?.value, [
      `format=raw,vdev=xvda,access=rw,target=${values.path}/${UUID}.${values.disk}.raw`,
    ]);
  }

  it('whatever is asked that may be asked', () => {
    fc.assert(
      fc.property(fc.record(GOOD), (values) => (ok(rendered(values).ok), saysThat(values))),
      { seed: 7, numRuns: 500 },
    );
  });

  it('whatever one of them holds: it is refused, or it is what was asked; and both happen', () => {
    const met = { refused: 0, rendered: 0 };
    const one = fc.tuple(fc.record(GOOD), fc.constantFrom(...(Object.keys(GOOD) as (keyof Values)[])), HOSTILE);
    fc.assert(
      fc.property(one, ([values, field, value]) => {
        const given = { ...values, [field]: value };
        if (!rendered(given).ok) return void met.refused++;
        met.rendered++;
        saysThat(given);
      }),
      { seed: 7, numRuns: 2000 },
    );
    ok(met.refused > 500 && met.rendered > 200, JSON.stringify(met));
  });
});
