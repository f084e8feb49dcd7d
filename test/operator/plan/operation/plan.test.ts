/** What becomes of operations, case by case. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenDomain, XenVM, XenVMOperation, XenVMOperationStatus } from '../../../../crds/generated/types';
import { findCondition } from '../../../../common/conditions';
import { MISSING_MS, planOperations, type OperationFacts } from '../../../../operator/plan/operation/plan';
import type { VmFacts } from '../../../../operator/plan/vm/facts';
import { claimed, facts, host, operation, order, UID, vm } from '../builders';

const NOW = Date.UTC(2026, 0, 1, 1);
const RUNNING = { phase: 'Running', vmUID: UID, host: 'h1', startedAt: '2026-01-01T00:30:00Z' } as const;
type Words = NonNullable<XenDomain['status']>['operations'];

/** The VM on h1, whose order is obeyed and has this operation. */
function known(over: Partial<VmFacts> = {}, uid?: string, operations?: Words): VmFacts {
  const asked = uid === undefined ? {} : { operation: { uid, createdAt: 'then', type: 'Restart' as const } };
  const status = { epoch: 1, phase: 'Running' as const, ...(operations && { operations }) };
  return {
    ...facts({ vm: vm({ status: claimed('h1', 1) }), orders: [{ host: 'h1', order: order('h1', 1, asked, status) }] }),
    ...over,
  };
}

const plan = (operations: XenVMOperation[], over: Partial<OperationFacts> = {}) =>
  planOperations({ operations, known: known(), missingForMs: 0, nowMs: NOW, ...over });

/** Phase and reason of each operation that is to be shown, and what is to be deleted. */
function brief(operations: XenVMOperation[], over: Partial<OperationFacts> = {}): string[] {
  return plan(operations, over).actions.map((action) => {
    const { name } = action.operation.metadata;
    if (action.do === 'delete') return `delete ${name}`;
    const { phase, host: at = '-', conditions } = action.status;
    return `${name} ${phase} ${findCondition(conditions, 'Ready')?.reason} ${at}`;
  });
}

const shown = (asked: XenVMOperation, over: Partial<OperationFacts> = {}): XenVMOperationStatus => {
  const [action] = plan([asked], over).actions;
  return action?.do === 'show' ? action.status : {};
};

describe('an operation whose turn it is', () => {
  it('is bound to the host of the claim before anything else', () => {
    const { host: at, vmUID, startedAt, finishedAt, phase } = shown(operation('a'));
    deepEqual([at, vmUID, startedAt, finishedAt, phase], ['h1', UID, '2026-01-01T01:00:00.000Z', undefined, 'Running']);
  });

  it('waits until the order in force is obeyed by a host that has reported', () => {
    const onH1 = vm({ status: claimed('h1', 1) });
    const rows: [string, Partial<VmFacts>][] = [
      ['no claim', { vm: vm() }],
      ['no order', { orders: [] }],
      ['not taken up', { orders: [{ host: 'h1', order: order('h1', 1) }] }],
      ['taken up in an older epoch', { orders: [{ host: 'h1', order: order('h1', 1, {}, { epoch: 0 }) }] }],
      ['of an older claim', { vm: vm({ status: claimed('h1', 2) }) }],
      ['to be absent', { orders: [{ host: 'h1', order: order('h1', 1, { desired: 'Absent' }, { epoch: 1 }) }] }],
      ['not reported', { vm: onH1, hosts: { h1: host('h1', { answered: false }) } }],
    ];
    for (const [name, over] of rows)
      deepEqual(brief([operation('a')], { known: known(over) }), ['a Pending WaitingForVM -'], name);
  });

  it('is the oldest, by its UID within a second; what runs goes before all', () => {
    const [a, b, c] = [
      operation('a', {}, undefined, 2),
      operation('b', {}, undefined, 1),
      operation('c', {}, undefined, 1),
    ];
    deepEqual(brief([a, c, b]), [
      'b Running HandedOver h1',
      'c Pending WaitingForTurn -',
      'a Pending WaitingForTurn -',
    ]);
    deepEqual(brief([operation('a', {}, RUNNING, 2), b]), ['a Running HandedOver h1', 'b Pending WaitingForTurn -']);
  });

  it('waits for one that was deleted while it ran', () => {
    const wait = ['a Pending WaitingForTurn -'];
    deepEqual(brief([operation('a')], { known: known({}, 'gone') }), wait);
    deepEqual(brief([operation('a')], { known: known({}, 'gone', [{ uid: 'gone', phase: 'Running' }]) }), wait);
    const over = known({}, 'gone', [{ uid: 'gone', phase: 'Failed' }]);
    deepEqual(brief([operation('a')], { known: over }), ['a Running HandedOver h1']);
  });

  it('is refused where the run policy forbids it, with what helps', () => {
    const allowed: Record<string, string> = {};
    for (const runPolicy of ['Always', 'RerunOnFailure', 'Once', 'Manual', 'Halted'] as const)
      for (const type of ['Start', 'Stop', 'Restart', 'Reset'] as const) {
        const here = known({ vm: vm({ spec: { runPolicy }, status: claimed('h1', 1) }) });
        const [said] = brief([operation('a', { type })], { known: here });
        if (said === 'a Running HandedOver h1') allowed[runPolicy] = `${allowed[runPolicy] ?? ''} ${type}`;
        else equal(said, 'a Failed RunPolicyForbids -');
      }
    deepEqual(allowed, {
      Always: ' Restart Reset',
      RerunOnFailure: ' Start Stop Restart Reset',
      Once: ' Stop Restart Reset',
      Manual: ' Start Stop Restart Reset',
    });
    const { conditions } = shown(operation('a', { type: 'Stop' }));
    match(
      findCondition(conditions, 'Stalled')?.message ?? '',
      /runPolicy Always of XenVM web would start .* set spec\.runPolicy to Halted/,
    );
  });
});

