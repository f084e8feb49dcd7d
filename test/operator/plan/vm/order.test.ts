/** What an order says, and in which size: nothing that was not granted, nothing left out. */
import { deepEqual, equal } from 'node:assert/strict';
import { FINALIZER } from '../../../../common/names';
import {
  desiredOf,
  keepingSize,
  newOrder,
  orderSpec,
  sameOrder,
  tombstoneSpec,
  withinReserved,
} from '../../../../operator/plan/vm/order';
import { wantedReservation } from '../../../../operator/plan/vm/reservation';
import type { XenDomain } from '../../../../crds/generated/types';
import { DISK as disk, FLEET, UID, vm, WANTED } from '../builders';

const asked = { name: 'root', device: 'xvda', sizeBytes: 10, pool: 'ssd', path: '/ssd', driver: 'file' as const };
const lan = { name: 'eth0', network: 'lan', bridge: 'br0', mac: 'm' };
const wish = (over: object = {}, spec: object = {}) =>
  orderSpec(vm({ spec }), { ...WANTED, ...over }, { epoch: 3 }, FLEET);
const bare = {
  fleetID: FLEET,
  vm: { namespace: 'acme', name: 'web', uid: UID },
  epoch: 3,
  desired: 'Running',
  type: 'pvh',
  runPolicy: 'Always',
  gracePeriodSeconds: 60,
  vcpus: { count: 1, max: 1 },
  memory: { targetMiB: 1024, maxMiB: 1024 },
  boot: { kernel: 'debian/vmlinuz' },
};

describe('an order', () => {
  const ROWS: readonly [string, object, object, object][] = [
    ['of little says little', {}, {}, {}],
    ['says the weight', { cpuWeight: 7 }, {}, { cpu: { weight: 7 } }],
    ['says the cap', { cpuCapPercent: 50 }, {}, { cpu: { capPercent: 50 } }],
    ['says the disks, without what the host need not know', { disks: [disk] }, {}, { disks: [asked] }],
    [
      'says what is only read, exists, and is made of what',
      { disks: [{ ...disk, readOnly: true, made: true, image: 'x' }] },
      {},
      { disks: [{ ...asked, readOnly: true, made: true, image: 'x' }] },
    ],
    ['says the networks', { networks: [lan] }, {}, { networks: [{ name: 'eth0', bridge: 'br0', mac: 'm' }] }],
    ['gives the time that the user asks for', {}, { shutdown: { gracePeriodSeconds: 5 } }, { gracePeriodSeconds: 5 }],
    ['gives no time if the user says so', {}, { shutdown: { gracePeriodSeconds: 0 } }, { gracePeriodSeconds: 0 }],
    ['always runs unless told otherwise', {}, { runPolicy: undefined }, {}],
    ['to be off says so', {}, { runPolicy: 'Halted' }, { runPolicy: 'Halted', desired: 'Stopped' }],
  ];
  for (const [name, over, spec, expected] of ROWS)
    it(name, () => deepEqual(wish(over, spec), { ...bare, ...expected }));

  it('of a VM that has no namespace and no UID yet says none', () => {
    const { namespace: _namespace, uid: _uid, ...metadata } = vm().metadata;
    deepEqual(orderSpec({ ...vm(), metadata }, WANTED, { epoch: 3 }, FLEET).vm, {
      namespace: '',
      name: 'web',
      uid: '',
    });
  });

  it('is an object of its host, named by the UUID, and findable by its VM', () => {
    const { apiVersion, kind, metadata } = newOrder('h1', UID, wish());
    deepEqual([apiVersion, kind], ['xenfleet.io/v1alpha1', 'XenDomain']);
    deepEqual(metadata, {
      name: UID,
      namespace: 'xenhost-h1',
      finalizers: [FINALIZER],
      labels: { 'xenfleet.io/vm-namespace': 'acme', 'xenfleet.io/vm-name': 'web' },
    });
  });

  it('that ends what is there grants nothing', () => {
    const end = { fleetID: FLEET, vm: bare.vm, epoch: 3, desired: 'Absent', gracePeriodSeconds: 60 };
    deepEqual(tombstoneSpec(vm(), 3, FLEET), end);
    deepEqual(tombstoneSpec(vm({ spec: { shutdown: { gracePeriodSeconds: 0 } } }), 3, FLEET), {
      ...end,
      gracePeriodSeconds: 0,
    });
    const doomed = [{ name: 'root', path: '/ssd', pool: 'ssd' }];
    deepEqual(tombstoneSpec(vm(), 3, FLEET, doomed), { ...end, deleteDisks: doomed });
  });

  it('runs by the policy; under Manual it keeps what is', () => {
    const desired = (runPolicy: string | undefined, before?: string) =>
      desiredOf(
        vm({ spec: { runPolicy: runPolicy as 'Always' } }),
        before === undefined ? undefined : { desired: before as 'Running' },
      );
    deepEqual(
      ['Always', 'RerunOnFailure', 'Once', undefined].map((policy) => desired(policy, 'Stopped')),
      Array(4).fill('Running'),
    );
    deepEqual(
      [
        desired('Halted', 'Running'),
        desired('Manual'),
        desired('Manual', 'Running'),
        desired('Manual', 'Stopped'),
        desired('Manual', 'Absent'),
      ],
      ['Stopped', 'Stopped', 'Running', 'Stopped', 'Stopped'],
    );
  });
});

