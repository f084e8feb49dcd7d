import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { afterCreate } from '../../../agents/reconcile/outcome';
import { backOffMs } from '../../../agents/reconcile/record';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { BOOT, FLEET, NOW, order, record, row, started } from '../orders';
import { GONE, OFF, ended, given, reported, rows, step } from './words';

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

  it('that has just been created runs, although nothing was listed since; an order to end it is obeyed', () => {
    const created = { record: started(), seen: { kind: 'created' } as const };
    equal(reported(step(created)).phase, 'Running');
    deepEqual(
      [OFF, GONE].map((spec) => step(created, given(spec)).act.do),
      ['shutdown', 'shutdown'],
    );
  });

  it('whose domain runs already is taken over as it is, at a new epoch too', () => {
    const { record: kept, act } = step({ record: started() }, given({ epoch: 5 }), rows(row()));
    equal(act.do, 'report');
    deepEqual([kept?.epoch, kept?.started], [5, { epoch: 5, bootID: BOOT, atMs: NOW - 3_600_000 }]);
  });

  it('that runs although its last run has ended: another run, since now', () => {
    const before = {
      started: { epoch: 1, bootID: BOOT, atMs: NOW - 9e6 },
      ended: { how: 'crash', atMs: NOW - 8e6 },
    } as const;
    for (const creating of [undefined, { epoch: 1, bootID: 'boot-0', atMs: NOW - 7e6 }]) {
      const { record: kept } = step({ record: record({ ...before, ...(creating && { creating }) }) }, rows(row()));
      deepEqual([kept?.started?.atMs, kept?.ended, kept?.creating], [NOW, undefined, undefined]);
    }
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
    deepEqual(step(creating(31_000), paused).act, { do: 'reap', domid: 7, state: 'paused' });
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
      it(`${runPolicy}, ${reason}: reaped, then ${expected[runPolicy][index]}`, () => {
        const spec = order({ runPolicy });
        const first = step({ record: started({ order: spec }) }, given({ runPolicy }), rows(ended(reason)));
        deepEqual(first.act, { do: 'reap', domid: 7, state: 'shutdown' });
        equal(first.record?.lastTermination?.reason, reason);
        const { act } = step({ record: first.record }, given({ runPolicy }));
        equal(act.do === 'report' ? act.report.reason : act.do, expected[runPolicy][index]);
      }),
    );

  it('its end is on disk before it is reaped, so that it is not taken for destroyed afterwards', () => {
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
    let kept = afterCreate(first.record, {
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

  it('a run of ten minutes makes the past forgotten, however it ended', () => {
    equal(step({ record: started({ failures: 6 }) }).record?.failures, 1);
    for (const how of reasons) {
      const { record: kept } = step({ record: started({ failures: 6 }) }, rows(ended(how)));
      deepEqual([kept?.failures, kept?.nextStartMs], [1, NOW], how);
      equal(step({ record: kept as DomainRecord }).act.do, 'create', how);
    }
  });

  it('again and again: every end by itself is slowed down and told, a reboot as a crash is', () => {
    const words = { reboot: /the guest rebooted; it rebooted 3 times/, soft_reset: /it reset itself 3 times/ };
    for (const how of reasons) {
      const shortly = { epoch: 1, bootID: BOOT, atMs: NOW - 5000 };
      const { record: kept } = step({ record: record({ started: shortly, failures: 2 }) }, rows(ended(how)));
      const waits = step({ record: kept as DomainRecord });
      const { reason, message } = reported(waits);
      equal(reason, 'RestartBackOff', how);
      match(message, words[how as keyof typeof words] ?? /it has ended 3 times/);
      match(message, /started again 20 s after the last end, at 2027-01-15T08:00:20Z/);
      equal(waits.act.do === 'report' && waits.act.wakeAtMs, NOW + 20_000);
      equal(step({ record: kept as DomainRecord, nowMs: NOW + 20_001 }).act.do, 'create');
    }
  });

  it('a boot of the host is nobody at the guest to blame', () => {
    const host = { fleetID: FLEET, bootID: 'boot-2', confirmedBootID: 'boot-2', startUnconfirmed: false };
    const { act, record: kept } = step({ record: started({ failures: 4 }), host });
    deepEqual([act.do, kept?.failures], ['create', 4]);
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
  const host = { fleetID: FLEET, bootID: 'boot-2', confirmedBootID: 'boot-2', startUnconfirmed: false };

  it('nothing is started that the API has not confirmed since', () => {
    for (const kept of [started(), record()]) {
      const { act, record: noted } = step({ record: kept, host, order: { kind: 'unheard' } });
      equal(act.do === 'report' && act.report.reason, 'AwaitingConfirmation');
      if (kept.started) equal(noted?.lastTermination?.reason, 'hostReboot');
    }
    equal(reported(step({ record: started(), host }, given({}, false))).reason, 'AwaitingConfirmation');
  });

  it('nothing is started until the XenAgent names this boot, and what is awaited is told', () => {
    for (const confirmedBootID of ['boot-1', undefined]) {
      const { confirmedBootID: _named, ...rest } = host;
      const unnamed = { ...rest, ...(confirmedBootID !== undefined && { confirmedBootID }) };
      for (const kept of [{}, { record: started() }, { record: started({ confirmedBootID: 'boot-2' }) }]) {
        const waiting = step({ ...kept, host: unnamed });
        const { reason, message } = reported(waiting);
        equal(reason, 'AwaitingConfirmation');
        match(message, new RegExp(`spec\\.confirmedBootID.* names ${confirmedBootID ?? 'no boot'}, .*is boot-2`));
        // Named later: started then, and not before the orders were heard whole.
        const held = waiting.record ? { record: waiting.record } : kept;
        equal(step({ ...held, host }).act.do, 'create');
      }
      // What was not named is not remembered as confirmed.
      const { record: noted } = step({ record: started(), host: unnamed });
      equal(reported(step({ record: noted as DomainRecord, host, order: { kind: 'unheard' } })).phase, 'Stopped');
      equal(step({ host: { ...unnamed, startUnconfirmed: true } }).act.do, 'create');
      equal(reported(step({ record: started(), host: unnamed }, rows(row()))).reason, 'Running');
    }
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
