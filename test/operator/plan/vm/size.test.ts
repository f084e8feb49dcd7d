/** What the size of a VM may become: row by row, what is known → the one next act. */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenVM } from '../../../../crds/generated/types';
import { keepingSize, orderSpec, withinReserved } from '../../../../operator/plan/vm/order';
import { covers, grown, takenOver, wantedReservation } from '../../../../operator/plan/vm/reservation';
import { planVm } from '../../../../operator/plan/vm/plan';
import { brief, claimed, FLEET, order, vm, WANTED, facts } from '../builders';

const big = { ...WANTED, vcpus: 4, memoryMiB: 4096 };
const sized = (vcpus: number, memoryMiB: number, spec: Partial<XenVM['spec']> = {}) =>
  vm({ spec, status: { ...claimed('h1', 1), reserved: { vcpus, memoryMiB } } });
const generation = (of: number) => ({ metadata: { ...order('h1', 1).metadata, generation: of } });
/** An order that its agent follows, with a domain of this size. */
const taken = (at: string, granted: { vcpus: number; memoryMiB: number }) => ({
  ...order(at, 1, {}, { epoch: 1, observedGeneration: 1, phase: 'Running', granted }),
  ...generation(1),
});

const off = (phase: 'Stopped' | 'Stopping') => ({
  ...order('h1', 1, {}, { epoch: 1, observedGeneration: 1, phase }),
  ...generation(1),
});

const ROWS: readonly [string, Parameters<typeof facts>[0], string][] = [
  [
    'an edit to more than is reserved keeps the order as it is, and asks for room',
    { vm: sized(1, 1024), orders: [{ host: 'h1', order: order('h1', 1) }], resolution: { wanted: big } },
    'grow h1 1',
  ],
  [
    '… also of a claim that carries no reservation yet: its order says what was granted',
    {
      vm: vm({ status: claimed('h1', 1) }),
      orders: [{ host: 'h1', order: order('h1', 1) }],
      resolution: { wanted: big },
    },
    'grow h1 1',
  ],
  [
    '… and halting goes through first',
    {
      vm: sized(1, 1024, { runPolicy: 'Halted' }),
      orders: [{ host: 'h1', order: order('h1', 1) }],
      resolution: { wanted: big },
    },
    'update h1 1 Stopped',
  ],
  [
    'with room reserved the order rises',
    { vm: sized(4, 4096), orders: [{ host: 'h1', order: order('h1', 1) }], resolution: { wanted: big } },
    'update h1 1 Running',
  ],
  [
    'a new order is made in the size that the claim reserved',
    { vm: sized(1, 1024), resolution: { wanted: big } },
    'create h1 1 Running',
  ],
  [
    'where nothing is reserved there is no order before there is room',
    { vm: sized(0, 0), resolution: { wanted: WANTED } },
    'grow h1 1',
  ],
  [
    'what a smaller size leaves is given back once the domain has it no more',
    { vm: sized(4, 4096), orders: [{ host: 'h1', order: taken('h1', { vcpus: 1, memoryMiB: 1024 }) }] },
    'shrink h1 1 to 1/1024',
  ],
  [
    '… also where it is off',
    {
      vm: sized(4, 4096),
      orders: [{ host: 'h1', order: off('Stopped') }],
    },
    'shrink h1 1 to 1/1024',
  ],
  [
    '… and not while it runs with more',
    { vm: sized(4, 4096), orders: [{ host: 'h1', order: taken('h1', { vcpus: 4, memoryMiB: 4096 }) }] },
    'wait',
  ],
  [
    '… or is said to have more by its host',
    {
      vm: sized(4, 4096),
      orders: [{ host: 'h1', order: taken('h1', { vcpus: 1, memoryMiB: 1024 }) }],
      reported: { vcpus: 4, memoryMiB: 4096 },
    },
    'wait',
  ],
  [
    '… or its agent has not seen the order yet',
    {
      vm: sized(4, 4096),
      orders: [{ host: 'h1', order: { ...taken('h1', { vcpus: 1, memoryMiB: 1024 }), ...generation(2) } }],
    },
    'wait',
  ],
  [
    '… or it is stopping, when nobody says what it has',
    {
      vm: sized(4, 4096),
      orders: [{ host: 'h1', order: off('Stopping') }],
    },
    'wait',
  ],
  [
    'nothing grows or shrinks while a name means nothing',
    {
      vm: sized(4, 4096),
      orders: [{ host: 'h1', order: taken('h1', { vcpus: 1, memoryMiB: 1024 }) }],
      resolution: { problem: { reason: 'ClassNotFound', message: '' } },
    },
    'wait ClassNotFound',
  ],
  [
    'Manual keeps a domain running',
    {
      vm: vm({ spec: { runPolicy: 'Manual' }, status: claimed('h1', 1) }),
      orders: [{ host: 'h1', order: order('h1', 1, { runPolicy: 'Always' }) }],
    },
    'update h1 1 Running',
  ],
  [
    '… and off',
    {
      vm: vm({ spec: { runPolicy: 'Manual' }, status: claimed('h1', 1) }),
      orders: [{ host: 'h1', order: order('h1', 1, { runPolicy: 'Halted', desired: 'Stopped' }) }],
    },
    'update h1 1 Stopped',
  ],
  [
    'a new VM under Manual is off',
    { vm: vm({ spec: { runPolicy: 'Manual' }, status: claimed('h1', 1) }) },
    'create h1 1 Stopped',
  ],
];

