import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { afterCreate, afterDelete, afterRetire } from '../../../agents/reconcile/outcome';
import { backOffMs, restartRequired } from '../../../agents/reconcile/record';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { nextStep } from '../../../agents/reconcile/step';
import type { Report, Step, StepInput } from '../../../agents/reconcile/types';
import type { RunOrder } from '../../../agents/xl/order';
import type { DomainRow } from '../../../agents/xl/list';
import { BOOT, FLEET, NOW, UUID, input, order, record, row, started } from '../orders';

const rows = (...found: DomainRow[]): Pick<StepInput, 'seen'> => ({ seen: { kind: 'rows', rows: found } });
const given = (changes: Partial<RunOrder> = {}, confirmed = true): Pick<StepInput, 'order'> => ({
  order: { kind: 'given', spec: order(changes), confirmed },
});
const step = (...parts: Partial<StepInput>[]): Step =>
  nextStep(input(Object.assign({}, ...parts) as Partial<StepInput>));
const reported = ({ act }: Step): Report => {
  ok(act.do === 'report', `it did ${act.do}`);
  return act.report;
};
const ended = (reason: DomainRow['reason']): DomainRow => row({ state: 'shutdown', ...(reason && { reason }) });
const OFF: Partial<RunOrder> = { desired: 'Stopped' };
const GONE: Partial<RunOrder> = { desired: 'Absent' };

describe('an order to run', () => {
  it('is remembered, then created', () => {
    const { record: kept, act } = step();
    equal(act.do, 'create');
    deepEqual([kept?.epoch, kept?.order, kept?.confirmedBootID], [1, order(), BOOT]);
    deepEqual([kept?.creating?.epoch, kept?.creating?.bootID, kept?.creating?.applied?.type], [1, BOOT, 'pvh']);
  });

  it('that runs changes nothing, not even the record', () => {
    const { record: kept, act } = step({ record: started() }, rows(row()));
    equal(kept, undefined);
    equal(act.do === 'report' && act.report.phase, 'Running');
  });

  it('whose domain runs already is taken over as it is, at a new epoch too', () => {
    const { record: kept, act } = step({ record: started() }, given({ epoch: 5 }), rows(row()));
    equal(act.do, 'report');
    deepEqual([kept?.epoch, kept?.started], [5, { epoch: 5, bootID: BOOT, atMs: NOW - 3_600_000 }]);
  });

  it('that was being created when the agent died, and runs: its own, with what it was given', () => {
    const creating = { epoch: 1, bootID: BOOT, atMs: NOW - 5000, applied: { type: 'pvh' as const } };
    const { record: kept } = step({ record: started({ creating, ended: { how: 'crash', atMs: NOW } }) }, rows(row()));
    deepEqual([kept?.started, kept?.restarts, kept?.creating], [creating, 1, undefined]);
  });

  it('waits while the domain is being built, dying, suspended or not to be understood', () => {
    for (const state of ['paused', 'dying', 'suspended', 'unknown'] as const)
      equal(step({ record: started() }, rows(row({ state }))).act.do, 'report', state);
  });

  it('touches nothing where two domains have the UUID', () => {
    const { act } = step({ record: started() }, rows(row(), row({ domid: 8 })));
    equal(act.do === 'report' && act.report.reason, 'DuplicateDomain');
    equal(step({ record: started() }, given(GONE), rows(row(), row({ domid: 8 }))).act.do, 'report');
  });

  it('one that dies does not count beside one that lives', () => {
    equal(reported(step({ record: started() }, rows(row({ state: 'dying' }), row({ domid: 8 })))).phase, 'Running');
  });

  it('says Unknown and does nothing where the host cannot be listed', () => {
    const seen = { kind: 'unknown', reason: 'ToolstackHung', message: 'no answer' } as const;
    for (const spec of [{}, OFF, GONE])
      deepEqual(reported(step({ seen, record: started() }, given(spec))), {
        phase: 'Unknown',
        ready: 'Unknown',
        reason: 'ToolstackHung',
        message: 'no answer',
      });
  });

  it('clears away what a killed create left, but not while it may still go on, and not what somebody paused', () => {
    const paused = rows(row({ state: 'paused' }));
    const creating = (ageMs: number) => ({
      record: record({ creating: { epoch: 1, bootID: BOOT, atMs: NOW - ageMs } }),
    });
    deepEqual(step(creating(31_000), paused).act, { do: 'bury', domid: 7, state: 'paused' });
    equal(step(creating(5000), paused).act.do, 'report');
    equal(step({ record: started() }, paused).act.do, 'report');
  });
});

