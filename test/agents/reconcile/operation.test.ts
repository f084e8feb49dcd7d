import { deepEqual, equal } from 'node:assert/strict';
import { afterCreate } from '../../../agents/reconcile/outcome';
import type { DomainRecord, Operation } from '../../../agents/reconcile/record';
import type { StepInput } from '../../../agents/reconcile/types';
import type { RunOrder } from '../../../agents/xl/order';
import { BOOT, NOW, order, record, row, started } from '../orders';
import { GONE, OFF, ended, given, reported, rows, step } from './words';

type Type = NonNullable<Operation['type']>;
const operation = (type: Type, more: Partial<RunOrder['operation']> = {}): Partial<RunOrder> => ({
  operation: { uid: 'op-1', createdAt: '2027-01-15T08:00:00Z', type, ...more },
});
const MANUAL: Partial<RunOrder> = { runPolicy: 'Manual' };
const RERUN: Partial<RunOrder> = { runPolicy: 'RerunOnFailure' };
const ENDED = { ended: { how: 'poweroff', atMs: NOW - 1000 } } as const;

/** What the step does, and what is known of the operation by then. */
function told(...parts: Partial<StepInput>[]): [string, Operation['phase']?, string?] {
  const before = (Object.assign({}, ...parts) as Partial<StepInput>).record;
  const { act, record: kept = before } = step(...parts);
  const { phase, reason } = kept?.operations?.at(-1) ?? {};
  return [act.do, ...(phase ? [phase] : []), ...(reason ? [reason] : [])] as ReturnType<typeof told>;
}

