/** Words that every plan goes by: what is a receipt, what is the next epoch, what is a VM's own. */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenDomain } from '../../../../crds/generated/types';
import { nextEpoch } from '../../../../operator/plan/vm/epoch';
import { isOwn, isRetired } from '../../../../operator/plan/vm/facts';
import { planVm } from '../../../../operator/plan/vm/plan';
import { brief, claimed, facts, order, seen, vm } from '../builders';

const refusing = (refusedEpoch: number) => ({
  host: 'h1',
  order: order('h1', 1, {}, { epoch: 1, phase: 'Unknown', refusedEpoch }),
});
const onH1 = vm({ status: claimed('h1', 1) });

describe('a receipt', () => {
  const RECEIPTS: readonly [string, XenDomain['status'], boolean][] = [
    ['is phase Absent of this very epoch, retired', { epoch: 2, phase: 'Absent', retiredEpoch: 2 }, true],
    ['is not a refusal while the domain is still ending', { epoch: 2, phase: 'Stopping', retiredEpoch: 2 }, false],
    ['is not the word about an older epoch', { epoch: 1, phase: 'Absent', retiredEpoch: 2 }, false],
    ['is not Absent without the retired epoch', { epoch: 2, phase: 'Absent', retiredEpoch: 1 }, false],
    ['is not a refusal', { epoch: 2, phase: 'Absent', refusedEpoch: 2 }, false],
  ];
  for (const [name, status, expected] of RECEIPTS) {
    it(name, () => equal(isRetired(order('h1', 2, { desired: 'Absent' }, status)), expected));
  }

  it('is none if the order does not want the domain gone', () =>
    equal(isRetired(order('h1', 2, {}, { epoch: 2, phase: 'Absent', retiredEpoch: 2 })), false));
});

describe('the next epoch', () => {
  it('is above what the host itself remembers, whatever other hosts say', () => {
    const f = facts({
      vm: onH1,
      sightings: [seen('h1', { epoch: 3, refusedEpoch: 4 }), seen('h2', { epoch: 10 ** 12 })],
    });
    deepEqual([nextEpoch(f, 'h1'), nextEpoch(f)], [5, 2]);
  });

  it('is not above what cannot be right, and the VM says whose word that is', () => {
    const lies = [{ sightings: [seen('h1', { epoch: 10 ** 12, orphan: false })] }, { orders: [refusing(10 ** 12)] }];
    for (const lie of lies) {
      const f = facts({ vm: onH1, ...lie });
      equal(nextEpoch(f, 'h1'), 2);
      equal(brief(planVm(f)), 'wait ReportImplausible');
    }
    const far = vm({ status: claimed('h1', 2 * 10 ** 9) });
    equal(
      nextEpoch(facts({ vm: far, orders: [refusing(2 * 10 ** 9)] }), 'h1'),
      2 * 10 ** 9 + 1,
      'its own claims count',
    );
  });
});

describe('what is a VM’s own', () => {
  it('is what carries its namespace and its name, both', () => {
    const own = (namespace: string, name: string): boolean => isOwn(vm(), { namespace, name });
    deepEqual([own('acme', 'web'), own('acme', 'x'), own('evil', 'web'), own('', '')], [true, false, false, false]);
  });
});
