/** What an agent does and what becomes of its domains: transitions are logged and counted once. */
import { deepEqual, equal } from 'node:assert/strict';
import { silentLog } from '../../../agents/log';
import { Transitions } from '../../../agents/loop/transitions';
import type { Report } from '../../../agents/reconcile/types';
import { UUID } from '../orders';
import { VirtualBench } from '../virtual';

function logged() {
  const lines: string[] = [];
  const words = (fields: object): string => {
    const { act, from, phase, reason } = fields as Record<string, string | undefined>;
    return [act, from && `${from} →`, phase, reason].filter((word) => word !== undefined).join(' ');
  };
  const log = {
    ...silentLog,
    info: (fields: object) => void lines.push(words(fields)),
    warn: (fields: object) => void lines.push(words(fields)),
  };
  return { lines, log };
}

const report = (phase: Report['phase'], reason: Report['reason']): Report => ({
  phase,
  ready: 'False',
  reason,
  message: '',
});

describe('transitions', () => {
  it('are logged when they come about, and counted by kind', () => {
    const { lines, log } = logged();
    const transitions = new Transitions(log);
    transitions.begin(UUID, 'create', 1);
    transitions.phase(UUID, report('Starting', 'Starting'));
    transitions.failed(UUID, 'create', { reason: 'OutOfMemory', message: '' });
    transitions.failed(UUID, 'create');
    transitions.phase(UUID, report('Failed', 'OutOfMemory'));
    transitions.phase(UUID, report('Failed', 'RestartBackOff'));
    transitions.phase('other', report('Running', 'Running'));
    deepEqual(lines, [
      'create',
      'Starting Starting',
      'create OutOfMemory',
      'create Unclear',
      'Starting → Failed OutOfMemory',
      'Running Running',
    ]);
    deepEqual(transitions.counted(), { create: 1, 'create failed': 2, 'Starting to Failed': 1 });
  });

  it('begin anew for a domain that was forgotten', () => {
    const transitions = new Transitions(silentLog);
    transitions.phase(UUID, report('Running', 'Running'));
    transitions.forget(UUID);
    transitions.phase(UUID, report('Stopped', 'Halted'));
    deepEqual(transitions.counted(), {});
  });

  it('of a whole agent: one line for each act and each phase, and none while nothing changes', async () => {
    const { lines, log } = logged();
    const bench = new VirtualBench();
    bench.start(log);
    await bench.pass(3000);
    bench.server.order();
    await bench.pass(20_000);
    bench.server.order({ desired: 'Absent' });
    await bench.pass(20_000);
    equal(bench.domain()?.phase, 'Absent');
    deepEqual(
      lines.filter((line) => line !== ''),
      [
        ...['create', 'Starting Starting', 'Starting → Running Running'],
        ...['shutdown', 'Running → Stopping Stopping', 'reap', 'retire', 'Stopping → Absent Retired'],
      ],
    );
  });
});
