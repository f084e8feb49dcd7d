import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { DomainRow } from '../../../agents/xl/list';
import { NOW, order, row, started } from '../orders';
import { GONE, OFF, given, reported, rows, step } from './words';

describe('a domain that goes neither on nor away', () => {
  const states = ['paused', 'dying', 'suspended', 'unknown'] as const;
  const wakes = (found: DomainRow, rowForMs: number): number => {
    const { act } = step({ record: started(), rowForMs }, rows(found));
    return act.do === 'report' ? (act.wakeAtMs ?? NaN) - NOW : NaN;
  };

  it('is looked at ever less often, each look being an xl list', () => {
    for (const state of states)
      deepEqual(
        [0, 1000, 10_000, 100_000, 1e6].map((ms) => wakes(row({ state, name: 'other' }), ms)),
        [500, 500, 2500, 25_000, 30_000],
        state,
      );
  });

  it('that dies for two minutes is a zombie: named, with what helps, whatever is ordered', () => {
    const zombie = rows(row({ state: 'dying', name: null }));
    for (const [spec, phase] of [
      [{}, 'Starting'],
      [OFF, 'Stopping'],
      [GONE, 'Stopping'],
    ] as const) {
      const told = (rowForMs: number) => reported(step({ record: started(), rowForMs }, given(spec), zombie));
      deepEqual([told(119_999).reason, told(119_999).transient], [phase, true]);
      deepEqual(
        [told(120_000).reason, told(120_000).phase, told(120_000).transient],
        ['ZombieDomain', phase, undefined],
      );
      match(told(120_000).message, /domain 7 .* process of the Dom0 .* -xen-domid 7.* reboot the host/);
    }
  });

  it('that is suspended has ended when no save takes so long, and its run policy says what follows', () => {
    const suspended = rows(row({ state: 'suspended' }));
    const after = { Always: 'create', RerunOnFailure: 'Finished', Once: 'Finished', Manual: 'Finished' } as const;
    for (const [runPolicy, expected] of Object.entries(after)) {
      const spec = { runPolicy } as { runPolicy: keyof typeof after };
      const kept = started({ order: order(spec) });
      const early = reported(step({ record: kept, rowForMs: 599_999 }, given(spec), suspended));
      deepEqual([early.phase, early.reason], ['Unknown', 'Suspended']);
      match(early.message, /for 10 minutes/);
      const reaped = step({ record: kept, rowForMs: 600_000 }, given(spec), suspended);
      deepEqual(reaped.act, { do: 'reap', domid: 7, state: 'shutdown' });
      equal(reaped.record?.lastTermination?.reason, 'suspend');
      const { act } = step({ record: reaped.record }, given(spec));
      equal(act.do === 'report' ? act.report.reason : act.do, expected);
    }
  });

  it('what a migration has left under another name is never ended: its other half may run', () => {
    for (const name of ['tenant.web--migratedaway', 'tenant.web--incoming', null]) {
      const { act } = step({ record: started(), rowForMs: 1e9 }, rows(row({ state: 'suspended', name })));
      ok(act.do === 'report');
      equal(act.report.reason, 'Suspended');
      match(act.report.message, /other host of that migration/);
    }
  });
});
