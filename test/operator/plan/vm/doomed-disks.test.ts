/** deletionPolicy Delete is honoured whatever became of the order, and the VM goes only once its disks are gone. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { XenDomain, XenVM } from '../../../../crds/generated/types';
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
