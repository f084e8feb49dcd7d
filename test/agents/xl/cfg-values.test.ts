/** What is rendered of every value of an order. */
import { equal, ok } from 'node:assert/strict';
import { bootLetters, renderCfg } from '../../../agents/xl/cfg';
import type { RunOrder } from '../../../agents/xl/order';
import { UUID, cfgInput, order } from '../orders';
import { MAC, disk, hvm, nic, said } from './cfg-words';

describe('a cfg says of', () => {
  const { boot: _boot, ...bootless } = order({ type: 'hvm' });
  const two = { disks: [disk(), disk({ name: 'data', device: 'xvdb', readOnly: true })] };
  const ROWS: readonly [string, Partial<RunOrder>, string, string][] = [
    ['a weight', { cpu: { weight: 7 } }, 'cpu_weight', 'cpu_weight = 7'],
    ['a cap', { cpu: { capPercent: 50 } }, 'cap', 'cap = 50'],
    ['no weight', { cpu: { capPercent: 50 } }, 'cpu_weight', 'no line'],
    ['no cap', { cpu: { weight: 7 } }, 'cap', 'no line'],
    ['as many vCPUs as the most', { vcpus: { count: 4, max: 4 } }, 'vcpus', 'vcpus = 4'],
    ['as much memory as the most', { memory: { targetMiB: 8, maxMiB: 8 } }, 'maxmem', 'maxmem = 8'],
    ['no ramdisk', { boot: { kernel: 'k' } }, 'ramdisk', 'no line'],
    ['no command line', { boot: { kernel: 'k' } }, 'cmdline', 'no line'],
    ['an empty command line', { boot: { kernel: 'k', cmdline: '' } }, 'cmdline', 'cmdline = ""'],
    ['what an hvm guest boots from', hvm({ order: ['network', 'disk', 'cdrom'] }), 'boot', 'boot = "ncd"'],
    [
      'what is only read',
      two,
      'disk',
      `disk = [ 'format=raw,vdev=xvda,access=rw,target=/pool/${UUID}.root.raw', 'format=raw,vdev=xvdb,access=ro,target=/pool/${UUID}.data.raw' ]`,
    ],
    [
      'what may be written if it says so',
      { disks: [disk({ readOnly: false })] },
      'disk',
      `disk = [ 'format=raw,vdev=xvda,access=rw,target=/pool/${UUID}.root.raw' ]`,
    ],
    [
      'two networks',
      { networks: [nic(), nic({ mac: '02:00:00:00:00:02', bridge: 'br.7' })] },
      'vif',
      `vif = [ 'mac=${MAC},bridge=xenbr0', 'mac=02:00:00:00:00:02,bridge=br.7' ]`,
    ],
    ['no disks', { disks: undefined } as never, 'disk', 'disk = [  ]'],
    ['no networks', { networks: undefined } as never, 'vif', 'vif = [  ]'],
  ];
  for (const [name, changes, key, expected] of ROWS) it(name, () => equal(said(changes, key), expected));

  it('an hvm guest that says nothing of booting', () => {
    const result = renderCfg(cfgInput(bootless));
    ok(result.ok && result.text.includes('bios = "seabios"\nboot = "c"\n'));
  });

  it('boot devices in their letters', () => equal(bootLetters(['disk', 'cdrom', 'network']), 'cdn'));
});
