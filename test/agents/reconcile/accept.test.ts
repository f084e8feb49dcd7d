import { deepEqual, equal, match } from 'node:assert/strict';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { BOOT, order, record, row, started } from '../orders';
import { GONE, OFF, ended, given, reported, rows, step } from './words';
import type { StepInput } from '../../../agents/reconcile/types';

describe('an order to refuse', () => {
  const refusals: [string, Partial<StepInput>, string, RegExp][] = [
    ['of another fleet', { ...given({ fleetID: 'other' }) }, 'ForeignFleet', /belongs to fleet fleet-1/],
    ['for a host of no fleet yet', { host: { bootID: BOOT, startUnconfirmed: false } }, 'ForeignFleet', /no fleet yet/],
    [
      'of a retired epoch',
      { record: record({ refusedEpoch: 3, retiredEpoch: 3, epoch: 3 }), ...given({ epoch: 3 }) },
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
      'to end what a higher epoch runs, though its own epoch is refused here',
      { record: started({ epoch: 5, refusedEpoch: 3 }), ...given({ ...GONE, epoch: 3 }) },
      'StaleEpoch',
      /below 5/,
    ],
    [
      'to end what a higher epoch runs, of an epoch in between',
      { record: started({ epoch: 5, refusedEpoch: 3, retiredEpoch: 3 }), ...given({ ...GONE, epoch: 4 }) },
      'StaleEpoch',
      /below 5/,
    ],
    [
      'to end what a higher epoch may still run, though that is refused as well',
      { record: started({ epoch: 5, refusedEpoch: 5, retiredEpoch: 4 }), ...given({ ...GONE, epoch: 4 }) },
      'StaleEpoch',
      /below 5/,
    ],
    [
      'to run an epoch that is refused and has no receipt',
      { record: record({ refusedEpoch: 3, epoch: 3 }), ...given({ epoch: 3 }) },
      'StaleEpoch',
      /not above 3/,
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

  it('an older order to be absent is told the receipt once nothing newer is left', () => {
    const gone = record({ epoch: 5, refusedEpoch: 5, retiredEpoch: 5 });
    equal(reported(step({ record: gone }, given({ ...GONE, epoch: 4 }))).phase, 'Absent');
  });

  it('a retired epoch is not in the way of a higher one', () =>
    equal(
      step({ record: record({ refusedEpoch: 3, retiredEpoch: 3, epoch: 3 }) }, given({ epoch: 4 })).act.do,
      'create',
    ));
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
