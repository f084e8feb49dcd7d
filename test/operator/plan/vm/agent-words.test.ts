/** What a XenVM shows of the words of its agent. */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenDomain } from '../../../../crds/generated/types';
import { findCondition } from '../../../../common/conditions';
import type { DomainReason } from '../../../../common/reasons';
import { showVm } from '../../../../operator/plan/vm/status';
import { claimed, facts, order, vm } from '../builders';

const NOW = '2027-01-15T08:00:00Z';
const said = (reason: DomainReason, over: Partial<NonNullable<XenDomain['status']>> = {}): XenDomain['status'] => ({
  epoch: 3,
  phase: 'Stopping',
  conditions: [{ type: 'Ready', status: 'False', reason, message: 'words of the agent', lastTransitionTime: NOW }],
  ...over,
});
const deleted = vm({ meta: { deletionTimestamp: NOW }, status: claimed('h1', 3) });
const HELD = { reason: 'WaitingForReceipt', message: 'waiting for h1' } as const;

function shown(status: XenDomain['status'], of = deleted): (string | undefined)[] {
  const orders = [{ host: 'h1', order: order('h1', 3, { desired: 'Absent' }, status) }];
  const { phase, conditions } = showVm(facts({ vm: of, orders }), HELD, NOW);
  const [ready, stalled] = ['Ready', 'Stalled'].map((type) => findCondition(conditions, type));
  return [phase, ready?.reason, stalled?.status, stalled?.reason];
}

describe('a XenVM that is being deleted', () => {
  it('says what it waits for, and what only somebody can do about it', () => {
    deepEqual(shown(said('Stopping')), ['Terminating', 'WaitingForReceipt', 'False', 'NotStalled']);
    for (const reason of ['ZombieDomain', 'ForeignDomain', 'DiskNotOwned', 'PoolMissing', 'PolicyRefused'] as const)
      deepEqual(shown(said(reason)), ['Terminating', reason, 'True', reason]);
  });

  it('believes no word of an older epoch, and none that is over', () => {
    equal(shown(said('ZombieDomain', { epoch: 2 }))[1], 'WaitingForReceipt');
    const over = {
      type: 'Ready',
      status: 'True',
      reason: 'ZombieDomain',
      message: '',
      lastTransitionTime: NOW,
    } as const;
    equal(shown(said('ZombieDomain', { conditions: [over] }))[1], 'WaitingForReceipt');
  });
});

describe('a XenVM whose domain is a zombie', () => {
  it('is stalled, and not taken for off', () => {
    const orders = [{ host: 'h1', order: order('h1', 3, {}, said('ZombieDomain', { phase: 'Starting' })) }];
    const { phase, conditions } = showVm(facts({ vm: vm({ status: claimed('h1', 3) }), orders }), undefined, NOW);
    deepEqual([phase, findCondition(conditions, 'Stalled')?.reason], ['Starting', 'ZombieDomain']);
  });
});