describe('a guest that ended by itself', () => {
  const policies = ['Always', 'RerunOnFailure', 'Once', 'Manual'] as const;
  const reasons = ['poweroff', 'reboot', 'crash', 'watchdog', 'soft_reset'] as const;
  const expected: Record<(typeof policies)[number], string[]> = {
    Always: ['create', 'create', 'create', 'create', 'create'],
    RerunOnFailure: ['Finished', 'create', 'create', 'create', 'create'],
    Once: ['Finished', 'create', 'Crashed', 'Crashed', 'create'],
    Manual: ['Finished', 'create', 'Crashed', 'Crashed', 'create'],
  };
  for (const runPolicy of policies)
    reasons.forEach((reason, index) =>
      it(`${runPolicy}, ${reason}: buried, then ${expected[runPolicy][index]}`, () => {
        const spec = order({ runPolicy });
        const first = step({ record: started({ order: spec }) }, given({ runPolicy }), rows(ended(reason)));
        deepEqual(first.act, { do: 'bury', domid: 7, state: 'shutdown' });
        equal(first.record?.lastTermination?.reason, reason);
        const { act } = step({ record: first.record as DomainRecord }, given({ runPolicy }));
        equal(act.do === 'report' ? act.report.reason : act.do, expected[runPolicy][index]);
      }),
    );

  it('its end is on disk before it is buried, so that it is not taken for destroyed afterwards', () => {
    const spec = order({ runPolicy: 'RerunOnFailure' });
    const { record: kept } = step(
      { record: started({ order: spec }) },
      given({ runPolicy: 'RerunOnFailure' }),
      rows(ended('poweroff')),
    );
    deepEqual(kept?.ended, { how: 'poweroff', atMs: NOW });
  });

  it('gone behind our back: restarted at once the first time, then with back-off', () => {
    const first = step({ record: started() });
    equal(first.act.do, 'create');
    equal(first.record?.lastTermination?.reason, 'destroyed');
    let kept = afterCreate(first.record as DomainRecord, {
      order: order(),
      outcome: { kind: 'created', disks: [] },
      bootID: BOOT,
      nowMs: NOW,
    });
    const again = step({ record: kept, nowMs: NOW + 5000 });
    deepEqual(reported(again).reason, 'RestartBackOff');
    equal(again.act.do === 'report' && again.act.wakeAtMs, NOW + 15_000);
    kept = again.record as DomainRecord;
    equal(step({ record: kept, nowMs: NOW + 14_999 }).act.do, 'report');
    equal(step({ record: kept, nowMs: NOW + 15_001 }).act.do, 'create');
  });

  it('a run of ten minutes makes the past forgotten', () => {
    const { record: kept } = step({ record: started({ failures: 6 }) });
    equal(kept?.failures, 1);
  });

  it('the back-off: 0, 10 s, doubling, at most 300 s', () => {
    deepEqual([0, 1, 2, 3, 4, 5, 6, 7, 50].map(backOffMs), [0, 0, 10e3, 20e3, 40e3, 80e3, 160e3, 300e3, 300e3]);
  });

  it('gone behind our back under Once: failed, and says so', () => {
    const spec = order({ runPolicy: 'Once' });
    const { act } = step({ record: started({ order: spec }) }, given({ runPolicy: 'Once' }));
    ok(act.do === 'report');
    deepEqual([act.report.phase, act.report.reason], ['Failed', 'Crashed']);
    match(act.report.message, /destroyed by somebody else/);
  });

  it('an edit of the order ends the back-off', () => {
    const waiting = started({ failures: 5, nextStartMs: NOW + 100_000, ended: { how: 'crash', atMs: NOW } });
    equal(step({ record: waiting }).act.do, 'report');
    equal(step({ record: waiting }, given({ boot: { kernel: 'other' } })).act.do, 'create');
  });
});

