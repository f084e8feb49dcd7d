/** What the brake holds up of a deleted VM, and what goes on. */
import { deepEqual, equal } from 'node:assert/strict';
import { findCondition } from '../../../../common/conditions';
import { planVm } from '../../../../operator/plan/vm/plan';
import { showVm } from '../../../../operator/plan/vm/status';
import { brief, claimed, facts, host, order, seen, tombstone, vm } from '../builders';

type Given = Parameters<typeof facts>[0];
const gone = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const web = vm({ meta: gone, status: claimed('h1', 1) });
const at = (made: ReturnType<typeof order>) => [{ host: 'h1', order: made }];
const disk = { name: 'root', device: 'xvda', size: '1Gi', pool: 'p', deletionPolicy: 'Delete' };
const doomed = vm({
  meta: gone,
  spec: { runPolicy: 'Halted', disks: [disk] as never },
  status: { ...claimed('h1', 1), disks: [{ name: 'root', path: '/p', pool: 'p' }] as never },
});

/** What is known, what is done while the brake is open, and whether it waits while it is closed. */
const ROWS: readonly [string, Given, string, boolean][] = [
  ['a guest that runs', { vm: web, orders: at(order('h1', 1)) }, 'update h1 1 Absent', true],
  [
    '… also by its own status',
    { vm: web, orders: at(order('h1', 1, {}, { epoch: 1, phase: 'Running' })) },
    'update h1 1 Absent',
    true,
  ],
  [
    'a guest that is off by itself',
    { vm: web, orders: at(order('h1', 1, {}, { epoch: 1, phase: 'Stopped' })) },
    'update h1 1 Absent',
    false,
  ],
  [
    'a guest that was told to stop',
    { vm: web, orders: at(order('h1', 1, { desired: 'Stopped' })) },
    'update h1 1 Absent',
    false,
  ],
  [
    '… whatever was told to another host that it has left',
    {
      vm: vm({ meta: gone, status: claimed('h2', 2) }),
      orders: [...at(tombstone('h1', 1, 1)), { host: 'h2', order: order('h2', 2) }],
    },
    'update h2 2 Absent',
    true,
  ],
  ['one that is on its way', { vm: web, orders: at(tombstone('h1', 1)) }, 'wait WaitingForReceipt', false],
  ['one that is gone', { vm: web, orders: at(tombstone('h1', 1, 1)) }, 'clearFinalizer', false],
  ['a claim whose host never heard of it', { vm: web }, 'create h1 1 Absent', false],
  ['a frozen guest, without its order', { vm: web, sightings: [seen('h1')] }, 'create h1 1 Absent', true],
  [
    'a claim whose host has not reported yet',
    { vm: web, hosts: [host('h1', { answered: false })] },
    'create h1 1 Absent',
    true,
  ],
  ['a VM without a host', { vm: vm({ meta: gone }), fresh: true }, 'clearFinalizer', false],
  ['a guest without a claim', { vm: vm({ meta: gone }), orders: at(order('h1', 1)) }, 'update h1 1 Absent', true],
  [
    'a disk that goes with a VM that is off',
    { vm: doomed, orders: at(order('h1', 1, { desired: 'Stopped' })) },
    'update h1 1 Absent',
    true,
  ],
  ['… also where its order is lost', { vm: doomed }, 'create h1 1 Absent', true],
  [
    '… unless its host was told so before',
    {
      vm: doomed,
      orders: at(order('h1', 1, { desired: 'Absent', deleteDisks: [{ name: 'root', path: '/p', pool: 'p' }] })),
    },
    'wait WaitingForReceipt',
    false,
  ],
];

describe('the brake on a deleted VM', () => {
  for (const [name, known, open, waits] of ROWS) {
    it(`${name}: ${open}${waits ? ', unless it is closed' : ', also while it is closed'}`, () => {
      const word = (state: 'open' | 'gathering' | 'closed') =>
        brief(planVm(facts({ ...known, brake: { state, message: 'many' } })));
      deepEqual(
        [word('open'), word('gathering'), word('closed')],
        [open, waits ? 'wait Terminating' : open, waits ? 'wait BrakeClosed' : open],
      );
    });
  }

  it('is none of the business of a VM that stays', () => {
    const known = { vm: vm({ spec: { runPolicy: 'Halted' }, status: claimed('h1', 1) }), orders: at(order('h1', 1)) };
    equal(brief(planVm(facts({ ...known, brake: { state: 'closed', message: '' } }))), 'update h1 1 Stopped');
  });

  it('is told on the VM: stalled, until somebody acts', () => {
    const known = facts({ vm: web, orders: at(order('h1', 1)), brake: { state: 'closed', message: 'many' } });
    const action = planVm(known);
    const status = showVm(known, action.do === 'wait' ? action.because : undefined, '2026-01-01T00:00:01Z');
    const { status: stalled, reason, message } = findCondition(status.conditions, 'Stalled') ?? {};
    deepEqual([status.phase, stalled, reason, message], ['Terminating', 'True', 'BrakeClosed', 'many']);
  });
});