describe('an operation', () => {
  it('that ends a guest asks it, gives it its time, and destroys it only then', () => {
    for (const type of ['Stop', 'Restart'] as const) {
      const spec = { ...RERUN, ...operation(type, { gracePeriodSeconds: 30 }) };
      const first = step({ record: started() }, given(spec), rows(row()));
      deepEqual(first.act, { do: 'shutdown', seconds: 30 });
      const kept = first.record as DomainRecord;
      const at = (askedForMs: number): string =>
        step({ record: kept, nowMs: NOW + askedForMs, askedForMs }, given(spec), rows(row())).act.do;
      deepEqual([at(1000), at(16_000), at(29_999), at(30_000)], ['report', 'shutdown', 'shutdown', 'destroy']);
    }
  });

  it('takes the time of the order if it says none, and no time at all for 0', () => {
    deepEqual(step({ record: started() }, given(operation('Restart')), rows(row())).act, {
      do: 'shutdown',
      seconds: 60,
    });
    const now = given(operation('Restart', { gracePeriodSeconds: 0 }));
    equal(step({ record: started() }, now, rows(row())).act.do, 'destroy');
  });

  it('is refused in words where there is nothing to do', () => {
    const finished = { record: started(ENDED) };
    deepEqual(told({ record: started() }, given({ ...MANUAL, ...operation('Start') }), rows(row())), [
      'report',
      'Failed',
      'AlreadyRunning',
    ]);
    for (const type of ['Stop', 'Restart'] as const)
      for (const spec of [MANUAL, RERUN])
        deepEqual(told(finished, given({ ...spec, ...operation(type) }), rows()), ['report', 'Failed', 'NotRunning']);
    const halted = given({ ...OFF, runPolicy: 'Halted', ...operation('Start') });
    deepEqual(told({ record: record() }, halted, rows()), ['report', 'Failed', 'Overtaken']);
  });

  it('stops a guest for good under a policy that runs it again after a failure', () => {
    const spec = { ...RERUN, ...operation('Stop') };
    const asked = step({ record: started() }, given(spec), rows(row())).record as DomainRecord;
    const crashed = step({ record: asked }, given(spec), rows(ended('crash')));
    equal(crashed.act.do, 'reap');
    const off = step({ record: crashed.record ?? asked }, given(spec), rows());
    deepEqual([reported(off).phase, reported(off).reason], ['Stopped', 'Finished']);
    const { operations, lastTermination, failures, stopping } = off.record as DomainRecord;
    deepEqual(
      [operations?.[0]?.phase, lastTermination?.reason, failures, stopping],
      ['Succeeded', 'stopped', 0, undefined],
    );
    equal(step({ record: off.record as DomainRecord }, given(spec), rows()).act.do, 'report');
  });

  it('stops a guest that is about to be started again', () => {
    const crashed = { ended: { how: 'crash', atMs: NOW }, failures: 3, nextStartMs: NOW + 1000 } as const;
    const off = step({ record: started(crashed) }, given({ ...RERUN, ...operation('Stop') }), rows());
    deepEqual([reported(off).reason, off.record?.operations?.[0]?.phase], ['Finished', 'Succeeded']);
    const failing = {
      record: record({
        order: order(RERUN),
        lastFailure: { reason: 'OutOfMemory', message: '' },
        nextStartMs: NOW + 1000,
      } as const),
    };
    deepEqual(told(failing, given({ ...RERUN, ...operation('Stop') }), rows()), ['report', 'Failed', 'NotRunning']);
    const manual = step(failing, given({ ...MANUAL, ...operation('Stop') }), rows());
    deepEqual([reported(manual).reason, manual.record?.operations?.[0]?.phase], ['Halted', 'Succeeded']);
  });

  it('holds up no deletion and no other policy with the time that it gives', () => {
    const long = operation('Stop', { gracePeriodSeconds: 3600 });
    const asked = step({ record: started({ order: order(RERUN) }) }, given({ ...RERUN, ...long }), rows(row()));
    const kept = { record: asked.record as DomainRecord, nowMs: NOW + 60_000, askedForMs: 60_000 };
    const then = (spec: Partial<RunOrder>): unknown =>
      step(kept, given({ ...RERUN, ...long, ...spec }), rows(row())).act;
    deepEqual(then({}), { do: 'shutdown', seconds: 60 });
    deepEqual(then(GONE), { do: 'shutdown', seconds: 60 });
    deepEqual(then({ ...OFF, runPolicy: 'Halted', gracePeriodSeconds: 0 }), { do: 'destroy' });
    deepEqual(then({ ...GONE, gracePeriodSeconds: 0 }), { do: 'destroy' });
  });

  it('gives the guest its whole time, whatever was asked of it before', () => {
    const before = started({ stopping: { sinceMs: NOW - 900_000, askedMs: NOW - 800_000 } });
    deepEqual(step({ record: before, askedForMs: 800_000 }, given(operation('Restart')), rows(row())).act, {
      do: 'shutdown',
      seconds: 60,
    });
  });

  it('starts a guest that has finished, at once, whatever the back-off', () => {
    const waiting = { ...ENDED, failures: 5, nextStartMs: NOW + 100_000 };
    for (const [before, spec] of [
      [started(ENDED), RERUN],
      [started(waiting), RERUN],
      [record({ order: order({ ...MANUAL, ...OFF }) }), { ...MANUAL, ...OFF }],
    ] as const)
      deepEqual(told({ record: before }, given({ ...spec, ...operation('Start') }), rows()), ['create', 'Running']);
  });

  it('is done once the guest was started, even if that has ended since', () => {
    const creating = { epoch: 1, bootID: BOOT, atMs: NOW };
    const begun = { uid: 'op-1', createdAt: '', type: 'Start', phase: 'Running', startedMs: NOW } as const;
    const kept = record({ creating, operations: [begun], kept: 'Running' });
    const spec = given({ ...MANUAL, ...operation('Start') });
    deepEqual(told({ record: kept }, spec, rows(row({ state: 'paused' }))), ['report', 'Running']);
    deepEqual(told({ record: kept }, spec, rows(row())), ['report', 'Succeeded']);
    deepEqual(told({ record: kept }, spec, rows(ended('crash'))), ['reap', 'Succeeded']);
  });

  it('begins a Start only once the run before is cleared away', () => {
    const spec = given({ ...RERUN, ...operation('Start') });
    const first = step({ record: started() }, spec, rows(ended('poweroff')));
    deepEqual([first.act.do, first.record?.operations], ['reap', undefined]);
    deepEqual(told({ record: first.record as DomainRecord }, spec, rows()), ['create', 'Running']);
  });

  it('fails with the failure of its start: a guest that was off stays off, one that ran is tried again', () => {
    const failure = { reason: 'OutOfMemory', message: 'too little' } as const;
    const fail = (before: DomainRecord, spec: Partial<RunOrder>): ReturnType<typeof step> => {
      const made = step({ record: before }, given(spec), rows());
      const outcome = { kind: 'failed', failure, disks: [] } as const;
      const create = { order: order(spec), outcome, bootID: BOOT, nowMs: NOW };
      return step({ record: afterCreate(made.record as DomainRecord, create) }, given(spec), rows());
    };
    const start = fail(record({ kept: 'Stopped' }), { ...MANUAL, ...operation('Start') });
    deepEqual([reported(start).phase, start.record?.kept], ['Stopped', 'Stopped']);
    const { phase, reason, message } = start.record?.operations?.[0] ?? {};
    deepEqual([phase, reason, message], ['Failed', 'OutOfMemory', 'too little']);
    for (const policy of [MANUAL, { runPolicy: 'Once' } as const]) {
      const spec = { ...policy, ...operation('Restart', { gracePeriodSeconds: 0 }) };
      const asked = step({ record: started({ order: order(policy) }) }, given(spec), rows(row()))
        .record as DomainRecord;
      const restart = fail(asked, spec);
      deepEqual([reported(restart).phase, restart.record?.operations?.[0]?.phase], ['Failed', 'Failed']);
      const later = step({ record: restart.record as DomainRecord, nowMs: NOW + 400_000 }, given(spec), rows());
      equal(later.act.do, 'create');
    }
  });

  it('leaves alone a guest that somebody saves or moves, and one that the order wants gone', () => {
    const spec = operation('Restart', { gracePeriodSeconds: 0 });
    for (const state of ['suspended', 'unknown'] as const)
      deepEqual(told({ record: started() }, given(spec), rows(row({ state }))), ['report', 'Running']);
    equal(step({ record: started() }, given({ ...spec, desired: 'Absent' }), rows()).record?.operations, undefined);
  });

  it('gives way to another one, and to an order to be off', () => {
    const begun = step({ record: started() }, given(operation('Restart')), rows(row())).record as DomainRecord;
    const other = given({ ...RERUN, ...operation('Stop', { uid: 'op-2' }) });
    const both = step({ record: begun }, other, rows(row())).record?.operations ?? [];
    deepEqual(
      both.map(({ uid, phase, reason }) => [uid, phase, reason]),
      [
        ['op-1', 'Failed', 'Overtaken'],
        ['op-2', 'Running', undefined],
      ],
    );
    const halted = given({ ...OFF, runPolicy: 'Halted', ...operation('Restart') });
    deepEqual(told({ record: begun }, halted, rows(row())), ['shutdown', 'Failed', 'Overtaken']);
  });
});