describe('after a boot of the host', () => {
  const host = { fleetID: FLEET, bootID: 'boot-2', startUnconfirmed: false };

  it('nothing is started that the API has not confirmed since', () => {
    for (const kept of [started(), record()]) {
      const { act, record: noted } = step({ record: kept, host, order: { kind: 'unheard' } });
      equal(act.do === 'report' && act.report.reason, 'AwaitingConfirmation');
      if (kept.started) equal(noted?.lastTermination?.reason, 'hostReboot');
    }
    equal(reported(step({ record: started(), host }, given({}, false))).reason, 'AwaitingConfirmation');
  });

  it('what it confirms is started', () => equal(step({ record: started(), host }).act.do, 'create'));

  it('what was confirmed in this boot is started while the API is away', () =>
    equal(step({ record: started({ confirmedBootID: 'boot-2' }), host, order: { kind: 'unheard' } }).act.do, 'create'));

  it('the policy file may allow it', () =>
    equal(
      step({ record: started(), host: { ...host, startUnconfirmed: true }, order: { kind: 'unheard' } }).act.do,
      'create',
    ));

  it('Once does not run twice', () => {
    const spec = order({ runPolicy: 'Once' });
    equal(reported(step({ record: started({ order: spec }), host }, given({ runPolicy: 'Once' }))).phase, 'Failed');
  });
});