describe('planVm, by size', () => {
  for (const [name, over, expected] of ROWS) {
    it(name, () => equal(brief(planVm(facts(over))), expected));
  }
});

const disk = (name: string, sizeBytes: number, pool = 'local') => ({
  name,
  pool,
  sizeBytes,
  device: 'xvda',
  path: '/d',
  driver: 'file' as const,
  locality: 'local' as const,
  readOnly: false,
});
const held = { vcpus: 1, memoryMiB: 1024, dedicated: false, hvm: false, disks: [disk('root', 10)] };
const wanted = { ...WANTED, disks: [disk('root', 10)] };

describe('what a reservation covers', () => {
  for (const [what, over, expected] of [
    ['what was asked', {}, true],
    ['less', { vcpus: 0, memoryMiB: 512, disks: [] }, true],
    ['not more memory', { memoryMiB: 1025 }, false],
    ['not more vCPUs', { vcpus: 2 }, false],
    ['not whole CPUs', { dedicated: true }, false],
    ['not a device model', { hvm: true }, false],
    ['not a larger disk', { disks: [disk('root', 11)] }, false],
    ['not a new disk', { disks: [disk('root', 10), disk('data', 1)] }, false],
    ['not a disk in another pool', { disks: [disk('root', 10, 'nfs')] }, false],
  ] as const) {
    it(what, () => equal(covers(held, wantedReservation({ ...wanted, ...over })), expected));
  }
});

describe('the size of an order', () => {
  const bigger = { ...wanted, memoryMiB: 4096, disks: [disk('root', 20), disk('data', 5)] };
  const asked = (want: typeof wanted) => orderSpec(vm(), want, { epoch: 1 }, FLEET);

  it('is kept whole where one dimension is too large, and everything else is applied', () => {
    const before = { ...asked(wanted), cpu: { weight: 7 } };
    const kept = keepingSize({ ...asked(bigger), gracePeriodSeconds: 9 }, before, bigger, held);
    deepEqual(kept, { ...before, gracePeriodSeconds: 9 });
    deepEqual(keepingSize(asked(wanted), before, wanted, held), asked(wanted));
  });

  it('of a first order has the disks that are reserved, in the size that is reserved', () => {
    const made = withinReserved(asked(bigger), bigger, held);
    deepEqual(
      [made?.memory?.maxMiB, made?.disks?.map(({ name, sizeBytes }) => [name, sizeBytes])],
      [1024, [['root', 10]]],
    );
    const moved = { ...bigger, disks: [disk('root', 10, 'nfs')] };
    equal(withinReserved(asked(moved), moved, held), undefined, 'a guest is not made without its disk');
  });

  it('that grows keeps what the domain goes on with until it is started anew', () => {
    const before = order('h1', 1, { vcpus: { count: 4, max: 4 }, disks: [disk('old', 3)] });
    const { vcpus, memoryMiB, disks } = grown({ ...held, vcpus: 4 }, before, { ...bigger, vcpus: 1 });
    deepEqual([vcpus, memoryMiB, disks.map(({ name }) => name).sort()], [4, 4096, ['data', 'old', 'root']]);
  });

  it('of a VM that is taken over is what it has there, never what its spec wants', () => {
    equal(takenOver(undefined, { vcpus: 2, memoryMiB: 2048 }, bigger).memoryMiB, 2048);
    equal(takenOver(order('h1', 1), undefined, bigger).memoryMiB, 1024);
    equal(takenOver(undefined, undefined, bigger).memoryMiB, 0);
  });
});
