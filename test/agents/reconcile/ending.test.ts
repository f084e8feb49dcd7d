/**
 * How a guest is ended on purpose: what is asked, how long the wait is, and that nothing that might
 * run is destroyed unasked.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { afterDelete, afterRetire } from '../../../agents/reconcile/outcome';
import type { DomainRecord } from '../../../agents/reconcile/record';
import type { StepInput } from '../../../agents/reconcile/types';
import { BOOT, NOW, order, record, row, started } from '../orders';
import { GONE, OFF, ended, given, reported, rows, step } from './words';

const off = order(OFF);
const creating = { epoch: 1, bootID: BOOT, atMs: NOW - 5000 };
/** A stop that began so long ago, and was last asked for so long ago; milliseconds. */
const asked = (sinceMs: number, askedMs = sinceMs): Pick<StepInput, 'record' | 'askedForMs'> => ({
  record: started({ order: off, stopping: { sinceMs: NOW - sinceMs, askedMs: NOW - askedMs } }),
  askedForMs: askedMs,
});
const did = (...parts: Partial<StepInput>[]): string => {
  const { act } = step(given(OFF), ...parts);
  return act.do === 'reap' ? `reap ${act.state}` : act.do === 'shutdown' ? `shutdown ${act.seconds}` : act.do;
};

describe('an order to be off meets', () => {
  const ROWS: readonly [string, Partial<StepInput>[], string][] = [
    ['a guest that runs', [{ record: started() }, rows(row())], 'shutdown 60'],
    ['a guest that ran off meanwhile', [{ record: started() }, rows(ended('crash'))], 'reap shutdown'],
    ['a building that was broken off', [{ record: record({ creating }) }, rows(row({ state: 'paused' }))], 'destroy'],
    [
      'a guest whose create was not noted: it has its time',
      [{ record: started({ creating }) }, rows(row())],
      'shutdown 60',
    ],
    [
      'a guest that somebody paused: it has its time',
      [{ record: started() }, rows(row({ state: 'paused' }))],
      'shutdown 60',
    ],
    [
      'a guest that is suspended: it has its time',
      [{ record: started({ creating }) }, rows(row({ state: 'suspended' }))],
      'shutdown 60',
    ],
    [
      'a guest of which nothing is known: it has its time',
      [{ record: started({ creating }) }, rows(row({ state: 'unknown' }))],
      'shutdown 60',
    ],
    ['a guest that is going', [{ record: started() }, rows(row({ state: 'dying' }))], 'report'],
    ['nothing', [{ record: started() }], 'report'],
    ['a guest that was asked just now', [{ ...asked(14_999) }, rows(row())], 'report'],
    ['… and is asked again', [{ ...asked(15_000) }, rows(row())], 'shutdown 45'],
    ['… and again, for the rest of its time', [{ ...asked(59_500, 20_000) }, rows(row())], 'shutdown 1'],
    ['… until its time is over', [{ ...asked(60_000, 0) }, rows(row())], 'destroy'],
  ];
  for (const [name, parts, expected] of ROWS) it(`${name}: ${expected}`, () => equal(did(...parts), expected));

  it('a guest with much time: xl waits a minute at most', () =>
    equal(did({ record: started() }, given({ ...OFF, gracePeriodSeconds: 600 }), rows(row())), 'shutdown 60'));
  it('a guest with no time of its own: a minute', () => {
    const { gracePeriodSeconds: _grace, ...spec } = off;
    const kept = started({ order: spec, stopping: { sinceMs: NOW - 59_000, askedMs: NOW } });
    const view = { order: { kind: 'given', spec, confirmed: true } } as const;
    deepEqual(
      [
        step({ record: kept }, view, rows(row())).act.do,
        step({ record: kept, nowMs: NOW + 1000, askedForMs: 1000 }, view, rows(row())).act.do,
      ],
      ['report', 'destroy'],
    );
  });
  it('a guest with no time, whatever the clock did', () =>
    equal(
      did(
        { record: started({ stopping: { sinceMs: NOW + 1, askedMs: NOW } }) },
        given({ ...OFF, gracePeriodSeconds: 0 }),
        rows(row()),
      ),
      'destroy',
    ));
});

