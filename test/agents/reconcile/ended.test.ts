/** How a run ended, what is found of it, and what follows. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { noteEnd } from '../../../agents/reconcile/note';
import { BOOT, input, NOW, order, record, row, started } from '../orders';
import { given, reported, rows, step } from './words';

describe('the end of a run', () => {
  const end = (how: Parameters<typeof noteEnd>[2], ageMs = 1000, failures = 2) => {
    const was = started({ failures, started: { epoch: 1, bootID: 'b0', atMs: NOW - ageMs } });
    const { failures: counted, nextStartMs } = noteEnd(input(), was, how);
    return [counted, nextStartMs === undefined ? undefined : nextStartMs - NOW];
  };
  const ROWS: readonly [Parameters<typeof noteEnd>[2], unknown[]][] = [
    ['reboot', [3, 20_000]],
    ['soft_reset', [3, 20_000]],
    ['hostReboot', [2, undefined]],
    ['ordered', [2, undefined]],
    ['poweroff', [3, 20_000]],
    ['suspend', [3, 20_000]],
    ['crash', [3, 20_000]],
    ['watchdog', [3, 20_000]],
    ['destroyed', [3, 20_000]],
  ];
  for (const [how, expected] of ROWS)
    it(`by ${how}: ${expected[1] === undefined ? 'no failure' : 'counted'}`, () => deepEqual(end(how), expected));
  it('after ten minutes is the first again', () =>
    deepEqual(
      [end('crash', 600_000), end('crash', 599_999)],
      [
        [1, 0],
        [3, 20_000],
      ],
    ));
  it('is noted once', () => {
    const was = started({ ended: { how: 'crash', atMs: 1 } });
    equal(noteEnd(input(), was, 'reboot'), was);
  });
  it('is told with the boot that it ran in, or with this one', () => {
    equal(
      noteEnd(input(), started({ started: { epoch: 1, bootID: 'b0', atMs: 0 } }), 'crash').lastTermination?.hostBootID,
      'b0',
    );
    const unknown = noteEnd(input(), record(), 'crash');
    deepEqual([unknown.lastTermination?.hostBootID, unknown.failures], [BOOT, 1]);
  });
});

describe('a guest that is found', () => {
  it('running in another boot runs since now', () => {
    const was = started({ started: { epoch: 1, bootID: 'b0', atMs: 0 } });
    deepEqual(step({ record: was }, rows(row())).record?.started, { epoch: 1, bootID: BOOT, atMs: NOW });
  });
  it('running after an end that was noted runs since now', () => {
    const was = started({ ended: { how: 'crash', atMs: 1 } });
    deepEqual(step({ record: was }, rows(row())).record?.started?.atMs, NOW);
  });
  it('running with a create of another boot or epoch under way is not of that create', () => {
    for (const creating of [
      { epoch: 1, bootID: 'b0', atMs: 5 },
      { epoch: 0, bootID: BOOT, atMs: 5 },
    ])
      deepEqual(step({ record: record({ creating }) }, rows(row())).record?.started?.atMs, NOW);
  });
  it('paused by a create of another boot is not reaped', () => {
    const kept = record({ creating: { epoch: 1, bootID: 'b0', atMs: NOW - 99_000 } });
    equal(step({ record: kept }, rows(row({ state: 'paused' }))).act.do, 'report');
  });
  it('paused is told, and looked at again', () => {
    const { act } = step({ record: started() }, rows(row({ state: 'paused' })));
    ok(act.do === 'report');
    const { message, ...report } = act.report;
    deepEqual(
      [report, act.wakeAtMs],
      [{ phase: 'Starting', ready: 'False', reason: 'Starting', transient: true }, NOW + 500],
    );
    match(message, /being built, or is paused/);
  });
  it('in a state that nobody knows is told so', () =>
    deepEqual(reported(step({ record: started() }, rows(row({ state: 'unknown' })))), {
      phase: 'Unknown',
      ready: 'Unknown',
      reason: 'Starting',
      message: 'xl shows the domain as unknown; nothing is touched',
    }));
  it('running is told so', () =>
    deepEqual(reported(step({ record: started() }, rows(row()))), {
      phase: 'Running',
      ready: 'True',
      reason: 'Running',
      message: 'the domain runs',
    }));
  it('twice is told with both numbers', () => {
    const { phase, ready, message } = reported(step({ record: started() }, rows(row(), row({ domid: 8 }))));
    deepEqual([phase, ready, message.slice(0, 15)], ['Unknown', 'Unknown', 'domains 7 and 8']);
  });
  it('dying beside a foreign one that lives is foreign', () => {
    const mark = { fleetID: 'f', epoch: 1, namespace: 'evil', name: 'x' };
    equal(reported(step({ mark }, rows(row({ state: 'dying' }), row({ domid: 8 })))).reason, 'ForeignDomain');
  });
});

describe('a guest that ended and stays off', () => {
  const after = (how: 'poweroff' | 'suspend' | 'crash', runPolicy: 'Once' | 'RerunOnFailure') => {
    const spec = order({ runPolicy });
    return reported(step({ record: started({ order: spec, ended: { how, atMs: NOW } }) }, given({ runPolicy })));
  };
  it('has finished, if it went by itself', () => {
    for (const [how, did] of [
      ['poweroff', 'shut down'],
      ['suspend', 'suspended'],
    ] as const)
      deepEqual(after(how, 'RerunOnFailure'), {
        phase: 'Stopped',
        ready: 'False',
        reason: 'Finished',
        message: `the guest ${did}, and its run policy leaves it off`,
      });
  });
  it('has crashed, if it did not', () =>
    deepEqual(after('crash', 'Once'), {
      phase: 'Failed',
      ready: 'False',
      reason: 'Crashed',
      message: 'the guest crashed, and its run policy does not start it again',
    }));
  it('waits for its turn, and says for how long', () => {
    const kept = started({ ended: { how: 'crash', atMs: NOW }, failures: 3, nextStartMs: NOW + 20_000 });
    const { act } = step({ record: kept });
    deepEqual(act, {
      do: 'report',
      wakeAtMs: NOW + 20_000,
      report: {
        phase: 'Failed',
        ready: 'False',
        reason: 'RestartBackOff',
        message:
          'the guest crashed; it has ended 3 times without a run of 10 minutes, so it is started again 20 s after the last end, at 2027-01-15T08:00:20Z',
      },
    });
  });
  it('waits with the reason of a create that failed', () => {
    const kept = record({ nextStartMs: NOW + 1, lastFailure: { reason: 'OutOfMemory', message: 'none' } });
    deepEqual(reported(step({ record: kept })), {
      phase: 'Failed',
      ready: 'False',
      reason: 'OutOfMemory',
      message: 'none',
    });
  });
  it('of another epoch is started', () => {
    const kept = started({
      order: order({ runPolicy: 'Once' }),
      started: { epoch: 0, bootID: BOOT, atMs: 0 },
      ended: { how: 'crash', atMs: 1 },
    });
    equal(step({ record: kept }, given({ runPolicy: 'Once' })).act.do, 'create');
  });
  it('that has done its work has done it in the next epoch too', () => {
    const kept = started({ order: order({ runPolicy: 'Once' }), ended: { how: 'poweroff', atMs: 1 } });
    equal(reported(step({ record: kept }, given({ runPolicy: 'Once', epoch: 2 }))).reason, 'Finished');
  });
});

describe('an order that the API has not confirmed in this boot', () => {
  it('waits, and says so', () => {
    const report = reported(step({ record: record({ confirmedBootID: 'b0' }) }, given({}, false)));
    const { message, ...rest } = report;
    deepEqual(rest, { phase: 'Stopped', ready: 'False', reason: 'AwaitingConfirmation', transient: true });
    match(message, /the host has booted \(boot-1\); the API must confirm/);
  });
  it('for another boot waits for a claim', () => {
    match(
      reported(step(given({ bootID: 'b0' }))).message,
      /^the order is for boot b0 of the host, and this one is boot-1/,
    );
  });
  it('that nobody can ask about goes on if it was confirmed', () => {
    const unheard = { order: { kind: 'unheard' } } as const;
    equal(step(unheard, { record: record() }).act.do, 'create');
    equal(step(unheard, { record: record({ confirmedBootID: 'b0' }) }).act.do, 'report');
    equal(step(unheard, { record: record({ confirmedBootID: 'b0' }) }).record, undefined);
    equal(step(unheard, { record: record(), host: { ...input().host, confirmedBootID: 'b0' } }).act.do, 'create');
  });
});

describe('an order under a UUID that this Dom0 keeps for another', () => {
  for (const [namespace, name] of [
    ['evil', 'web'],
    ['tenant', 'x'],
  ] as const)
    it(`${namespace}/${name} is refused, though only one of both differs`, () =>
      equal(
        reported(step({ record: started() }, given({ vm: { namespace, name, uid: 'u' } }))).reason,
        'InvalidOrder',
      ));
});

describe('an order for another boot', () => {
  it('confirms nothing', () => equal(step(given({ bootID: 'b0' })).record?.confirmedBootID, undefined));
});
