import { deepEqual, equal } from 'node:assert/strict';
import { afterDelete, afterRetire } from '../../../agents/reconcile/outcome';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { NOW, order, record, row, started } from '../orders';
import { GONE, OFF, ended, given, reported, rows, step } from './words';

describe('an order to be off', () => {
  it('asks the guest, waits, and destroys after the grace period only', () => {
    const first = step({ record: started() }, given(OFF), rows(row()));
    deepEqual(first.act, { do: 'shutdown', seconds: 60 });
    const kept = first.record as DomainRecord;
    const at = (askedForMs: number): string =>
      step({ record: kept, nowMs: NOW + askedForMs, askedForMs }, given(OFF), rows(row())).act.do;
    deepEqual(
      [at(1000), at(14_000), at(16_000), at(59_999), at(60_000)],
      ['report', 'report', 'shutdown', 'shutdown', 'destroy'],
    );
  });

  it('the grace period survives a restart of the agent: what was waited is in the record', () => {
    const stopping = { sinceMs: NOW - 51_000, askedMs: NOW - 1000 };
    const at = (askedForMs: number): string =>
      step({ record: started({ order: order(OFF), stopping }), askedForMs }, given(OFF), rows(row())).act.do;
    deepEqual([at(1000), at(9999), at(10_000)], ['report', 'report', 'destroy']);
  });

  it('asked again, the guest keeps what it had of its time, and no more of it is gone', () => {
    const stopping = { sinceMs: NOW - 20_000, askedMs: NOW };
    const later = { nowMs: NOW + 9e9, askedForMs: 15_000 };
    const { record: kept, act } = step(
      { record: started({ order: order(OFF), stopping }), ...later },
      given(OFF),
      rows(row()),
    );
    deepEqual(act, { do: 'shutdown', seconds: 25 });
    deepEqual(kept?.stopping, { sinceMs: NOW + 9e9 - 35_000, askedMs: NOW + 9e9 });
  });

  it('a clock that is set forward ends no guest early', () => {
    const kept = started({ order: order(OFF), stopping: { sinceMs: NOW, askedMs: NOW } });
    equal(step({ record: kept, nowMs: NOW + 9e9, askedForMs: 2000 }, given(OFF), rows(row())).act.do, 'report');
  });

  it('a shutdown that was taken back does not shorten the next one', () => {
    const kept = started({ stopping: { sinceMs: NOW - 3_000_000, askedMs: NOW - 3_000_000 } });
    deepEqual(step({ record: kept }, given(OFF), rows(row())).act, { do: 'shutdown', seconds: 60 });
  });

  it('a clock that was set back ends no guest early', () => {
    const kept = started({ order: order(OFF), stopping: { sinceMs: NOW + 1e9, askedMs: NOW + 1e9 } });
    equal(step({ record: kept, askedForMs: 59_999 }, given(OFF), rows(row())).act.do, 'shutdown');
    equal(step({ record: kept, askedForMs: 60_000 }, given(OFF), rows(row())).act.do, 'destroy');
  });

  it('without grace it is destroyed at once', () =>
    equal(step({ record: started() }, given({ ...OFF, gracePeriodSeconds: 0 }), rows(row())).act.do, 'destroy'));

  it('is Stopped and Ready when no domain is there, and starts afresh later', () => {
    const { act, record: kept } = step({ record: started() }, given(OFF));
    equal(act.do === 'report' && act.report.ready, 'True');
    deepEqual([kept?.started, kept?.ended], [undefined, undefined]);
    equal(step({ record: kept as DomainRecord }).act.do, 'create');
  });

  it('and Running again while the guest still goes down: started again, whatever the run policy', () => {
    const spec = order({ runPolicy: 'Once' });
    const kept = started({ order: spec, stopping: { sinceMs: NOW, askedMs: NOW } });
    const reaped = step({ record: kept }, given({ runPolicy: 'Once' }), rows(ended('poweroff')));
    equal(reaped.act.do, 'reap');
    equal(step({ record: reaped.record as DomainRecord }, given({ runPolicy: 'Once' })).act.do, 'create');
  });
});

describe('an order to be absent', () => {
  it('retires, deletes the named disks, and only then says so', () => {
    const spec = { ...GONE, deleteDisks: [{ name: 'root', path: '/p' }] };
    const first = step({ record: started() }, given(spec));
    deepEqual(first.act, { do: 'retire', epoch: 1 });
    const retired = afterRetire(first.record as DomainRecord, 1, NOW);
    const second = step({ record: retired }, given(spec));
    deepEqual(second.act, { do: 'deleteDisks', disks: [{ name: 'root', path: '/p' }] });
    const third = step({ record: afterDelete(retired, ['root']) }, given(spec));
    deepEqual([reported(third).phase, reported(third).reason], ['Absent', 'Retired']);
  });

  it('a disk that cannot be deleted holds the news back, and is tried again', () => {
    const spec = { ...GONE, deleteDisks: [{ name: 'root', path: '/p' }] };
    const failure = { reason: 'PolicyRefused', message: 'no' } as const;
    const kept = afterDelete(record({ order: order(spec), retiredEpoch: 1 }), [], failure, NOW);
    equal(reported(step({ record: kept }, given(spec))).reason, 'PolicyRefused');
    equal(step({ record: kept, nowMs: NOW + 60_001 }, given(spec)).act.do, 'deleteDisks');
  });

  it('a refusal is no receipt: the domain is looked for again before anything is said', () => {
    const refused = record({ order: order(GONE), refusedEpoch: 1 });
    deepEqual(step({ record: refused }, given(GONE)).act, { do: 'retire', epoch: 1 });
    const running = started({ order: order(GONE), refusedEpoch: 1 });
    equal(step({ record: running }, given(GONE), rows(row())).act.do, 'shutdown');
    equal(step({ order: { kind: 'vanished' }, record: refused }).record?.frozen, true);
  });

  it('for a domain that was never here retires it all the same', () => {
    deepEqual(step(given({ ...GONE, epoch: 9 })).act, { do: 'retire', epoch: 9 });
  });

  it('ends a running guest as Stopped does', () => {
    equal(step({ record: started() }, given(GONE), rows(row())).act.do, 'shutdown');
  });

  it('says it again, without doing it again', () => {
    const kept = record({ order: order(GONE), retiredEpoch: 1 });
    const again = step({ record: kept }, given(GONE));
    equal(reported(again).phase, 'Absent');
    equal(again.record, undefined);
  });
});
