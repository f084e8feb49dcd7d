import { deepEqual, equal } from 'node:assert/strict';
import { autoballoons, dom0MemoryProblem, parseCpuPools, parseInfo } from '../../../agents/xl/info';
import { parseObservation } from '../../../agents/xl/observe';
import { recording } from './fixtures';

describe('xl info', () => {
  it('as recorded', () => {
    deepEqual(parseInfo(recording('info').stdout)?.guestTypes, ['pv', 'pvh', 'hvm']);
    const { cpus, totalMiB, dom0MemoryProblem: problem } = parseInfo(recording('info').stdout) ?? {};
    deepEqual([cpus, (totalMiB ?? 0) > 1000, problem], [2, true, undefined]);
  });

  const options: [string, boolean][] = [
    ['dom0_mem=4G', true],
    ['dom0_mem=768M,max:768M', true],
    ['dom0_mem=max:2G', true],
    ['dom0_mem=10%', true],
    ['dom0_mem=1G+5%', true],
    ['dom0_mem=min:1G,max:4G', false],
    ['dom0_mem=min:1G', false],
    ['console=com1 noreboot', false],
    ['dom0_mem=4G dom0_mem=min:1G', true],
    ['dom0_mem=min:1024M dom0_mem=max:4096M', false],
    ['dom0_mem=max:4096M noreboot dom0_mem=min:1024M', false],
    ['dom0_mem=min:4G,max:4096M', true],
    ['dom0_mem=min:4194304,max:4096M', true],
    ['dom0_mem=min:8G,max:4G', true],
    ['dom0_mem=min:1G,max:4G dom0_mem=min:4G', true],
    ['dom0_mem=min:4G,max:4G dom0_mem=max:8G', false],
    ['dom0_mem=min:10%,max:10%', true],
    ['dom0_mem=min:10%,max:4G', false],
    ['dom0_mem=', false],
    ['xdom0_mem=4G', false],
    ['vga=mode-4G dom0_mem=min:1G,max:4G', false],
    ['dom0_mem=x4G', false],
    ['dom0_mem=min:x4G,max:2G', false],
    ['dom0_mem=min:4Gx,max:2G', false],
    ['loglvl=all   dom0_mem=min:4G,,max:4G', true],
  ];
  for (const [commandLine, fixed] of options)
    it(`${commandLine} is ${fixed ? 'fixed' : 'not fixed'}`, () =>
      equal(dom0MemoryProblem(commandLine) === undefined, fixed));

  it('a host without hardware support runs pv only', () => {
    const text = 'nr_cpus : 2\ntotal_memory : 10\nfree_memory : 5\nvirt_caps : pv\nxen_version : 4.17.7\n';
    deepEqual(parseInfo(text)?.guestTypes, ['pv']);
  });

  it('a host on ARM runs pvh only, whatever its Xen calls it', () => {
    const text = 'nr_cpus : 2\ntotal_memory : 10\nfree_memory : 5\n';
    for (const caps of ['hvm hap', 'hvm hvm_directio hap iommu_hap_pt_share gnttab-v1', 'pv hvm hap'])
      for (const arm of ['xen-3.0-aarch64 xen-3.0-armv7l', 'xen-3.0-armv7l'])
        deepEqual(parseInfo(`${text}virt_caps : ${caps}\nxen_caps : ${arm}\n`)?.guestTypes, ['pvh']);
    deepEqual(parseInfo(`${text}virt_caps : hvm hap\nxen_caps : xen-3.0-x86_64 hvm-3.0-x86_64\n`)?.guestTypes, [
      'pv',
      'pvh',
      'hvm',
    ]);
  });

  it('CPUs that are in no cpupool are nothing to sell', () => {
    const text = 'nr_cpus : 16\nfree_cpus : 12\ntotal_memory : 10\nfree_memory : 5\n';
    equal(parseInfo(text)?.cpus, 4);
  });

  it('is not understood where a number that matters is none', () => {
    const text = (cpus: string): string => `nr_cpus : ${cpus}\ntotal_memory : 10\nfree_memory : 5\n`;
    equal(parseInfo(text('16'))?.cpus, 16);
    for (const cpus of ['', 'x16', '16x', '-1']) equal(parseInfo(text(cpus)), undefined, cpus);
  });

  it('guests are made in the first cpupool', () => {
    const head = 'Name               CPUs   Sched     Active   Domain count\n';
    equal(parseCpuPools(`${head}Pool-0               2   credit2       y          2\n`), 2);
    equal(
      parseCpuPools(`${head}Pool node 0          8    credit       y          2\nPool-1    8   null    y    0\n`),
      8,
    );
    equal(parseCpuPools(`${head}Pool-0              16   credit2       y         12  \n`), 16);
    const row = 'Pool-0               2   credit2       y          2\n';
    for (const text of [
      '',
      head,
      'libxl: error\n',
      `${head}Pool-0\n`,
      `x ${head}${row}`,
      `${head}${row.trim()} more\n`,
    ])
      equal(parseCpuPools(text), undefined, text);
  });

  it('xl.conf may let xl take memory from Dom0', () => {
    const on = [
      'autoballoon="on"',
      "autoballoon='on'\n",
      '#x\nautoballoon=1',
      'autoballoon="off"\n autoballoon = "on"',
    ];
    const off = ['', 'autoballoon="off"', 'autoballoon="auto"', '#autoballoon="on"', 'autoballoon="on"\nautoballoon=0'];
    deepEqual([...on, ...off].map(autoballoons), [...on.map(() => true), ...off.map(() => false)]);
  });

  it('is not understood where a figure is missing', () => {
    equal(parseInfo('nr_cpus : 2\ntotal_memory : 10\n'), undefined);
  });
});

describe('an observation', () => {
  const text = [
    '=== bootid\nb-1\n',
    '=== hostname\nxen1\n',
    '=== policy FAILED 1\n\n',
    `=== list\n${recording('list-v-idle').stdout}`,
    '=== marks\n/xenfleet/00000001-1111-4111-8111-000000000001 = "f 1 a/b"\n',
    '=== bridges\nxenbr0\nxenbr1\novsbr0 openvswitch\n',
    '=== df\n/pool 1000 400\n',
    '=== cpupools\nName   CPUs   Sched  Active  Domain count\nPool-0   4  credit2   y   2\n',
    '=== xlconf\nautoballoon=1\n',
    '=== disks\n1048576 /pool/00000001-1111-4111-8111-000000000001.root.raw\n',
  ].join('');

  it('tells what could be told, and leaves out what failed', () => {
    const seen = parseObservation(text);
    const told = [
      'autoballoons',
      'bootID',
      'bridges',
      'disks',
      'hostname',
      'listing',
      'marks',
      'openVSwitches',
      'poolCpus',
      'pools',
    ];
    deepEqual(Object.keys(seen).sort(), told);
    deepEqual([seen.poolCpus, seen.autoballoons], [4, true]);
    deepEqual([seen.bridges, seen.openVSwitches], [['xenbr0', 'xenbr1'], ['ovsbr0']]);
    deepEqual(seen.pools, [{ path: '/pool', totalBytes: 1000, freeBytes: 400 }]);
    deepEqual([...(seen.marks?.keys() ?? [])], ['00000001-1111-4111-8111-000000000001']);
  });
});
