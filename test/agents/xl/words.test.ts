/** What xl says, word by word: the line that tells, xl info, xl list. */
import { deepEqual, equal } from 'node:assert/strict';
import { firstErrorLine } from '../../../agents/xl/errors';
import { dom0MemoryProblem, parseInfo } from '../../../agents/xl/info';
import { parseListL, parseListV } from '../../../agents/xl/list';

describe('the first line that tells', () => {
  const ROWS: readonly [string, string | undefined][] = [
    ['', undefined],
    ['\n \n', undefined],
    ['  a  ', 'a'],
    ['a\nan error', 'an error'],
    ['Parsing config from x\nb', 'b'],
    ['Parsing config from x: error', undefined],
    ['a\nkernel PANIC\nan error', 'kernel PANIC'],
    ['a\nfailed', 'failed'],
    ['a\nWARNING: x', 'WARNING: x'],
    ['a\ninvalid x', 'invalid x'],
    ['a\nno such x', 'no such x'],
  ];
  for (const [text, line] of ROWS) it(JSON.stringify(text), () => equal(firstErrorLine(text), line));
  it('is cut', () => equal(firstErrorLine('x'.repeat(600))?.length, 500));
});

describe('xl info', () => {
  const least = 'nr_cpus                : 4\ntotal_memory           : 2048\nfree_memory            : 100\n';
  const info = (more: string) => parseInfo(least + more);
  it('says little of little', () =>
    deepEqual(info(''), {
      xenVersion: '?.?',
      cpus: 4,
      totalMiB: 2048,
      freeMiB: 100,
      virtCaps: '',
      guestTypes: [],
      dom0MemoryProblem: 'dom0_mem on the command line of Xen names neither a size nor a maximum',
    }));
  it('says all of all', () => {
    const found = info(
      'xen_version : 4.17.3\nvirt_caps :  pv hvm  hap \nxen_caps : xen-3.0-x86_64\nxen_commandline :placeholder dom0_mem=1G,max:1G\n',
    );
    deepEqual(found, {
      xenVersion: '4.17.3',
      cpus: 4,
      totalMiB: 2048,
      freeMiB: 100,
      virtCaps: 'pv hvm  hap',
      guestTypes: ['pv', 'pvh', 'hvm'],
    });
  });
  it('knows the version by its parts too', () => equal(info('xen_major : 4\nxen_minor : 11\n')?.xenVersion, '4.11'));
  const TYPES: readonly [string, string, string[]][] = [
    ['pv', '', ['pv']],
    ['hvm hap', '', ['pvh', 'hvm']],
    ['hvm', 'xen-3.0-x86_64 hvm-3.0-x86_32', ['pv', 'pvh', 'hvm']],
    ['hvm gnttab-v1', 'xen-3.0-x86_64', ['pvh', 'hvm']],
    ['pv gnttab-v1', 'xen-3.0-x86_64', ['pv']],
    ['hvm', 'hvm-3.0-x86_64', ['pvh', 'hvm']],
    ['hvm', 'xen-x', ['pvh', 'hvm']],
    ['hvm_directio', '', []],
  ];
  for (const [virt, caps, types] of TYPES)
    it(`${virt} with ${caps || 'no caps'} runs ${types.join(', ') || 'nothing'}`, () =>
      deepEqual(info(`virt_caps : ${virt}\nxen_caps : ${caps}\n`)?.guestTypes, types));
  for (const bad of [
    'nr_cpus : x\n',
    'nr_cpus : 4x\n',
    'nr_cpus : x4\n',
    'nr_cpus : \n',
    'free_memory : -1\n',
    'total_memory : 1.5\n',
  ])
    it(`is not understood with ${JSON.stringify(bad)}`, () => equal(info(bad), undefined));
  it('is read by whole lines', () => equal(info(' nr_cpus : 9\nx nr_cpus : 9\n')?.cpus, 4));

  const MEMORY: readonly [string, boolean][] = [
    ['dom0_mem=', false],
    ['dom0_mem=,,', false],
    ['dom0_mem=4', true],
    ['dom0_mem=1.25G', true],
    ['dom0_mem=4Gx', false],
    ['dom0_mem=G', false],
    ['dom0_mem=min:1G,max:1G', true],
    ['dom0_mem=max:1G,min:1G', true],
    ['dom0_mem=min:512M,max:1G', false],
    ['dom0_mem=1G,min:512M', true],
    ['dom0_mem=max:2G,', true],
    ['a  dom0_mem=1G  b', true],
    ['dom0_mem_x=1G', false],
  ];
  for (const [line, fixed] of MEMORY)
    it(`${line}: ${fixed}`, () => equal(dom0MemoryProblem(line) === undefined, fixed));
});

