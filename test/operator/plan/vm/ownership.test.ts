/** Who may be hurt by a plan about one VM: nobody but that VM, and never its rightful copy. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { XenDomain } from '../../../../crds/generated/types';
import type { PlacedOrder } from '../../../../operator/plan/vm/facts';
import { planVm } from '../../../../operator/plan/vm/plan';
import { brief, claimed, facts, host, order, seen, tombstone, vm } from '../builders';

type Facts = Parameters<typeof facts>[0];
const gone = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const onH1 = vm({ status: claimed('h1', 1) });
const running = (at: string, epoch: number, status: XenDomain['status'] = {}): PlacedOrder => ({
  host: at,
  order: order(at, epoch, {}, { epoch, phase: 'Running', ...status }),
});
const strangersOrder: PlacedOrder = {
  host: 'h1',
  order: order('h1', 1, { vm: { namespace: 'evil', name: 'x', uid: 'uid-x' } }, { epoch: 1, phase: 'Running' }),
};
const rival = { namespace: 'evil', name: 'x', uid: 'uid-x', createdAt: '2025-01-01T00:00:00Z', placed: true };
const stranger = seen('h2', { namespace: 'evil', name: 'x' });
const unowned = seen('h2', { namespace: '', name: '', orphan: false, epoch: 0 });
const dead = host('h1', { dead: true, answered: false });

const ROWS: readonly [string, Facts, string][] = [
  [
    'a refused VM goes without touching the order of the UUID’s owner',
    { vm: vm({ meta: gone }), foreignOrders: [strangersOrder], rivals: [rival] },
    'clearFinalizer',
  ],
  [
    '… nor the domain that another owner has',
    { vm: vm({ meta: gone }), foreignSightings: [stranger] },
    'clearFinalizer',
  ],
  ['a UUID that another XenVM has is refused', { fresh: true, rivals: [rival] }, 'wait IdentityConflict'],
  [
    '… also to a VM that has a claim already',
    { vm: onH1, rivals: [{ ...rival, createdAt: '', uid: '0' }] },
    'wait IdentityConflict',
  ],
  ['… but not to the one that came first', { vm: onH1, rivals: [{ ...rival, placed: false }] }, 'create h1 1 Running'],
  [
    'a UUID that is ordered for another name is refused',
    { fresh: true, foreignOrders: [strangersOrder] },
    'wait IdentityConflict',
  ],
  [
    'a domain that a Dom0 keeps for another name is not taken over',
    { foreignSightings: [stranger] },
    'wait IdentityConflict',
  ],
  ['a domain that a Dom0 keeps for nobody is not taken over', { foreignSightings: [unowned] }, 'wait IdentityConflict'],
  [
    'a domain of this name under another UUID keeps a new VM waiting',
    { fresh: true, namesakes: [{ host: 'h2', uuid: 'u' }] },
    'wait IdentityConflict',
  ],
  [
    'the copy that the claim names is not ended by a report about another one',
    { vm: onH1, orders: [running('h1', 1)], sightings: [seen('h1', { orphan: false }), seen('h2')] },
    'wait DuplicateDomain',
  ],
  [
    '… not even before its own host has reported it',
    { vm: onH1, orders: [running('h1', 1)], sightings: [seen('h2')] },
    'wait DuplicateDomain',
  ],
  [
    '… not before the agent has said a word of the order',
    { vm: onH1, orders: [{ host: 'h1', order: order('h1', 1) }], sightings: [seen('h2')] },
    'wait DuplicateDomain',
  ],
  [
    '… and not by a domain that is kept for nobody',
    { vm: onH1, orders: [running('h1', 1)], foreignSightings: [unowned] },
    'wait DuplicateDomain',
  ],
  [
    'a VM that is off where it is claimed is followed to where it runs',
    { vm: onH1, orders: [running('h1', 1, { phase: 'Stopped' })], sightings: [seen('h2')] },
    'update h1 1 Absent',
  ],
  [
    'so is one whose order its host refuses',
    { vm: onH1, orders: [running('h1', 1, { phase: 'Unknown', refusedEpoch: 1 })], sightings: [seen('h2')] },
    'update h1 1 Absent',
  ],
  [
    'beside a duplicate its owner may still halt it',
    {
      vm: vm({ spec: { runPolicy: 'Halted' }, status: claimed('h1', 1) }),
      orders: [running('h1', 1)],
      sightings: [seen('h2')],
    },
    'update h1 1 Stopped',
  ],
  [
    'beside a duplicate nothing is started',
    {
      vm: onH1,
      orders: [{ host: 'h1', order: order('h1', 1, { desired: 'Stopped' }) }],
      sightings: [seen('h1', { orphan: false }), seen('h2')],
    },
    'wait DuplicateDomain',
  ],
  [
    'a stray on a host that gives no receipt keeps nobody from halting',
    {
      vm: vm({ spec: { runPolicy: 'Halted' }, status: claimed('h1', 2) }),
      orders: [running('h1', 2), { host: 'h2', order: tombstone('h2', 1) }],
    },
    'update h1 2 Stopped',
  ],
  [
    '… but the VM is not started beside it',
    { vm: vm({ status: claimed('h1', 2) }), orders: [{ host: 'h2', order: tombstone('h2', 1) }] },
    'wait WaitingForReceipt',
  ],
  [
    'a receipt outranks a report that still shows the domain',
    { vm: onH1, orders: [running('h1', 1), { host: 'h2', order: tombstone('h2', 1, 1) }], sightings: [seen('h2')] },
    'wait',
  ],
  ['after a boot of its host a claim is made anew', { vm: onH1, hosts: [host('h1', { bootID: 'b2' })] }, 'claim h1 2'],
  [
    '… once every host has reported',
    { vm: onH1, hosts: [host('h1', { bootID: 'b2' })], unreported: ['h2'] },
    'wait HostNotReporting',
  ],
  [
    'a deleted VM of a dead host leaves an Absent order',
    { vm: vm({ meta: gone, status: claimed('h1', 1) }), hosts: [dead], orders: [running('h1', 1)] },
    'update h1 1 Absent',
  ],
  ['… or a tombstone', { vm: vm({ meta: gone, status: claimed('h1', 1) }), hosts: [dead] }, 'create h1 1 Absent'],
  [
    '… and waits no longer: the order waits for the host',
    {
      vm: vm({ meta: gone, status: claimed('h1', 1) }),
      hosts: [dead],
      orders: [{ host: 'h1', order: tombstone('h1', 1) }],
    },
    'clearFinalizer',
  ],
  [
    'a dead host that is not even there holds up no deletion',
    {
      vm: vm({ meta: gone, status: claimed('h1', 1) }),
      hosts: [host('h1', { dead: true, answered: false, namespaceReady: false })],
    },
    'clearFinalizer',
  ],
  [
    'what moved away from a dead host is frozen there, should it come back',
    { vm: vm({ status: claimed('h2', 2) }), hosts: [dead, host('h2')], orders: [running('h1', 1), running('h2', 2)] },
    'delete h1 1',
  ],
  [
    'an Absent order waits for its dead host, and nobody waits for the order',
    {
      vm: vm({ status: claimed('h2', 2) }),
      hosts: [dead, host('h2')],
      orders: [{ host: 'h1', order: tombstone('h1', 1) }, running('h2', 2)],
    },
    'wait',
  ],
  [
    'nothing is done on the word of a quarantined host',
    { vm: onH1, hosts: [host('h1', { quarantined: true, answered: false })], orders: [running('h1', 1)] },
    'wait HostNotReporting',
  ],
];

describe('planVm hurts nobody else', () => {
  for (const [name, over, expected] of ROWS) {
    it(name, () => equal(brief(planVm(facts(over))), expected));
  }

  it('names no other tenant in a conflict', () => {
    for (const over of [{ rivals: [rival] }, { foreignOrders: [strangersOrder] }, { foreignSightings: [stranger] }]) {
      const action = planVm(facts(over));
      ok(action.do === 'wait' && action.because?.stalled);
      ok(!/evil|uid-x/.test(action.because.message), action.because.message);
    }
  });

  it('tells how to take over a domain of the same name', () => {
    const action = planVm(facts({ namesakes: [{ host: 'h2', uuid: 'u-1' }] }));
    ok(action.do === 'wait');
    match(action.because?.message ?? '', /host h2 .*spec\.identity\.uuid: u-1/);
  });

  it('makes orders that start in the boot that the claim counts on, and raises them with the claim', () => {
    const made = planVm(facts({ vm: onH1 }));
    ok(made.do === 'createOrder');
    equal(made.order.spec.bootID, 'boot-h1');
    const status = { ...claimed('h1', 2), placement: { host: 'h1', epoch: 2, bootID: 'b2' } };
    const raised = planVm(
      facts({ vm: vm({ status }), hosts: [host('h1', { bootID: 'b2' })], orders: [running('h1', 1)] }),
    );
    ok(raised.do === 'updateOrder');
    deepEqual([raised.spec.epoch, raised.spec.bootID], [2, 'b2']);
  });

  it('names disks to delete in an order that is Absent already, and waits until that was heard', () => {
    const disks = [{ name: 'root', device: 'xvda', size: '1Gi', pool: 'local', deletionPolicy: 'Delete' as const }];
    const doomed = vm({ meta: gone, spec: { disks }, status: claimed('h1', 1) });
    const made = [{ name: 'root', device: 'xvda', pool: 'local', sizeBytes: 2 ** 30, path: '/disks' }];
    const receipt = { epoch: 1, phase: 'Absent' as const, retiredEpoch: 1, observedGeneration: 1 };
    const absent = order('h1', 1, { desired: 'Absent', disks: made }, receipt);
    const named = planVm(facts({ vm: doomed, orders: [{ host: 'h1', order: absent }] }));
    ok(named.do === 'updateOrder');
    deepEqual(named.spec.deleteDisks, [{ name: 'root', path: '/disks', pool: 'local' }]);
    const at = (generation: number): string => {
      const metadata = { ...absent.metadata, generation };
      return brief(
        planVm(facts({ vm: doomed, orders: [{ host: 'h1', order: { ...absent, metadata, spec: named.spec } }] })),
      );
    };
    deepEqual([at(2), at(1)], ['wait WaitingForReceipt', 'clearFinalizer']);
  });

  it('never names disks of a VM that lives on', () => {
    const disks = [{ name: 'root', device: 'xvda', size: '1Gi', pool: 'local', deletionPolicy: 'Delete' as const }];
    const made = [{ name: 'root', device: 'xvda', pool: 'local', sizeBytes: 2 ** 30, path: '/disks' }];
    const stray = { host: 'h2', order: order('h2', 1, { disks: made }) };
    const action = planVm(
      facts({ vm: vm({ spec: { disks }, status: claimed('h1', 2) }), orders: [running('h1', 2), stray] }),
    );
    ok(action.do === 'updateOrder');
    deepEqual([action.host, action.spec.desired, action.spec.deleteDisks], ['h2', 'Absent', undefined]);
  });
});
