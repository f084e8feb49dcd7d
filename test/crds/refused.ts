/** Manifests that the API server must refuse, and the pieces of good ones. */
export type Spec = Record<string, unknown>;

export const disk = (over: Spec = {}): Spec => ({ name: 'root', device: 'xvda', size: '20Gi', pool: 'local', ...over });
export const pvh = (over: Spec = {}): Spec => ({
  className: 'vps-16g',
  type: 'pvh',
  boot: { kernel: 'debian/vmlinuz', ramdisk: 'debian/initrd.gz', cmdline: 'root=/dev/xvda ro console=hvc0' },
  disks: [disk()],
  networks: [{ name: 'eth0', network: 'public' }],
  ...over,
});

export function manifest(kind: string, name: string, spec: Spec): string {
  return JSON.stringify({ apiVersion: 'xenfleet.io/v1alpha1', kind, metadata: { name }, spec });
}

/** [what is wrong, kind, spec, what the refusal must name] */
export const REFUSED: readonly [string, string, Spec, RegExp][] = [
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
    'a partition as a device, as xen-tools makes it',
    'XenVM',
    pvh({ disks: [disk({ device: 'xvda2' })] }),
    /call that disk xvda here, and write \/dev\/xvda into root=/,
  ],
  [
    'a mac in capitals',
    'XenVM',
    pvh({ networks: [{ name: 'e', network: 'p', mac: '00:16:3E:AB:CD:EF' }] }),
    /write capital letters small/,
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
  ...['8e0009', '8E4294967305', '1e-30000000', '+8Gi', '8Gi ', '9e99', '1000000000000000000000m'].map(
    (memory): [string, string, Spec, RegExp] => [
      `memory "${memory}"`,
      'XenVM',
      pvh({ className: undefined, resources: { vcpus: 1, memory } }),
      /memory must be a quantity between 8Mi and 8Ti: digits with a unit, e\.g\. 4Gi/,
    ],
  ),
  [
    'a disk of a strange exponent',
    'XenVM',
    pvh({ disks: [disk({ size: '8e+0009' })] }),
    /size must be a quantity between 1Mi and 64Ti: digits with a unit/,
  ],
  [
    'a reserve that is larger than any host',
    'XenHost',
    { reserved: { memory: '65Ti' } },
    /memory must be a quantity between 0 and 64Ti/,
  ],
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
  ['no vCPU at all', 'XenPool', { vcpuRatio: 0 }, /spec\.vcpuRatio.*greater than or equal to 1/],
  ['a ratio that nobody means', 'XenPool', { vcpuRatio: 65 }, /spec\.vcpuRatio.*less than or equal to 64/],
  ['half a vCPU', 'XenPool', { vcpuRatio: 1.5 }, /spec\.vcpuRatio.*must be of type integer/],
  [
    'more failures than are planned for',
    'XenPool',
    { hostFailuresToTolerate: 3 },
    /spec\.hostFailuresToTolerate.*less than or equal to 2/,
  ],
  [
    'fewer failures than none',
    'XenPool',
    { hostFailuresToTolerate: -1 },
    /spec\.hostFailuresToTolerate.*or equal to 0/,
  ],
  ['a rule that is none', 'XenPool', { memoryRatio: 2 }, /unknown field "spec\.memoryRatio"/],
  ['a start that is forced', 'XenVMOperation', { vmName: 'web', type: 'Start', force: true }, /a Start ends nothing/],
  [
    'a reset with time for the guest',
    'XenVMOperation',
    { vmName: 'web', type: 'Reset', gracePeriodSeconds: 5 },
    /a Reset never asks the guest/,
  ],
  [
    'force with time for the guest',
    'XenVMOperation',
    { vmName: 'web', type: 'Stop', force: true, gracePeriodSeconds: 5 },
    /spec\.force gives the guest no time at all/,
  ],
  [
    'no time without force',
    'XenVMOperation',
    { vmName: 'web', type: 'Stop', gracePeriodSeconds: 0 },
    /gracePeriodSeconds/,
  ],
  [
    'an unknown operation',
    'XenVMOperation',
    { vmName: 'web', type: 'Pause' },
    /spec\.type: Unsupported value: "Pause"/,
  ],
];
