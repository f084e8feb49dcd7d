/** A VM that becomes an HVM guest, or ceases to be one: Dom0 keeps room for its device model. */
import { deepEqual, equal } from 'node:assert/strict';
import { keepingSize, orderSpec } from '../../../../operator/plan/vm/order';
import { planVm } from '../../../../operator/plan/vm/plan';
import { brief, claimed, facts, FLEET, order, vm, WANTED } from '../builders';

const hvmSized = (hvm: boolean, type: 'pvh' | 'hvm' = 'pvh') =>
  vm({ spec: { type }, status: { ...claimed('h1', 1), reserved: { vcpus: 1, memoryMiB: 1024, hvm } } });
const size = { vcpus: 1, memoryMiB: 1024 };
/** An order that its agent follows. */
const heard = (status: object) => ({
  ...order('h1', 1, {}, { epoch: 1, observedGeneration: 1, ...status }),
  metadata: { ...order('h1', 1).metadata, generation: 1 },
});
const running = heard({ phase: 'Running', granted: size });
const off = heard({ phase: 'Stopped' });

const ROWS: readonly [string, Parameters<typeof facts>[0], string][] = [
  [
    'an edit to an hvm guest keeps the order as it is, and asks Dom0 for room',
    {
      vm: hvmSized(false, 'hvm'),
      orders: [{ host: 'h1', order: order('h1', 1) }],
      resolution: { wanted: { ...WANTED, hvm: true } },
    },
    'grow h1 1',
  ],
  [
    'a device model is given back once the domain is off',
    { vm: hvmSized(true), orders: [{ host: 'h1', order: off }] },
    'shrink h1 1 to 1/1024',
  ],
  [
    '… or its host reports a guest of another type',
    {
      vm: hvmSized(true),
      orders: [{ host: 'h1', order: running }],
      reported: { ...size, hvm: false },
    },
    'shrink h1 1 to 1/1024',
  ],
  [
    '… and not while it may still run as an hvm guest',
    { vm: hvmSized(true), orders: [{ host: 'h1', order: running }] },
    'wait',
  ],
  [
    '… or is said to by its host',
    {
      vm: hvmSized(true),
      orders: [{ host: 'h1', order: off }],
      reported: { ...size, hvm: true },
    },
    'wait',
  ],
];

describe('planVm, by device model', () => {
  for (const [name, over, expected] of ROWS) it(name, () => equal(brief(planVm(facts(over))), expected));
});

describe('the type in an order', () => {
  it('is kept where Dom0 has no room for a device model yet', () => {
    const held = { ...size, dedicated: false, hvm: false, disks: [] };
    const hvm = { ...WANTED, hvm: true };
    const edited = orderSpec(vm({ spec: { type: 'hvm', boot: { firmware: 'uefi' } } }), hvm, { epoch: 1 }, FLEET);
    const before = orderSpec(vm(), WANTED, { epoch: 1 }, FLEET);
    const kept = keepingSize(edited, before, hvm, held);
    deepEqual([kept.type, kept.boot], [before.type, before.boot]);
    deepEqual(keepingSize(edited, before, hvm, { ...held, hvm: true }), edited);
    const larger = { ...hvm, memoryMiB: 4096 };
    const sized = keepingSize(edited, before, larger, { ...held, hvm: true });
    deepEqual([sized.type, sized.memory?.maxMiB], ['hvm', 1024], 'only what there is no room for is kept');
  });
});
