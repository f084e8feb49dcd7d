/** Once and RerunOnFailure over everything that may make an agent forget that the guest has run. */
import { deepEqual, equal } from 'node:assert/strict';
import type { DomainRecord } from '../../../agents/reconcile/record';
import type { Step, StepInput } from '../../../agents/reconcile/types';
import type { RunOrder } from '../../../agents/xl/order';
import { BOOT, FLEET, NOW, record, row } from '../orders';
import { OFF, ended, given, rows, step } from './words';

type RunPolicy = RunOrder['runPolicy'];
const POLICIES = ['Once', 'RerunOnFailure', 'Always'] as const;
const OTHER_BOOT = { host: { fleetID: FLEET, bootID: 'boot-2', confirmedBootID: 'boot-2', startUnconfirmed: false } };
const run = { epoch: 1, bootID: BOOT, atMs: NOW - 60_000 };

const what = ({ act }: Step): string => (act.do === 'report' ? act.report.reason : act.do);

/** Takes one step after another, each on the record that the one before has left. */
function history(runPolicy: RunPolicy, first: DomainRecord | undefined, ...parts: Partial<StepInput>[]): string[] {
  let kept: DomainRecord | undefined = first && { ...first, order: { ...first.order, runPolicy } };
  return parts.map((part) => {
    const taken = step(given({ runPolicy }), part, kept ? { record: kept } : {});
    kept = taken.record ?? kept;
    return what(taken);
  });
}

const at = (epoch: number, runPolicy: RunPolicy): Pick<StepInput, 'order'> => given({ epoch, runPolicy });

describe('what has run is not run again, unless its run policy says so', () => {
  const ran = record({ started: run });
  const off = record({ started: run, ended: { how: 'poweroff', atMs: NOW } });
  const begun = record({ creating: run });
  type Row = [string, DomainRecord | undefined, (policy: RunPolicy) => Partial<StepInput>[], string[]];
  const table: Row[] = [
    [
      'ended as its owner ordered, who wants it to run again',
      record({ started: run, ended: { how: 'ordered', atMs: NOW } }),
      () => [{}],
      ['create', 'create', 'create'],
    ],
    ['shut down, then a boot of the host', off, () => [OTHER_BOOT], ['Finished', 'Finished', 'create']],
    [
      'shut down, then a boot and a claim anew',
      off,
      (policy) => [{ ...OTHER_BOOT, ...at(2, policy) }],
      ['Finished', 'Finished', 'create'],
    ],
    ['shut down, then a claim anew', off, (policy) => [at(2, policy)], ['Finished', 'Finished', 'create']],
    ['running, then a boot of the host', ran, () => [OTHER_BOOT], ['Crashed', 'create', 'create']],
    [
      'running, then a boot and a claim anew',
      ran,
      (policy) => [{ ...OTHER_BOOT, ...at(2, policy) }],
      ['Crashed', 'create', 'create'],
    ],
    [
      'running, a claim anew, then shut down',
      ran,
      (policy) => [
        { ...at(2, policy), ...rows(row()) },
        { ...at(2, policy), ...rows(ended('poweroff')) },
        at(2, policy),
      ],
      ['Finished', 'Finished', 'create'],
    ],
    [
      'taken over while it runs, then shut down',
      undefined,
      () => [rows(row()), rows(ended('poweroff')), {}],
      ['Finished', 'Finished', 'create'],
    ],
    [
      'taken over when it has shut down already',
      undefined,
      () => [rows(ended('poweroff')), {}],
      ['Finished', 'Finished', 'create'],
    ],
    ['taken over when it has crashed', undefined, () => [rows(ended('crash')), {}], ['Crashed', 'create', 'create']],
    [
      'shut down before the agent that made it could remember its start',
      begun,
      () => [rows(ended('poweroff')), {}],
      ['Finished', 'Finished', 'create'],
    ],
    ['being made when the host went down: it may have run', begun, () => [OTHER_BOOT], ['Crashed', 'create', 'create']],
    [
      'being made when the host went down, and claimed anew',
      begun,
      (policy) => [{ ...OTHER_BOOT, ...at(2, policy) }],
      ['Crashed', 'create', 'create'],
    ],
    ['being made when its agent died, and not there: it never ran', begun, () => [{}], ['create', 'create', 'create']],
    [
      'ordered off and on again',
      off,
      (policy) => [given({ ...OFF, runPolicy: policy }), at(1, policy)],
      ['create', 'create', 'create'],
    ],
  ];
  for (const [title, first, parts, expected] of table)
    POLICIES.forEach((policy, index) =>
      it(`${title}: ${policy}, ${expected[index]}`, () =>
        equal(history(policy, first, ...parts(policy)).at(-1), expected[index])),
    );

  it('the run after a crash, which nobody could remember, is told apart from the one before it', () => {
    const crashed = record({ started: run, ended: { how: 'crash', atMs: NOW - 30_000 }, failures: 1 });
    const again = { ...crashed, creating: { ...run, atMs: NOW - 20_000 } };
    const { record: kept } = step({ record: again }, rows(ended('poweroff')));
    deepEqual([kept?.ended?.how, kept?.restarts, kept?.failures], ['poweroff', 1, 2]);
  });

  it('a saved guest that somebody has restored after a boot of the host ends by its own word', () => {
    const parts = [OTHER_BOOT, { ...OTHER_BOOT, ...rows(ended('poweroff')) }, OTHER_BOOT];
    deepEqual(history('Once', ran, ...parts), ['Crashed', 'reap', 'Finished']);
  });

  it('what a killed create has left paused is cleared away after a claim anew, too', () => {
    const taken = step({ record: begun }, given({ epoch: 2 }), rows(row({ state: 'paused' })));
    deepEqual(taken.act, { do: 'reap', domid: 7, state: 'paused' });
  });
});
