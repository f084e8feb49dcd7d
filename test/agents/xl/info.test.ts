import { deepEqual, equal } from 'node:assert/strict';
import { dom0MemoryFixed, parseInfo } from '../../../agents/xl/info';
import { parseObservation } from '../../../agents/xl/observe';
import { recording } from './fixtures';

describe('xl info', () => {
  it('as recorded', () => {
    deepEqual(parseInfo(recording('info').stdout)?.guestTypes, ['pv', 'pvh', 'hvm']);
    const { cpus, totalMiB, dom0MemoryFixed: fixed } = parseInfo(recording('info').stdout) ?? {};
    deepEqual([typeof cpus, (totalMiB ?? 0) > 1000, fixed], ['number', true, true]);
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
    ['dom0_mem=4G dom0_mem=min:1G', false],
    ['xdom0_mem=4G', false],
  ];
  for (const [commandLine, fixed] of options)
    it(`${commandLine} is ${fixed ? 'fixed' : 'not fixed'}`, () => equal(dom0MemoryFixed(commandLine), fixed));

  it('a host without hardware support runs pv only', () => {
    const text = 'nr_cpus : 2\ntotal_memory : 10\nfree_memory : 5\nvirt_caps : pv\nxen_version : 4.17.7\n';
    deepEqual(parseInfo(text)?.guestTypes, ['pv']);
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
    '=== bridges\nxenbr0\nxenbr1\n',
    '=== df\n/pool 1000 400\n',
    '=== disks\n1048576 /pool/00000001-1111-4111-8111-000000000001.root.raw\n',
  ].join('');

  it('tells what could be told, and leaves out what failed', () => {
    const seen = parseObservation(text);
    deepEqual(Object.keys(seen).sort(), ['bootID', 'bridges', 'disks', 'hostname', 'listing', 'marks', 'pools']);
    deepEqual(seen.pools, [{ path: '/pool', totalBytes: 1000, freeBytes: 400 }]);
    deepEqual([...(seen.marks?.keys() ?? [])], ['00000001-1111-4111-8111-000000000001']);
  });
});
