/** The order of a claim, row by row: made, kept, or claimed anew; and what starts a domain. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { XenDomain } from '../../../../crds/generated/types';
import { planOrder } from '../../../../operator/plan/vm/order-step';
import { planVm } from '../../../../operator/plan/vm/plan';
import { bootOf, brief, claimed, facts, host, order, seen, tombstone, vm, WANTED } from '../builders';

type Facts = Parameters<typeof facts>[0];
const claim = { host: 'h1', epoch: 2, bootID: bootOf('h1') };
const onH1 = vm({ status: claimed('h1', 2) });
const at = (name: string, made: XenDomain) => ({ host: name, order: made });
const kept = at('h1', order('h1', 2));
const problem = { problem: { reason: 'ClassNotFound', message: 'no class' } } as const;
const memory = (over: object) => seen('h1', { epoch: 2, orphan: false, ...over });

describe('the order of a claim', () => {
  const ROWS: readonly [string, Facts, string][] = [
    ['that is as it should be stays', { orders: [kept] }, 'wait'],
    ['is made', {}, 'create h1 2 Running'],
    ['is made though another host has one', { orders: [at('h2', order('h2', 1))] }, 'create h1 2 Running'],
    ['is not made of a name that means nothing', { resolution: problem }, 'wait ClassNotFound'],
    ['of a higher epoch: claimed above it', { orders: [at('h1', order('h1', 5))] }, 'claim h1 6'],
    ['of a lower epoch is raised', { orders: [at('h1', order('h1', 1))] }, 'update h1 2 Running'],
    [
      'that is Absent without a receipt is waited for',
      { orders: [at('h1', tombstone('h1', 2))] },
      'wait WaitingForReceipt',
    ],
    ['… also of a lower epoch', { orders: [at('h1', tombstone('h1', 1))] }, 'wait WaitingForReceipt'],
    ['that was retired below the claim is removed', { orders: [at('h1', tombstone('h1', 1, 1))] }, 'delete h1 1'],
    [
      'that was retired at the claim’s epoch: claimed anew',
      { orders: [at('h1', tombstone('h1', 2, 2))] },
      'claim h1 3',
    ],
    [
      'that its host refuses: claimed anew',
      { orders: [at('h1', order('h1', 2, {}, { epoch: 2, refusedEpoch: 2 }))] },
      'claim h1 3',
    ],
    [
      '… not if it refuses older ones only',
      { orders: [at('h1', order('h1', 2, {}, { epoch: 2, refusedEpoch: 1 }))] },
      'wait',
    ],
    [
      '… and hosts come first',
      { unreported: ['h9'], orders: [at('h1', order('h1', 2, {}, { epoch: 2, refusedEpoch: 2 }))] },
      'wait HostNotReporting',
    ],
    ['whose host remembers as much stays', { orders: [kept], sightings: [memory({})] }, 'wait'],
    [
      'whose host remembers more: claimed above it',
      { orders: [kept], sightings: [memory({ epoch: 3 })] },
      'claim h1 4',
    ],
    ['… whatever another host remembers', { orders: [kept], sightings: [seen('h2', { epoch: 9 })] }, 'wait'],
    [
      'whose epoch its host retired: claimed anew',
      { sightings: [memory({ retiredEpoch: 2, refusedEpoch: 0 })] },
      'claim h1 3',
    ],
    ['whose epoch its host refuses: claimed anew', { sightings: [memory({ refusedEpoch: 2 })] }, 'claim h1 3'],
    ['… not for older ones', { sightings: [memory({ retiredEpoch: 1 })] }, 'create h1 2 Running'],
    ['of another boot: claimed anew', { hosts: [host('h1', { bootID: 'b9' })], orders: [kept] }, 'claim h1 3'],
    [
      '… and hosts come first',
      { hosts: [host('h1', { bootID: 'b9' })], unreported: ['h9'], orders: [kept] },
      'wait HostNotReporting',
    ],
    ['on a host that is no more is of another boot', { hosts: [], orders: [kept] }, 'claim h1 3'],
    [
      'that cannot be right is nobody’s to follow',
      { orders: [kept], sightings: [memory({ epoch: 10 ** 12 })] },
      'wait ReportImplausible',
    ],
  ];
  for (const [name, over, expected] of ROWS)
    it(`${name}: ${expected}`, () => equal(brief(planOrder(facts({ vm: onH1, ...over }), claim)), expected));

  it('is not made of a name that means nothing, and only somebody’s act helps', () => {
    const action = planOrder(facts({ vm: onH1, resolution: problem }), claim);
    ok(action.do === 'wait');
    deepEqual(action.because, { reason: 'ClassNotFound', message: 'no class', stalled: true });
  });

  it('follows the run policy, the epoch and the boot though a name means nothing any more, and keeps the rest', () => {
    const before = order('h1', 1, { bootID: 'b0', runPolicy: 'Halted', desired: 'Stopped' });
    const change = (spec: object, given: { bootID?: string }) => {
      const f = facts({ vm: vm({ spec, status: claimed('h1', 2) }), resolution: problem, orders: [at('h1', before)] });
      const { bootID: _bootID, ...bare } = claim;
      const action = planOrder({ ...f, hosts: { h1: host('h1', { bootID: given.bootID }) } }, { ...bare, ...given });
      ok(action.do === 'updateOrder');
      const { epoch, desired, runPolicy, bootID, memory: size } = action.spec;
      return [epoch, desired, runPolicy, bootID, size?.maxMiB];
    };
    deepEqual(change({ runPolicy: 'Once' }, { bootID: 'b2' }), [2, 'Running', 'Once', 'b2', 1024]);
    deepEqual(change({ runPolicy: undefined }, { bootID: 'b2' }), [2, 'Running', 'Always', 'b2', 1024]);
    deepEqual(change({ runPolicy: 'Halted' }, {}), [2, 'Stopped', 'Halted', 'b0', 1024]);
  });

  it('keeps no network if it had none, as long as the address it asks for is another’s', () => {
    const networks = [{ name: 'eth0', network: 'lan', bridge: 'br0', mac: '02:16:3e:00:00:01' }];
    const action = planOrder(
      facts({
        vm: onH1,
        resolution: { wanted: { ...WANTED, networks } },
        orders: [at('h1', order('h1', 1))],
        macUses: [{ mac: '02:16:3e:00:00:01', network: 'eth0', rival: undefined, granted: true }],
      }),
      claim,
    );
    ok(action.do === 'updateOrder');
    equal('networks' in action.spec, false);
  });
});

describe('an order on another host', () => {
  it('is ended before the claimed one is edited', () => {
    const halted = vm({ spec: { runPolicy: 'Halted' }, status: claimed('h1', 2) });
    const orders = [at('h1', order('h1', 2)), at('h2', order('h2', 1))];
    equal(brief(planVm(facts({ vm: halted, orders }))), 'update h2 1 Absent');
  });
});