describe('an operation that was handed over', () => {
  it('is what the host says of it', () => {
    const at = (words: Words) => brief([operation('a', {}, RUNNING)], { known: known({}, 'uid-a', words) });
    deepEqual(at(undefined), ['a Running HandedOver h1']);
    deepEqual(at([{ uid: 'uid-a', phase: 'Running' }]), ['a Running HandedOver h1']);
    deepEqual(at([{ uid: 'uid-a', phase: 'Succeeded' }]), ['a Succeeded Done h1']);
    deepEqual(at([{ uid: 'uid-a', phase: 'Failed', reason: 'OutOfMemory', message: 'x' }]), [
      'a Failed OutOfMemory h1',
    ]);
    deepEqual(at([{ uid: 'other', phase: 'Failed' }]), ['a Running HandedOver h1']);
  });

  it('is that also if a backup has brought it back, whoever’s turn it is, and whatever the policy says', () => {
    const halted = vm({ spec: { runPolicy: 'Halted' }, status: claimed('h1', 1) });
    const words = [{ uid: 'uid-b', phase: 'Succeeded' as const }];
    const both = [operation('a', {}, RUNNING), operation('b', {}, { phase: 'Pending' }, 1)];
    deepEqual(brief(both, { known: known({ vm: halted }, 'uid-a', words) }), [
      'a Running HandedOver h1',
      'b Succeeded Done -',
    ]);
  });

  it('goes to no other host', () => {
    const moved = known({ vm: vm({ status: claimed('h2', 2) }), orders: [{ host: 'h2', order: order('h2', 2) }] });
    deepEqual(brief([operation('a', {}, RUNNING)], { known: moved }), ['a Failed HostLost h1']);
    deepEqual(brief([operation('a', {}, RUNNING)], { known: known({ vm: vm() }) }), ['a Failed HostLost h1']);
  });

  it('is written only when something is new', () => {
    const status = shown(operation('a', {}, RUNNING));
    deepEqual(brief([operation('a', {}, status)]), []);
  });
});

describe('an operation without its VM', () => {
  it('waits a moment for one that is created with it, and then fails', () => {
    const soon = plan([operation('a')], { known: undefined, missingForMs: 4000 });
    equal(soon.againInMs, MISSING_MS - 4000);
    deepEqual(brief([operation('a')], { known: undefined, missingForMs: 4000 }), ['a Pending WaitingForVM -']);
    deepEqual(brief([operation('a')], { known: undefined, missingForMs: MISSING_MS }), ['a Failed VMNotFound -']);
  });

  it('says what it waits for by then, and notes whose it is', () => {
    const waiting = operation('a', {}, shown(operation('a'), { known: undefined }));
    const { vmUID, conditions } = shown(waiting, { known: known({ vm: vm() }) });
    deepEqual([vmUID, findCondition(conditions, 'Ready')?.message], [UID, 'the XenVM has no host yet']);
  });

  it('fails once that is deleted, or is another one of the same name', () => {
    const deleted = vm({ meta: { deletionTimestamp: '2026-01-01T00:00:00Z' }, status: claimed('h1', 1) });
    const other: XenVM = vm({ meta: { uid: 'another' }, status: claimed('h1', 1) });
    for (const asked of [operation('a', {}, RUNNING), operation('a', {}, { phase: 'Pending', vmUID: UID })])
      for (const here of [known({ vm: deleted }), known({ vm: other }), undefined])
        match(brief([asked], { known: here })[0] ?? '', /^a Failed VMDeleted/);
  });
});

describe('an operation that is over', () => {
  const over = (seconds: number, spec: Partial<XenVMOperation['spec']> = {}): XenVMOperation =>
    operation('a', spec, { phase: 'Failed', finishedAt: new Date(NOW - seconds * 1000).toISOString() });

  it('is deleted when its time is over, a day after its end if it says none', () => {
    deepEqual(brief([over(86_399)]), []);
    equal(plan([over(86_399)]).againInMs, 1000);
    deepEqual(brief([over(86_400)]), ['delete a']);
    deepEqual(brief([over(0, { ttlSecondsAfterFinished: 0 })]), ['delete a']);
    deepEqual(brief([over(86_400, { ttlSecondsAfterFinished: 100_000 })]), []);
  });

  it('is never looked at again, and holds up nobody', () => {
    const words: Words = [{ uid: 'uid-a', phase: 'Succeeded' }];
    deepEqual(brief([over(0), operation('b', {}, undefined, 1)], { known: known({}, 'uid-a', words) }), [
      'b Running HandedOver h1',
    ]);
  });

  it('is told in the sense of kstatus', () => {
    const told = (words: Words) =>
      (shown(operation('a', {}, RUNNING), { known: known({}, 'uid-a', words) }).conditions ?? []).map(
        ({ type, status }) => `${type}=${status}`,
      );
    deepEqual(told([{ uid: 'uid-a', phase: 'Succeeded' }]), ['Ready=True', 'Stalled=False', 'Finished=True']);
    deepEqual(told([{ uid: 'uid-a', phase: 'Failed' }]), ['Ready=False', 'Stalled=True', 'Finished=True']);
    deepEqual(told(undefined), ['Ready=False', 'Stalled=False', 'Finished=False']);
  });
});