describe('while a guest goes', () => {
  const wake = (sinceMs: number): number => {
    const { act } = step({ ...asked(sinceMs, 0) }, given(OFF), rows(row()));
    return act.do === 'report' ? (act.wakeAtMs ?? 0) - NOW : -1;
  };
  it('it is looked at ever more seldom, and at the end of its time', () => {
    deepEqual([0, 400, 4000, 20_000, 59_500].map(wake), [200, 200, 1000, 2000, 500]);
  });
  it('says so, and that it passes', () => {
    const message = 'the guest was asked to shut down and has 60 s for it';
    deepEqual(reported(step({ ...asked(1000) }, given(OFF), rows(row()))), {
      phase: 'Stopping',
      ready: 'False',
      reason: 'Stopping',
      message,
      transient: true,
    });
    deepEqual(reported(step({ record: started() }, given(OFF), rows(row({ state: 'dying' })))), {
      phase: 'Stopping',
      ready: 'False',
      reason: 'Stopping',
      message: 'the domain is being taken down',
      transient: true,
    });
    deepEqual(reported(step({ record: started() }, rows(row({ state: 'dying' })))), {
      phase: 'Starting',
      ready: 'False',
      reason: 'Starting',
      message: 'the domain is being taken down',
      transient: true,
    });
  });
  it('one that is being taken down is looked at again in half a second', () => {
    const { act } = step({ record: started() }, rows(row({ state: 'dying' })));
    equal(act.do === 'report' && act.wakeAtMs, NOW + 500);
  });
});

describe('a guest that is off as ordered', () => {
  it('is told so', () =>
    deepEqual(reported(step({ record: started() }, given(OFF))), {
      phase: 'Stopped',
      ready: 'True',
      reason: 'Halted',
      message: 'the domain is off',
    }));
  it('ended as ordered, which is no failure', () => {
    const { lastTermination, failures, nextStartMs } =
      step({ record: started({ failures: 4, nextStartMs: NOW + 9 }) }, given(OFF)).record ?? {};
    deepEqual(
      [lastTermination, failures, nextStartMs],
      [{ reason: 'ordered', atMs: NOW, hostBootID: BOOT }, 0, undefined],
    );
  });
  it('by itself, before it could be asked, ended so', () => {
    const { record: kept } = step({ record: started() }, given(OFF), rows(row({ state: 'shutdown' })));
    deepEqual(kept?.ended, { how: 'poweroff', atMs: NOW });
  });
});

describe('an order to be Absent', () => {
  const doomed = ['root', 'data'].map((name) => ({ name, path: '/p' }));
  const gone = order({ ...GONE, deleteDisks: doomed });
  const retired = afterRetire(record({ order: gone, disks: ['root', 'data', 'kept'] }), 1, NOW);
  const failed = (retryAtMs: number): DomainRecord => ({
    ...retired,
    deleteFailure: { reason: 'PolicyRefused', message: 'no', retryAtMs },
  });
  const next = (kept: DomainRecord) => step({ record: kept }, given({ ...GONE, deleteDisks: doomed })).act;

  it('deletes what is left of its disks, and forgets those that are gone', () => {
    const half = afterDelete(retired, ['root']);
    deepEqual(next(half), { do: 'deleteDisks', disks: [doomed[1]] });
    deepEqual([half.disks, half.deletedDisks], [['data', 'kept'], ['root']]);
    deepEqual(afterDelete(half, ['data']).deletedDisks, ['root', 'data']);
  });
  it('tells of a disk that cannot be deleted, and tries again when it is time', () => {
    const act = next(failed(NOW + 5000));
    deepEqual(act, {
      do: 'report',
      report: { phase: 'Stopping', ready: 'False', reason: 'PolicyRefused', message: 'no' },
      wakeAtMs: NOW + 5000,
    });
    equal(next(failed(NOW)).do, 'deleteDisks');
    const far = next(failed(NOW + 10 ** 9));
    equal(far.do === 'report' && far.wakeAtMs, NOW + 60_000, 'a clock that was set back');
  });
  it('has its receipt only then', () => {
    deepEqual(next(afterDelete(retired, ['root', 'data'])), {
      do: 'report',
      report: {
        phase: 'Absent',
        ready: 'True',
        reason: 'Retired',
        message: 'no domain is here, and every epoch up to 1 is refused',
      },
    });
  });
  it('of a lower epoch than runs here is refused', () => {
    for (const epoch of [2, 3, 4]) {
      const running = { ...started({ order: order({ epoch: 5 }) }), refusedEpoch: 3, retiredEpoch: 3 };
      equal(reported(step({ record: running }, given({ ...GONE, epoch }), rows(row()))).reason, 'StaleEpoch');
    }
  });
  it('needs no type and no size', () => {
    const { type: _type, vcpus: _vcpus, memory: _memory, ...spec } = order(GONE);
    equal(step({ order: { kind: 'given', spec, confirmed: true }, record: started() }).act.do, 'retire');
  });
  it('an order that is to run does', () => {
    const { type: _type, ...spec } = order();
    deepEqual(reported(step({ order: { kind: 'given', spec: spec, confirmed: true } })), {
      phase: 'Unknown',
      ready: 'False',
      reason: 'InvalidOrder',
      message: 'type, vcpus, memory and runPolicy are needed unless desired is Absent',
    });
  });
});
