import { deepEqual, equal, match } from 'node:assert/strict';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { nextStep } from '../../../agents/reconcile/step';
import type { StepInput } from '../../../agents/reconcile/types';
import type { DomainRow } from '../../../agents/xl/list';
import type { Mark } from '../../../agents/xl/mark';
import { BOOT, MARK, NOW, input, order, record, row, started } from '../orders';
import { GONE, OFF, ended, given, reported, rows } from './words';

const creating = { epoch: 1, bootID: BOOT, atMs: NOW - 3_600_000 };

/** As `step`, with no mark unless one is given. */
function unmarked(...parts: Partial<StepInput>[]) {
  const { mark: _mark, ...rest } = input();
  return nextStep(Object.assign({}, rest, ...parts) as StepInput);
}

const MARKS: [string, { mark?: Mark }][] = [
  ['no mark', {}],
  ['a mark of another fleet', { mark: { ...MARK, fleetID: 'other' } }],
  ['a mark of another namespace', { mark: { ...MARK, namespace: 'evil' } }],
  ['a mark of another name', { mark: { ...MARK, name: 'x' } }],
];
const RECORDS: [string, { record?: DomainRecord }][] = [
  ['no record', {}],
  ['a record whose create may never have happened', { record: record({ creating }) }],
  ['a record of a domain that was ordered off', { record: record({ order: order(OFF) }) }],
  ['a record that is retired', { record: record({ order: order(GONE), retiredEpoch: 1, retiredAtMs: NOW }) }],
];
const ROWS: DomainRow[] = [row(), row({ state: 'paused' }), ended('poweroff'), row({ state: 'suspended' })];

describe('a domain that is not proved to be ours', () => {
  for (const [what, mark] of MARKS)
    for (const [memory, held] of RECORDS)
      it(`${what}, ${memory}: told, and nothing is touched or remembered, whatever is ordered`, () => {
        for (const found of ROWS)
          for (const desired of [{}, { ...OFF, gracePeriodSeconds: 0 }, { ...GONE, gracePeriodSeconds: 0 }])
            for (const epoch of [1, 2]) {
              const given_ = given({ ...desired, epoch });
              const { act, record: kept } = unmarked(mark, held, given_, rows(found));
              equal(act.do, 'report', `${found.state} ${JSON.stringify(desired)}`);
              equal(kept, undefined);
            }
      });

  it('says what is there, and what a person can do', () => {
    const { reason, phase, message } = reported(unmarked(rows(row())));
    deepEqual([reason, phase], ['ForeignDomain', 'Unknown']);
    match(message, /end the domain with xl, or delete the XenVM and make it anew/);
    match(message, /xenstore-write \/xenfleet\/0b6f3f6e-\S+ 'fleet-1 1 tenant\/web'/);
  });

  it('is proved once a person has written that mark', () => {
    const { act, record: kept } = unmarked({ mark: MARK }, rows(row()));
    deepEqual([reported({ act }).reason, kept?.started?.bootID], ['Running', BOOT]);
  });

  it('is waited for if it is nearly gone', () =>
    equal(reported(unmarked(rows(row({ state: 'dying' })))).message, 'the domain is being taken down'));
});

describe('a domain that is proved to be ours', () => {
  it('by its mark, though the record is lost: taken over, and ended if that is ordered', () => {
    equal(unmarked({ mark: MARK }, given(OFF), rows(row())).act.do, 'shutdown');
    equal(unmarked({ mark: MARK }, rows(row())).record?.epoch, 1);
  });

  it('by its mark of an older epoch, or of a newer one', () => {
    for (const epoch of [1, 9])
      equal(reported(unmarked({ mark: { ...MARK, epoch } }, given({ epoch: 3 }), rows(row()))).reason, 'Running');
  });

  it('by a remembered run, though the marks are lost', () => {
    equal(reported(unmarked({ record: started() }, rows(row()))).reason, 'Running');
    const restored = started({ started: { epoch: 1, bootID: 'boot-0', atMs: 1 } });
    equal(unmarked({ record: restored }, given(OFF), rows(row())).act.do, 'shutdown');
  });

  it('by the mark of a create that the agent did not live to see', () =>
    equal(unmarked({ mark: MARK, record: record({ creating }) }, rows(row())).record?.started?.atMs, creating.atMs));
});