describe('what the Dom0 keeps under runPolicy Manual', () => {
  const spec = (desired: 'Running' | 'Stopped', more: Partial<RunOrder> = {}): Pick<StepInput, 'order'> =>
    given({ ...MANUAL, desired, ...more });

  it('is what the order first said, then what the last Start or Stop said, whatever an order says later', () => {
    const kept = step({ record: started() }, spec('Running'), rows(row())).record as DomainRecord;
    equal(kept.kept, 'Running');
    equal(step({ record: kept }, spec('Stopped'), rows(row())).act.do, 'report');
    const stopped = step({ record: kept }, spec('Running', operation('Stop')), rows(row()));
    deepEqual([stopped.act.do, stopped.record?.kept], ['shutdown', 'Stopped']);
    equal(step({ record: stopped.record as DomainRecord }, spec('Running'), rows()).act.do, 'report');
  });

  it('is what is said of a domain on its way down', () => {
    const dying = rows(row({ state: 'dying' }));
    equal(reported(step({ record: started({ kept: 'Running' }) }, spec('Stopped'), dying)).phase, 'Starting');
    equal(reported(step({ record: started({ kept: 'Stopped' }) }, spec('Running'), dying)).phase, 'Stopping');
  });

  it('is forgotten under any other policy', () => {
    const kept = started({ kept: 'Running', order: order(MANUAL) });
    const halted = step({ record: kept }, given({ ...OFF, runPolicy: 'Halted' }), rows(row()));
    deepEqual([halted.act.do, halted.record?.kept], ['shutdown', undefined]);
    const again = step({ record: halted.record as DomainRecord }, spec('Stopped'), rows());
    equal(again.record?.kept, 'Stopped');
  });
});

describe('a Dom0 that has lost its record', () => {
  const order = (phase: 'Running' | 'Succeeded'): Pick<StepInput, 'order'> => {
    const { order: view } = given(operation('Restart'));
    return { order: { ...view, operations: [{ uid: 'op-1', phase }] } as StepInput['order'] };
  };
  it('runs no operation that this host has told of', () => {
    deepEqual(told(order('Succeeded'), rows(row())), ['report', 'Succeeded']);
    deepEqual(told(order('Running'), rows(row())), ['report', 'Failed', 'RecordLost']);
  });
});