describe('an order to be off', () => {
  it('asks the guest, waits, and destroys after the grace period only', () => {
    const first = step({ record: started() }, given(OFF), rows(row()));
    deepEqual(first.act, { do: 'shutdown', seconds: 60 });
    const kept = first.record as DomainRecord;
    const at = (afterMs: number): string =>
      step({ record: kept, nowMs: NOW + afterMs }, given(OFF), rows(row())).act.do;
    deepEqual(
      [at(1000), at(14_000), at(16_000), at(59_999), at(60_000)],
      ['report', 'report', 'shutdown', 'shutdown', 'destroy'],
    );
  });

  it('the grace period survives a restart of the agent, since it is in the record', () => {
    const kept = started({ order: order(OFF), stopping: { sinceMs: NOW - 61_000, askedMs: NOW - 1000 } });
    equal(step({ record: kept }, given(OFF), rows(row())).act.do, 'destroy');
  });

  it('a shutdown that was taken back does not shorten the next one', () => {
    const kept = started({ stopping: { sinceMs: NOW - 3_000_000, askedMs: NOW - 3_000_000 } });
    deepEqual(step({ record: kept }, given(OFF), rows(row())).act, { do: 'shutdown', seconds: 60 });
  });

  it('a clock that was set back ends no guest early', () => {
    const kept = started({ order: order(OFF), stopping: { sinceMs: NOW + 1e9, askedMs: NOW + 1e9 } });
    equal(step({ record: kept }, given(OFF), rows(row())).act.do, 'shutdown');
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
    const buried = step({ record: kept }, given({ runPolicy: 'Once' }), rows(ended('poweroff')));
    equal(buried.act.do, 'bury');
    equal(step({ record: buried.record as DomainRecord }, given({ runPolicy: 'Once' })).act.do, 'create');
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

describe('an order to refuse', () => {
  const refusals: [string, Partial<StepInput>, string, RegExp][] = [
    ['of another fleet', { ...given({ fleetID: 'other' }) }, 'ForeignFleet', /belongs to fleet fleet-1/],
    ['for a host of no fleet yet', { host: { bootID: BOOT, startUnconfirmed: false } }, 'ForeignFleet', /no fleet yet/],
    [
      'of a retired epoch',
      { record: record({ retiredEpoch: 3, epoch: 3 }), ...given({ epoch: 3 }) },
      'StaleEpoch',
      /not above 3/,
    ],
    [
      'below an epoch that was obeyed',
      { record: record({ epoch: 5 }), ...given({ epoch: 4 }) },
      'StaleEpoch',
      /below 5/,
    ],
    [
      'to end what a higher epoch runs',
      { record: record({ epoch: 5 }), ...given({ ...GONE, epoch: 4 }) },
      'StaleEpoch',
      /below 5/,
    ],
    [
      'of another VM',
      { ...given({ vm: { namespace: 'other', name: 'web', uid: 'u' } }), record: record() },
      'InvalidOrder',
      /belongs to tenant\/web/,
    ],
    [
      'that is invalid',
      { order: { kind: 'given', spec: order(), confirmed: true, invalid: 'spec.x is bad' } },
      'InvalidOrder',
      /spec.x/,
    ],
  ];
  for (const [title, parts, reason, words] of refusals)
    it(`${title}: ${reason}, whatever runs, and nothing is remembered`, () => {
      for (const found of [[], [row()]]) {
        const refused = step(parts, rows(...found));
        const report = reported(refused);
        equal(report.reason, reason);
        match(report.message, words);
        equal(refused.record, undefined);
      }
    });

  it('a retired epoch is not in the way of a higher one', () =>
    equal(step({ record: record({ retiredEpoch: 3, epoch: 3 }) }, given({ epoch: 4 })).act.do, 'create'));
});

describe('an order that is not there', () => {
  it('and was never: nothing', () => deepEqual(step({ order: { kind: 'vanished' } }).act, { do: 'idle' }));

  it('vanished: frozen, neither ended nor started, also when its domain is gone', () => {
    for (const found of [[], [row()], [ended('crash')]]) {
      const { act, record: kept } = step({ order: { kind: 'vanished' }, record: started() }, rows(...found));
      deepEqual([act.do, kept?.frozen], ['idle', true]);
      const frozen = kept as DomainRecord;
      deepEqual(step({ order: { kind: 'unheard' }, record: frozen }, rows(...found)), { act: { do: 'idle' } });
      deepEqual(step({ order: { kind: 'vanished' }, record: frozen }, rows(...found)), { act: { do: 'idle' } });
    }
  });

  it('and comes back: thawed', () => {
    const { record: kept } = step({ record: started({ frozen: true }) }, rows(row()));
    equal(kept?.frozen, undefined);
  });

  it('retired before: nothing to freeze', () =>
    deepEqual(step({ order: { kind: 'vanished' }, record: record({ retiredEpoch: 1 }) }), { act: { do: 'idle' } }));

  it('because the API is away: restarts go on from disk', () => {
    equal(step({ order: { kind: 'unheard' }, record: started() }).act.do, 'create');
    equal(step({ order: { kind: 'unheard' }, record: started({ order: order(OFF) }) }, rows(row())).act.do, 'shutdown');
  });
});

describe('what is remembered of a create', () => {
  const end = (outcome: Parameters<typeof afterCreate>[1]['outcome'], before = record()) =>
    afterCreate(before, { order: order(), outcome, bootID: BOOT, nowMs: NOW });

  it('that failed: why, and not before ten seconds', () => {
    const failure = { reason: 'OutOfMemory', message: 'no room' } as const;
    const kept = end({ kind: 'failed', failure, disks: ['root'] });
    deepEqual([kept.nextStartMs, kept.lastFailure, kept.disks], [NOW + 10_000, failure, ['root']]);
    deepEqual(reported(step({ record: kept })), { phase: 'Failed', ready: 'False', ...failure });
  });

  it('the same failure twice reports the same, so that nothing is written', () => {
    const failure = { reason: 'OutOfMemory', message: 'no room' } as const;
    const once = end({ kind: 'failed', failure, disks: [] });
    const twice = end({ kind: 'failed', failure, disks: [] }, once);
    deepEqual(reported(step({ record: twice })), reported(step({ record: once })));
  });

  it('that the Dom0 refused: its retired epoch', () => equal(end({ kind: 'retired', epoch: 7 }).retiredEpoch, 7));

  it('that succeeded: with what it runs, and how often', () => {
    const first = end({ kind: 'created', disks: ['root'] });
    equal(first.restarts, 0);
    equal(end({ kind: 'created', disks: [] }, { ...first, ended: { how: 'crash', atMs: NOW } }).restarts, 1);
    deepEqual(restartRequired({ ...first, order: order({ memory: { targetMiB: 2048, maxMiB: 2048 } }) }), ['memory']);
    deepEqual(restartRequired(first), []);
  });

  it('a step with nothing new keeps the record it was given', () => {
    const kept = end({ kind: 'created', disks: [] });
    equal(step({ record: kept }, rows(row({ domid: -1, uuid: UUID }))).record, undefined);
  });
});