describe('two orders ask the same', () => {
  const disked = (over: object = {}) => wish({ disks: [{ ...disk, ...over }] });
  const ROWS: readonly [string, object, object, boolean][] = [
    ['if they are equal', wish(), wish(), true],
    ['not if one has a disk', wish(), disked(), false],
    ['if one knows that a disk exists', disked(), disked({ made: true }), true],
    ['not if a disk differs', disked(), disked({ sizeBytes: 11 }), false],
    ['not if an epoch differs', wish(), { ...wish(), epoch: 4 }, false],
  ];
  for (const [name, a, b, expected] of ROWS)
    it(`${name}: ${expected}`, () =>
      equal(sameOrder(a as typeof bare & XenDomain['spec'], b as XenDomain['spec']), expected));
});

describe('the size of a first order', () => {
  const disks = [{ name: 'root', pool: 'ssd', sizeBytes: 5 }];
  const held = { vcpus: 1, memoryMiB: 512, dedicated: false, hvm: false, disks };
  const wanted = { ...WANTED, vcpus: 2, disks: [disk] };
  const within = (over: object, want = wanted) => withinReserved(wish(want), want, { ...held, ...over });
  it('is what was asked, if that is reserved', () =>
    deepEqual(within({ vcpus: 2, memoryMiB: 1024, disks: [disk] }), wish(wanted)));
  it('is what is reserved, if more is asked', () =>
    deepEqual(within({}), {
      ...wish(wanted),
      vcpus: { count: 1, max: 1 },
      memory: { targetMiB: 512, maxMiB: 512 },
      disks: [{ ...asked, sizeBytes: 5 }],
    }));
  it('has no disk that is not reserved', () => equal('disks' in (within({ disks: [] }) ?? {}), false));
  it('has no disk if none is wanted', () =>
    equal('disks' in (within({}, { ...WANTED, vcpus: 2, disks: [] }) ?? {}), false));
  it('is none if a device model is needed, and not reserved', () =>
    deepEqual(within({}, { ...wanted, hvm: true }), undefined));
  it('is none if no vCPU or no memory is reserved', () =>
    deepEqual([within({ vcpus: 0 }), within({ memoryMiB: 0 })], [undefined, undefined]));
});

describe('the size of a standing order', () => {
  const larger = { ...WANTED, memoryMiB: 2048 };
  const held = wantedReservation(WANTED);
  it('stays until there is room', () => equal(keepingSize(wish(larger), wish(), larger, held).memory?.maxMiB, 1024));
  it('rises with room', () =>
    equal(keepingSize(wish(larger), wish(), larger, wantedReservation(larger)).memory?.maxMiB, 2048));
  it('of one that granted nothing is what is asked', () => {
    const { vcpus: _vcpus, ...noVcpus } = wish();
    const { memory: _memory, ...noMemory } = wish();
    equal(keepingSize(wish(larger), noVcpus, larger, held).memory?.maxMiB, 2048);
    equal(keepingSize(wish(larger), noMemory, larger, held).memory?.maxMiB, 2048);
  });
});
