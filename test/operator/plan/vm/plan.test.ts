/** The claim protocol, row by row: what is known → the one next act. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { FINALIZER } from '../../../../common/names';
import { nextEpoch } from '../../../../operator/plan/vm/epoch';
import { planVm } from '../../../../operator/plan/vm/plan';
import { brief, claimed, facts, FLEET, host, order, seen, tombstone, vm, WANTED } from '../builders';

const gone = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const retired = (epoch: number) => ({ epoch, phase: 'Absent' as const, retiredEpoch: epoch });
const absent = { desired: 'Absent' as const };

const ROWS: readonly [string, Parameters<typeof facts>[0], string][] = [
  ['a new VM first gets its finalizer', { vm: vm({ meta: { finalizers: [] } }), fresh: true }, 'addFinalizer'],
  ['then it is placed', { fresh: true }, 'place ≥1'],
  ['a fresh VM need not wait for silent hosts', { fresh: true, unreported: ['h2'] }, 'place ≥1'],
  ['one found by a list waits for every host', { unreported: ['h2'] }, 'wait HostNotReporting'],
  [
    'a class that is missing is told',
    { fresh: true, resolution: { problem: { reason: 'ClassNotFound', message: '' } } },
    'wait ClassNotFound',
  ],
  [
    'a conflict of identity stops it',
    { fresh: true, foreignSightings: [seen('h2', { namespace: 'evil', name: 'x' })] },
    'wait IdentityConflict',
  ],
  ['a claim without an order gets one', { vm: vm({ status: claimed('h1', 1) }) }, 'create h1 1 Running'],
  [
    'a halted VM is ordered, and stays off',
    { vm: vm({ spec: { runPolicy: 'Halted' }, status: claimed('h1', 1) }) },
    'create h1 1 Stopped',
  ],
  [
    'an order as it should be is left alone',
    { vm: vm({ status: claimed('h1', 1) }), orders: [{ host: 'h1', order: order('h1', 1) }] },
    'wait',
  ],
  [
    'halting changes the order',
    {
      vm: vm({ spec: { runPolicy: 'Halted' }, status: claimed('h1', 1) }),
      orders: [{ host: 'h1', order: order('h1', 1) }],
    },
    'update h1 1 Stopped',
  ],
  [
    'halting works although the class is gone',
    {
      vm: vm({ spec: { runPolicy: 'Halted' }, status: claimed('h1', 1) }),
      orders: [{ host: 'h1', order: order('h1', 1) }],
      resolution: { problem: { reason: 'ClassNotFound', message: '' } },
    },
    'update h1 1 Stopped',
  ],
  [
    'nothing is written to a host that has not answered this leader',
    { vm: vm({ status: claimed('h1', 1) }), hosts: [host('h1', { answered: false })] },
    'wait HostNotReporting',
  ],
  [
    'an order that the host refused as stale is claimed anew, above what it retired',
    {
      vm: vm({ status: claimed('h1', 1) }),
      orders: [{ host: 'h1', order: order('h1', 1, {}, { epoch: 1, retiredEpoch: 4 }) }],
    },
    'claim h1 5',
  ],
  [
    'a host that remembers a higher epoch is claimed above it',
    { vm: vm({ status: claimed('h1', 1) }), sightings: [seen('h1', { epoch: 7 })] },
    'claim h1 8',
  ],
  ['a domain without a claim is taken over where it runs', { sightings: [seen('h2', { epoch: 3 })] }, 'claim h2 4'],
  ['… also by an unretired order', { orders: [{ host: 'h2', order: order('h2', 3) }] }, 'claim h2 4'],
  ['… also where it is only remembered', { sightings: [seen('h2', { epoch: 3, present: false })] }, 'claim h2 4'],
  ['two running copies are nobody’s to end', { sightings: [seen('h1'), seen('h2')] }, 'wait DuplicateDomain'],
  [
    'running elsewhere than claimed: the claimed host is left first, by a tombstone',
    { vm: vm({ status: claimed('h1', 1) }), sightings: [seen('h2', { epoch: 3 })] },
    'create h1 1 Absent',
  ],
  [
    '… unless the claimed host vouches for the claim: the word of another draws nobody away',
    { vm: vm({ status: claimed('h1', 1) }), sightings: [seen('h2', { epoch: 3 })], vouched: true },
    'wait DuplicateDomain',
  ],
  [
    '… and only its receipt lets the claim go',
    {
      vm: vm({ status: claimed('h1', 1) }),
      sightings: [seen('h2', { epoch: 3 })],
      orders: [{ host: 'h1', order: tombstone('h1', 1) }],
    },
    'wait WaitingForReceipt',
  ],
  [
    '… then it is claimed where it runs',
    {
      vm: vm({ status: claimed('h1', 1) }),
      sightings: [seen('h2', { epoch: 3 })],
      orders: [{ host: 'h1', order: tombstone('h1', 1, 1) }],
    },
    'claim h2 4',
  ],
  [
    'an order on another host than the claim’s is ended',
    {
      vm: vm({ status: claimed('h1', 2) }),
      orders: [
        { host: 'h1', order: order('h1', 2) },
        { host: 'h2', order: order('h2', 1) },
      ],
    },
    'update h2 1 Absent',
  ],
  [
    '… and removed after its receipt',
    {
      vm: vm({ status: claimed('h1', 2) }),
      orders: [
        { host: 'h1', order: order('h1', 2) },
        { host: 'h2', order: order('h2', 1, absent, retired(1)) },
      ],
    },
    'delete h2 1',
  ],
  [
    'A→B→A: the retired order makes room',
    { vm: vm({ status: claimed('h1', 3) }), orders: [{ host: 'h1', order: order('h1', 1, absent, retired(1)) }] },
    'delete h1 1',
  ],
  [
    'an order that somebody deletes is let go, to be made anew',
    {
      vm: vm({ status: claimed('h1', 1) }),
      orders: [{ host: 'h1', order: { ...order('h1', 1), metadata: { ...order('h1', 1).metadata, ...gone } } }],
    },
    'delete h1 1',
  ],
  [
    'a dead host is left without a receipt',
    { vm: vm({ status: claimed('h1', 1) }), hosts: [host('h1', { dead: true }), host('h2')] },
    'place ≥2',
  ],
  [
    'deleting ends the domain first',
    { vm: vm({ meta: gone, status: claimed('h1', 1) }), orders: [{ host: 'h1', order: order('h1', 1) }] },
    'update h1 1 Absent',
  ],
  [
    'deleting right after the claim leaves a tombstone',
    { vm: vm({ meta: gone, status: claimed('h1', 1) }) },
    'create h1 1 Absent',
  ],
  [
    'deleting waits for the receipt',
    { vm: vm({ meta: gone, status: claimed('h1', 1) }), orders: [{ host: 'h1', order: order('h1', 1, absent) }] },
    'wait WaitingForReceipt',
  ],
  [
    'with the receipt the VM is let go',
    {
      vm: vm({ meta: gone, status: claimed('h1', 1) }),
      orders: [{ host: 'h1', order: order('h1', 1, absent, retired(1)) }],
    },
    'clearFinalizer',
  ],
  [
    'a VM that was never placed is let go',
    { vm: vm({ meta: gone }), fresh: true, unreported: ['h2'] },
    'clearFinalizer',
  ],
  ['… but not while a host could hold it', { vm: vm({ meta: gone }), unreported: ['h2'] }, 'wait HostNotReporting'],
  ['… and not while one does', { vm: vm({ meta: gone }), sightings: [seen('h2')] }, 'claim h2 2'],
  ['somebody else’s finalizer is not ours to wait for', { vm: vm({ meta: { ...gone, finalizers: ['x/y'] } }) }, 'wait'],
];

describe('planVm', () => {
  for (const [name, over, expected] of ROWS) {
    it(name, () => equal(brief(planVm(facts(over))), expected));
  }

  it('asks for the disks that go with a deleted VM, and no others', () => {
    const disks = ['keep', 'drop'].map((name, i) => ({ name, device: `xvd${'ab'[i]}`, size: '1Gi', pool: 'local' }));
    const spec = { disks: disks.map((d) => (d.name === 'drop' ? { ...d, deletionPolicy: 'Delete' as const } : d)) };
    const made = disks.map(({ name, device, pool }) => ({ name, device, pool, sizeBytes: 2 ** 30, path: '/disks' }));
    const orders = [{ host: 'h1', order: order('h1', 1, { disks: made }) }];
    const action = planVm(facts({ vm: vm({ meta: gone, spec, status: claimed('h1', 1) }), orders }));
    ok(action.do === 'updateOrder');
    deepEqual(action.spec.deleteDisks, [{ name: 'drop', path: '/disks', pool: 'local' }]);
  });

  it('keeps a VM whose disk is on a dead host waiting for it, and says so', () => {
    const disks = [
      {
        name: 'root',
        device: 'xvda',
        sizeBytes: 1,
        pool: 'local',
        path: '/d',
        driver: 'file' as const,
        locality: 'local' as const,
        readOnly: false,
      },
    ];
    const orders = [{ host: 'h1', order: order('h1', 1, {}, { epoch: 1, madeDisks: ['root'] }) }];
    const action = planVm(
      facts({
        vm: vm({ status: claimed('h1', 1) }),
        hosts: [host('h1', { dead: true })],
        resolution: { wanted: { ...WANTED, disks } },
        orders,
      }),
    );
    ok(action.do === 'wait' && action.because?.stalled);
    match(action.because.message, /holds, or may hold, disk root in a local pool/);
  });

  it('counts epochs above everything anybody remembers', () => {
    const orders = [{ host: 'h1', order: order('h1', 3, {}, { retiredEpoch: 5 }) }];
    equal(nextEpoch(facts({ vm: vm({ status: claimed('h2', 2) }), orders, sightings: [seen('h2', { epoch: 4 })] })), 6);
  });

  it('says the fleet and the finalizer in every order it makes', () => {
    const action = planVm(facts({ vm: vm({ status: claimed('h1', 1) }) }));
    ok(action.do === 'createOrder');
    deepEqual(action.order.metadata.finalizers, [FINALIZER]);
    equal(action.order.spec.fleetID, FLEET);
  });
});
