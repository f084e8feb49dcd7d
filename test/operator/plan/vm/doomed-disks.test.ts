/** deletionPolicy Delete holds whatever became of the order, and the disks go before the VM. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { XenDomain, XenVM } from '../../../../crds/generated/types';
import { doomedDisks, isTold, owedDisks } from '../../../../operator/plan/vm/doomed-disks';
import { planVm } from '../../../../operator/plan/vm/plan';
import { brief, claimed, order, vm, facts } from '../builders';

const disk = (name: string, deletionPolicy: 'Delete' | 'Retain') =>
  ({ name, device: 'xvda', size: '1Gi', pool: 'local', deletionPolicy }) as const;
const at = { pool: 'local', path: '/srv' };
const deleted = (disks?: object[]): XenVM =>
  vm({
    meta: { deletionTimestamp: '2026-01-01T00:00:00Z' },
    spec: { disks: [disk('root', 'Delete'), disk('data', 'Retain')] },
    status: { ...claimed('h1', 1), ...(disks && { disks }) } as XenVM['status'],
  });
const status: XenDomain['status'] = { epoch: 1, phase: 'Absent', retiredEpoch: 1, observedGeneration: 1 };
const absent = (over: object = {}, spec: Partial<XenDomain['spec']> = {}): XenDomain => {
  const disks = ['root', 'data'].map((name) => ({ name, device: 'xvda', sizeBytes: 2 ** 30, ...at }));
  const made = order('h1', 1, { desired: 'Absent', disks, ...spec }, { ...status, ...over });
  return { ...made, metadata: { ...made.metadata, generation: 1 } };
};
const doomed = [{ name: 'root', path: '/srv', pool: 'local' }];

describe('the disks of a deleted VM', () => {
  it('are asked for where its order is Absent already', () => {
    const action = planVm(facts({ vm: deleted(), orders: [{ host: 'h1', order: absent() }] }));
    equal(brief(action), 'update h1 1 Absent');
    ok(action.do === 'updateOrder');
    deepEqual(action.spec.deleteDisks, doomed);
  });

  it('are deleted by the driver that made them, if the order says which', () => {
    const disks = [{ name: 'root', device: 'xvda', sizeBytes: 2 ** 30, ...at, driver: 'file' as const }];
    const action = planVm(facts({ vm: deleted(), orders: [{ host: 'h1', order: absent({}, { disks }) }] }));
    ok(action.do === 'updateOrder');
    deepEqual(action.spec.deleteDisks, [{ ...doomed[0], driver: 'file' }]);
  });

  it('are asked for by the tombstone where its order is missing, of the host that holds them', () => {
    const known = ['root', 'data'].map((name) => ({ name, ...at, host: 'h1' }));
    const action = planVm(facts({ vm: deleted(known) }));
    ok(action.do === 'createOrder');
    deepEqual(action.order.spec.deleteDisks, doomed);
    const elsewhere = planVm(facts({ vm: deleted([{ name: 'root', ...at, host: 'h2' }]) }));
    ok(elsewhere.do === 'createOrder');
    equal(elsewhere.order.spec.deleteDisks, undefined);
  });

  it('keep the VM until the agent has said that they are gone', () => {
    const told = { deleteDisks: doomed };
    const rows: [object, string][] = [
      [{ phase: 'Stopping' }, 'wait WaitingForReceipt'],
      [{ observedGeneration: 0 }, 'wait WaitingForReceipt'],
      [{}, 'clearFinalizer'],
    ];
    for (const [over, expected] of rows)
      equal(brief(planVm(facts({ vm: deleted(), orders: [{ host: 'h1', order: absent(over, told) }] }))), expected);
  });

  it('are told of where the agent cannot delete them', () => {
    const conditions = [
      { type: 'Ready', status: 'False', reason: 'PoolMissing', message: 'mount it', lastTransitionTime: '' },
    ];
    const order1 = absent({ phase: 'Stopping', conditions }, { deleteDisks: doomed });
    const action = planVm(facts({ vm: deleted(), orders: [{ host: 'h1', order: order1 }] }));
    match((action.do === 'wait' && action.because?.message) || '', /delete disk root: mount it/);
  });
});

describe('a disk goes with its VM', () => {
  const known = (over: object = {}) => [{ name: 'root', ...at, host: 'h1', ...over }];
  const inOrder = (name: string) =>
    order('h1', 1, { disks: [{ name, device: 'xvda', sizeBytes: 1, pool: 'p', path: '/order' }] }).spec;
  const living = vm({
    spec: { disks: [disk('root', 'Delete')] },
    status: { ...claimed('h1', 1), disks: known() },
  });
  const never = vm({ meta: { deletionTimestamp: 'now' }, spec: { disks: [disk('root', 'Delete')] } });
  const ROWS: readonly [string, XenVM, string, XenDomain['spec'] | undefined, string][] = [
    ['never while it lives', living, 'h1', inOrder('root'), ''],
    ['by its order', deleted(known()), 'h1', inOrder('root'), 'root /order'],
    ['by its status, where the order has another', deleted(known()), 'h1', inOrder('data'), 'root /srv'],
    ['by its status, where there is no order', deleted(known()), 'h1', undefined, 'root /srv'],
    ['by its status, where the order has no disks', deleted(known()), 'h1', order('h1', 1).spec, 'root /srv'],
    ['by its status, if no host is named', deleted(known({ host: undefined })), 'h1', undefined, 'root /srv'],
    ['not on another host than the claim’s', deleted(known()), 'h2', undefined, ''],
    ['not if the status knows another', deleted(known({ name: 'data' })), 'h1', undefined, ''],
    ['not if the status knows none', deleted(), 'h1', undefined, ''],
    ['not if it was never placed', never, 'h1', undefined, ''],
  ];
  for (const [name, of, host, spec, expected] of ROWS)
    it(`${name}: ${expected || 'none'}`, () =>
      equal(
        doomedDisks(of, host, spec)
          .map((doomed) => `${doomed.name} ${doomed.path}`)
          .join(),
        expected,
      ));

  it('if it has any', () => deepEqual(doomedDisks(vm({ meta: { deletionTimestamp: 'now' } }), 'h1', undefined), []));

  it('once the order names it', () => {
    const told = (...names: string[]) => ({
      ...order('h1', 1).spec,
      deleteDisks: names.map((name) => ({ name, ...at })),
    });
    deepEqual(
      [isTold(doomed, told('root')), isTold(doomed, told('data')), isTold(doomed, told()), isTold([], told())],
      [true, false, false, true],
    );
    equal(isTold(doomed, order('h1', 1).spec), false);
  });
});

describe('a deletion owes disks', () => {
  const told = { deleteDisks: [...doomed, { name: 'data', ...at }] };
  const ROWS: readonly [string, XenDomain, boolean][] = [
    ['until its agent has seen the order', absent({ observedGeneration: 0 }, told), true],
    ['until the domain is gone', absent({ phase: 'Stopping' }, told), true],
    ['until the receipt speaks of this epoch', absent({ epoch: 0 }, told), true],
    ['not before the epoch is refused', absent({ phase: 'Stopping', retiredEpoch: 0 }, told), false],
    ['no more with the receipt', absent({}, told), false],
    ['never, if none go', absent({ phase: 'Stopping' }), false],
  ];
  for (const [name, of, owed] of ROWS) it(`${name}: ${owed}`, () => equal(owedDisks(of) !== undefined, owed));

  it('by name', () => {
    const waiting = absent({ phase: 'Stopping' }, told);
    equal(owedDisks(waiting), 'waiting for the host to delete disk root, data');
    const { status: _status, ...unseen } = waiting;
    equal(owedDisks(unseen), undefined);
  });
});