describe('a row of xl list', () => {
  const HEAD =
    'Name                                        ID   Mem VCPUs\tState\tTime(s)   UUID                            Reason-Code\tSecurity Label';
  const UUID = '4b11e50c-60bb-4356-9699-8fe68b7e2e77';
  const DOM0 =
    'Domain-0   0   768     1     r-----      35.7 00000000-0000-0000-0000-000000000000        -                -';
  const read = (line: string) => parseListV([HEAD, DOM0, line, ''].join('\n'));
  const row = (flags: string, code = '-', over: { name?: string; mem?: number | string } = {}) =>
    `${over.name ?? 'vm'}    9   ${over.mem ?? 128}     2     ${flags}       9.5 ${UUID}        ${code}                -`;
  const base = { name: 'vm', domid: 9, uuid: UUID, memoryMiB: 128, vcpus: 2 };
  const ROWS: readonly [string, object][] = [
    [row('-b----'), { ...base, state: 'running' }],
    [row('--p---'), { ...base, state: 'paused' }],
    [row('---s--'), { ...base, state: 'shutdown', reason: 'poweroff' }],
    [row('---sr-'), { ...base, state: 'shutdown', reason: 'reboot' }],
    [row('---ss-'), { ...base, state: 'suspended' }],
    [row('---sc-'), { ...base, state: 'shutdown', reason: 'crash' }],
    [row('---sw-'), { ...base, state: 'shutdown', reason: 'watchdog' }],
    [row('---sS-'), { ...base, state: 'shutdown', reason: 'soft_reset' }],
    [row('---s--', '4'), { ...base, state: 'shutdown', reason: 'watchdog' }],
    [row('---s--', '2'), { ...base, state: 'suspended' }],
    [row('---s--', '9'), { ...base, state: 'unknown' }],
    [row('---s--', '-', { name: '(null)' }), { ...base, name: null, state: 'dying' }],
    [row('--ps--'), { ...base, state: 'dying' }],
    [row('-----d'), { ...base, state: 'dying' }],
    [row('x-----'), { ...base, state: 'unknown' }],
    [row('------', '-', { mem: 1 << 30 }), { ...base, memoryMiB: 1 << 30, state: 'running' }],
  ];
  for (const [line, expected] of ROWS)
    it(`${line.slice(0, 45)}…: ${JSON.stringify(expected).slice(-40)}`, () => deepEqual(read(line)?.rows[1], expected));

  for (const line of [
    row('------', '-', { mem: (1 << 30) + 1 }),
    row('-------'),
    row('-----'),
    row('------').replace('9.5', '9'),
    `${row('------')}`.replace(UUID, UUID.slice(1)),
  ])
    it(`is garbage: ${line.slice(0, 60)}`, () =>
      deepEqual([read(line)?.rows.length, read(line)?.garbage], [1, [line]]));

  it('that is garbage is cut, and blank lines are none', () => {
    equal(read('x'.repeat(300))?.garbage[0]?.length, 200);
    deepEqual(read('   ')?.garbage, []);
  });

  it('needs the head in the first line, and Dom0', () => {
    equal(parseListV(`x ${HEAD}\n${DOM0}`), undefined);
    equal(parseListV(`${DOM0}\n${DOM0}`), undefined);
    equal(parseListV(`${HEAD}\n${row('------')}`), undefined);
  });
});

describe('xl list -l', () => {
  const one = (config: unknown, domid: unknown = 3) => parseListL(JSON.stringify([{ domid, config }])).get(3);
  const ROWS: readonly [unknown, object][] = [
    [{ c_info: { type: 'pv' } }, { type: 'pv' }],
    [{ c_info: { type: 'pvh' } }, { type: 'pvh' }],
    [{ c_info: { type: 'hvm' } }, { type: 'hvm' }],
    [{ c_info: { type: 'other' } }, {}],
    [{ b_info: { max_memkb: 1025, max_vcpus: 2 } }, { maxMemoryMiB: 2, maxVcpus: 2 }],
    [{ b_info: { max_memkb: '1025', max_vcpus: '2' } }, {}],
    [{ b_info: null }, {}],
    [null, {}],
    [7, {}],
  ];
  for (const [config, expected] of ROWS)
    it(JSON.stringify(config), () => deepEqual(one(config), { domid: 3, ...expected }));
  it('is nothing of what is none', () => {
    equal(one({}, '3'), undefined);
    for (const text of ['', '{}', '{"domid":1}', 'null', '7']) equal(parseListL(text).size, 0);
  });
});
