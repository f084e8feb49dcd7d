/** What a tenant names → what is granted, or the first reason why not. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenVM } from '../../../../crds/generated/types';
import { derivedMac } from '../../../../common/names';
import { macsOf, uuidOf } from '../../../../operator/plan/vm/resolve';
import { UID, vm } from '../builders';
import { asking, chosen, disks, gold, networks, type World } from './catalog';

const GIB = 2 ** 30;

describe('what is granted', () => {
  const granted = (spec: Partial<XenVM['spec']>, world: World = {}) => {
    const found = asking(spec, world);
    return 'wanted' in found ? found.wanted : found.problem;
  };
  const size = {
    vcpus: 2,
    memoryMiB: 1024,
    dedicated: false,
    hvm: false,
    priority: 0,
    classUID: 'class-uid',
    disks: [],
    networks: [],
  };

  it('is the size of the class', () => deepEqual(granted({}), size));
  it('is all that the class says', () => {
    const over = { dedicated: true, priority: 7, cpuWeight: 512, cpuCapPercent: 50 };
    deepEqual(granted({}, { vmClass: gold(over) }), { ...size, ...over });
  });
  it('is the size that the VM gives itself, whatever class it names', () => {
    deepEqual(granted({ resources: { vcpus: 3, memory: '8193Ki' } }), {
      vcpus: 3,
      memoryMiB: 9,
      dedicated: false,
      hvm: false,
      priority: 0,
      disks: [],
      networks: [],
    });
  });
  it('has a device model for an hvm guest', () => deepEqual(granted({ type: 'hvm' }), { ...size, hvm: true }));
  it('is every disk in the folder of its pool', () =>
    deepEqual(granted({ disks: [...disks(), ...disks({ name: 'cd', readOnly: true, image: 'x.raw' })] }), {
      ...size,
      disks: [
        {
          name: 'root',
          device: 'xvda',
          sizeBytes: 2 * GIB,
          pool: 'ssd',
          path: '/ssd',
          driver: 'file' as const,
          locality: 'local',
          readOnly: false,
        },
        {
          name: 'cd',
          device: 'xvda',
          sizeBytes: 2 * GIB,
          pool: 'ssd',
          path: '/ssd',
          driver: 'file' as const,
          locality: 'local',
          readOnly: true,
          image: 'x.raw',
        },
      ],
    }));
  it('is every network with its bridge and an address, given or derived', () =>
    deepEqual(granted({ networks: [...networks({ mac: '02:16:3e:00:00:01' }), ...networks({ name: 'eth1' })] }), {
      ...size,
      networks: [
        { name: 'eth0', network: 'lan', bridge: 'br0', mac: '02:16:3e:00:00:01' },
        { name: 'eth1', network: 'lan', bridge: 'br0', mac: derivedMac(UID, 'eth1') },
      ],
    }));
});

describe('what is refused', () => {
  const two = { disks: disks(), networks: networks() };
  const ROWS: readonly [string, Partial<XenVM['spec']>, World, string, RegExp][] = [
    [
      'a class that is not there',
      { className: 'huge' },
      {},
      'ClassNotFound',
      /^spec\.className: there is no XenVMClass "huge"; create it/,
    ],

    [
      'a class of no size',
      {},
      { vmClass: gold({ memory: 'lots' }) },
      'InvalidSpec',
      /^spec\.className: spec\.memory of XenVMClass "small": /,
    ],
    ['too little memory', { resources: { vcpus: 1, memory: '7Mi' } }, {}, 'InvalidSpec', /^spec\.resources\.memory: /],
    ['too much memory', { resources: { vcpus: 1, memory: '9Ti' } }, {}, 'InvalidSpec', /^spec\.resources\.memory: /],
    [
      'a pool that is not there',
      { disks: disks({ pool: 'hdd' }) },
      {},
      'StoragePoolNotFound',
      /^spec\.disks\[root\]\.pool: there is no XenStoragePool "hdd"; create it/,
    ],
    ['a disk of no size', { disks: disks({ size: '1Ki' }) }, {}, 'InvalidSpec', /^spec\.disks\[root\]\.size: /],
    ['a disk beyond all size', { disks: disks({ size: '65Ti' }) }, {}, 'InvalidSpec', /^spec\.disks\[root\]\.size: /],
    [
      'a network that is not there',
      { networks: networks({ network: 'wan' }) },
      {},
      'NetworkNotFound',
      /^spec\.networks\[eth0\]\.network: there is no XenNetwork "wan"; create it/,
    ],
    [
      'disks before networks',
      two,
      { rule: chosen, labels: {} },
      'StoragePoolNotAllowed',
      /^spec\.disks\[root\]\.pool: XenStoragePool "ssd" does not allow namespace "acme"/,
    ],
    [
      'a network of others',
      { networks: networks() },
      { rule: chosen, labels: {} },
      'NetworkNotAllowed',
      /^spec\.networks\[eth0\]\.network: XenNetwork "lan" does not allow namespace "acme"/,
    ],
    [
      'a class of others',
      {},
      { vmClass: gold({ allowedNamespaces: chosen }), labels: {} },
      'ClassNotAllowed',
      /^spec\.className: XenVMClass "small" does not allow namespace "acme"; ask its administrator/,
    ],
    [
      'a pool of hosts of others',
      { placement: { pool: 'metal' } },
      { hostRule: chosen, labels: {} },
      'PoolNotAllowed',
      /^spec\.placement\.pool: XenPool "metal" does not allow namespace "acme"/,
    ],
    [
      'a kernel of others',
      { boot: { kernel: 'tenants/bolt/vmlinuz' } },
      {},
      'ImageNotAllowed',
      /^spec\.boot\.kernel: "tenants\/bolt\/vmlinuz" is not for namespace "acme": .* under tenants\/acme\/$/,
    ],
    ['a ramdisk of others', { boot: { ramdisk: 'tenants/acme2/i' } }, {}, 'ImageNotAllowed', /^spec\.boot\.ramdisk: /],
    [
      'a disk image of others',
      { disks: disks({ image: 'tenants/acm/root.raw' }) },
      {},
      'ImageNotAllowed',
      /^spec\.disks\[root\]\.image: /,
    ],
    ['an image of nobody', { disks: disks({ image: 'tenants' }) }, {}, 'ImageNotAllowed', /is for the namespace of/],
    ['… the size before both', { ...two, className: 'huge' }, { rule: chosen }, 'ClassNotFound', /./],
  ];
  for (const [name, spec, world, reason, words] of ROWS)
    it(`${name}: ${reason}`, () => {
      const found = asking(spec, world);
      const problem = 'problem' in found ? found.problem : undefined;
      equal(problem?.reason, reason);
      match(problem?.message ?? '', words);
      const onlyAnEditHelps = reason === 'InvalidSpec' || reason === 'ImageNotAllowed';
      equal(problem?.stalled, onlyAnEditHelps ? true : undefined);
    });
});

describe('identity', () => {
  it('is what the status says, else what was given, else the object’s own', () => {
    const given = { identity: { uuid: 'given' } };
    equal(uuidOf(vm({ spec: given, status: { domainUUID: 'kept' } })), 'kept');
    equal(uuidOf(vm({ spec: given })), 'given');
    equal(uuidOf(vm()), UID);
  });

  it('derives an address for every interface that gives none', () => {
    deepEqual(macsOf(vm({ spec: { networks: [...networks({ mac: 'm' }), ...networks({ name: 'eth1' })] } }), UID), [
      { network: 'eth0', mac: 'm' },
      { network: 'eth1', mac: derivedMac(UID, 'eth1') },
    ]);
    deepEqual(macsOf(vm(), UID), []);
  });
});
