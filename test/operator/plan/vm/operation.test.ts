/** What operations mean for an order, and what runPolicy Manual keeps. */
import { deepEqual, equal } from 'node:assert/strict';
import type { XenDomain, XenDomainSpec, XenVMOperation } from '../../../../crds/generated/types';
import type { VmFacts } from '../../../../operator/plan/vm/facts';
import { handedOver } from '../../../../operator/plan/vm/operation';
import { planOrder, starts } from '../../../../operator/plan/vm/order-step';
import { planVm } from '../../../../operator/plan/vm/plan';
import { bootOf, brief, claimed, facts, operation, order, seen, UID, vm } from '../builders';

const claim = { host: 'h1', epoch: 1, bootID: bootOf('h1') };
const RUNNING = { phase: 'Running', vmUID: UID, host: 'h1' } as const;
type RunPolicy = XenDomainSpec['runPolicy'] & string;

const onH1 = (runPolicy: RunPolicy) => vm({ spec: { runPolicy }, status: claimed('h1', 1) });
const at = (made: XenDomain): VmFacts['orders'] => [{ host: 'h1', order: made }];
const asked = (spec: Partial<XenVMOperation['spec']>): XenVMOperation => operation('a', spec, RUNNING, 7);

/** The order after the next step of the plan; undefined if it stays. */
function next(over: Partial<Omit<VmFacts, 'hosts'>>): XenDomainSpec | undefined {
  const action = planOrder(facts(over), claim);
  if (action.do === 'createOrder') return action.order.spec;
  return action.do === 'updateOrder' ? action.spec : undefined;
}

describe('an operation in the order', () => {
  const carried = (spec: Partial<XenVMOperation['spec']>) =>
    next({ vm: onH1('Always'), orders: at(order('h1', 1)), operation: asked(spec) })?.operation;

  it('is all that the agent needs', () => {
    const known = { uid: 'uid-a', createdAt: '2026-01-01T00:00:07Z' };
    deepEqual(carried({ type: 'Restart' }), { ...known, type: 'Restart' });
    deepEqual(carried({ type: 'Stop', gracePeriodSeconds: 9 }), { ...known, type: 'Stop', gracePeriodSeconds: 9 });
    deepEqual(carried({ type: 'Stop', force: true }), { ...known, type: 'Stop', gracePeriodSeconds: 0 });
    deepEqual(carried({ type: 'Restart', force: false }), { ...known, type: 'Restart' });
    deepEqual(carried({ type: 'Reset' }), { ...known, type: 'Restart', gracePeriodSeconds: 0 });
  });

  it('stays there until the next one, also where a name does not resolve', () => {
    const before = { uid: 'uid-z', createdAt: 'then', type: 'Stop' } as const;
    const edited = vm({ spec: { runPolicy: 'Always', boot: { kernel: 'other' } }, status: claimed('h1', 1) });
    const kept = order('h1', 1, { operation: before, runPolicy: 'Manual' });
    deepEqual(next({ vm: edited, orders: at(kept) })?.operation, before);
    const problem = { problem: { reason: 'ClassNotFound', message: '' } } as const;
    deepEqual(next({ vm: onH1('Always'), orders: at(kept), resolution: problem })?.operation, before);
    equal(
      next({ vm: onH1('Always'), orders: at(kept), resolution: problem, operation: asked({}) })?.operation?.uid,
      'uid-a',
    );
  });

  it('starts a domain unless it stops one, so it waits for trouble elsewhere to end', () => {
    for (const [type, expected] of [
      ['Restart', true],
      ['Start', true],
      ['Stop', false],
    ] as const) {
      const over = { vm: onH1('RerunOnFailure'), orders: at(order('h1', 1, { runPolicy: 'RerunOnFailure' })) };
      const known = facts({ ...over, operation: asked({ type }) });
      equal(starts(planOrder(known, claim)), expected, type);
      const trouble = { ...known, sightings: [seen('h2'), seen('h1', { orphan: false })] };
      equal(brief(planVm(trouble)), expected ? 'wait DuplicateDomain' : 'update h1 1 Running', type);
    }
  });

  it('is the first of this VM on this host that is not over', () => {
    const words = [{ uid: 'uid-a', phase: 'Succeeded' as const }];
    const orders = at(order('h1', 1, {}, { epoch: 1, operations: words }));
    const open = (operations: XenVMOperation[]) => handedOver(onH1('Always'), operations, orders)?.metadata.name;
    equal(open([operation('a', {}, RUNNING), operation('c', {}, RUNNING, 2), operation('b', {}, RUNNING, 1)]), 'b');
    equal(
      open([operation('d', {}, { ...RUNNING, host: 'h2' }), operation('e', {}, { ...RUNNING, vmUID: 'other' })]),
      undefined,
    );
    equal(open([operation('f', {}, { ...RUNNING, phase: 'Pending' }), operation('g')]), undefined);
  });
});

describe('runPolicy Manual', () => {
  const manual = (desired: 'Running' | 'Stopped', status?: XenDomain['status'], generation = 1): VmFacts['orders'] => {
    const made = order('h1', 1, { runPolicy: 'Manual', desired }, status);
    return at({ ...made, metadata: { ...made.metadata, generation } });
  };
  const desired = (over: Partial<Omit<VmFacts, 'hosts'>>) => next({ vm: onH1('Manual'), ...over })?.desired;

  it('is what the operation under way asks for', () => {
    equal(desired({ orders: manual('Stopped'), operation: asked({ type: 'Start' }) }), 'Running');
    equal(desired({ orders: manual('Running'), operation: asked({ type: 'Stop' }) }), 'Stopped');
    equal(desired({ orders: manual('Running'), operation: asked({ type: 'Restart' }) }), 'Running');
  });

  it('is what the Dom0 keeps, if it speaks of this very order', () => {
    const kept = { epoch: 1, observedGeneration: 1, kept: 'Running' } as const;
    equal(desired({ orders: manual('Stopped', kept) }), 'Running');
    equal(desired({ orders: manual('Stopped', kept, 2) }), undefined);
    equal(desired({ orders: manual('Stopped', { ...kept, epoch: 0 }) }), undefined);
  });

  it('is not what it was, once the policy was another one', () => {
    const kept = { epoch: 1, observedGeneration: 1, kept: 'Running' } as const;
    equal(next({ vm: onH1('Halted'), orders: manual('Running', kept) })?.desired, 'Stopped');
  });

  it('where the order is made anew, is what the domain does that is there', () => {
    const mine = (present: boolean) => [seen('h1', { present, orphan: false })];
    equal(desired({ orders: [], sightings: mine(true) }), 'Running');
    equal(desired({ orders: [], sightings: mine(false) }), 'Stopped');
    equal(desired({ orders: [] }), 'Stopped');
  });
});
