/** What a tenant names → what is granted, or the first reason why not. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenNetwork, XenStoragePool, XenVM, XenVMClass } from '../../../../crds/generated/types';
import { derivedMac } from '../../../../common/names';
import { macsOf, resolve, uuidOf, type Catalog } from '../../../../operator/plan/vm/resolve';
import { UID, vm } from '../builders';

const GIB = 2 ** 30;
type Rule = XenNetwork['spec']['allowedNamespaces'];
const all: Rule = { from: 'All' };
const gold = (over: object = {}): XenVMClass =>
  ({ metadata: { name: 'small', uid: 'class-uid' }, spec: { vcpus: 2, memory: '1Gi', ...over } }) as XenVMClass;
const pool = (allowedNamespaces: Rule): XenStoragePool =>
  ({
    metadata: { name: 'ssd' },
    spec: { driver: 'file', path: '/ssd', locality: 'local', allowedNamespaces },
  }) as XenStoragePool;
const lan = (allowedNamespaces: Rule): XenNetwork =>
  ({ metadata: { name: 'lan' }, spec: { bridge: 'br0', allowedNamespaces } }) as XenNetwork;

interface World {
  readonly vmClass?: XenVMClass | undefined;
  readonly rule?: Rule;
  readonly labels?: Record<string, string> | undefined;
}

/** Knows the class small, the pool ssd and the network lan, and the labels of the VM's own namespace. */
function catalog(world: World = {}): Catalog {
  const { rule = all, labels } = world;
  const vmClass = 'vmClass' in world ? world.vmClass : gold();
  return {
    vmClass: (name) => (name === 'small' ? vmClass : undefined),
    storagePool: (name) => (name === 'ssd' ? pool(rule) : undefined),
    network: (name) => (name === 'lan' ? lan(rule) : undefined),
    namespaceLabels: (name) => (name === 'acme' ? labels : undefined),
  };
}

const disks = (over: object = {}) => [{ name: 'root', device: 'xvda', size: '2Gi', pool: 'ssd', ...over }];
const networks = (over: object = {}) => [{ name: 'eth0', network: 'lan', ...over }];
const asking = (spec: Partial<XenVM['spec']>, world: World = {}) => resolve(vm({ spec }), UID, catalog(world));
const chosen: Rule = { from: 'Selector', selector: { matchLabels: { tier: 'gold' } } };

describe('what is granted', () => {
  const granted = (spec: Partial<XenVM['spec']>, world: World = {}) => {
    const found = asking(spec, world);
    return 'wanted' in found ? found.wanted : found.problem;
  };
  const size = {
    vcpus: 2,
    memoryMiB: 1024,
    dedicated: false,
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
      priority: 0,
      disks: [],
      networks: [],
    });
  });
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
    ['… the size before both', { ...two, className: 'huge' }, { rule: chosen }, 'ClassNotFound', /./],
  ];
  for (const [name, spec, world, reason, words] of ROWS)
    it(`${name}: ${reason}`, () => {
      const found = asking(spec, world);
      const problem = 'problem' in found ? found.problem : undefined;
      equal(problem?.reason, reason);
      match(problem?.message ?? '', words);
      equal(problem?.stalled, reason === 'InvalidSpec' ? true : undefined, 'only an edit helps');
    });
});

describe('who may use a pool or a network', () => {
  const ROWS: readonly [string, Rule, Record<string, string> | undefined, boolean][] = [
    ['all', all, undefined, true],
    ['a namespace with the label', chosen, { tier: 'gold' }, true],
    ['not one with another value', chosen, { tier: 'iron' }, false],
    ['not one without it', chosen, {}, false],
    ['not one whose labels nobody knows', chosen, undefined, false],
    ['nobody, if no selector is given', { from: 'Selector' }, { tier: 'gold' }, false],
    ['everybody known, if the selector asks nothing', { from: 'Selector', selector: {} }, {}, true],
    ['… but nobody unknown', { from: 'Selector', selector: {} }, undefined, false],
  ];
  for (const [name, rule, labels, may] of ROWS)
    it(`${name}: ${may}`, () => {
      equal('wanted' in asking({ disks: disks() }, { rule, labels }), may);
      equal('wanted' in asking({ networks: networks() }, { rule, labels }), may);
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
