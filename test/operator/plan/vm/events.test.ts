import { deepEqual } from 'node:assert/strict';
import type { XenVM } from '../../../../crds/generated/types';
import { eventsOf } from '../../../../operator/plan/vm/events';
import type { ShownStatus } from '../../../../operator/plan/vm/status';
import { claimed, vm } from '../builders';

const NOW = '2026-01-01T00:00:00Z';

const stalledBy = (reason: string): NonNullable<ShownStatus['conditions']> => [
  { type: 'Stalled', status: 'True', reason, message: `${reason}, in words`, lastTransitionTime: NOW },
];
const ended = (reason: string, time = NOW): ShownStatus => ({ phase: 'Running', lastTermination: { reason, time } });

/** What is told when a VM that was so becomes so. */
function told(before: ShownStatus, after: ShownStatus): string[] {
  const was: XenVM = vm({ status: { ...claimed('h1', 1), ...before } });
  return eventsOf(was, after).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
}

describe('what people are told of a VM', () => {
  const runs = 'Normal Running: the domain runs on h1';
  const cases: [string, ShownStatus, ShownStatus, string[]][] = [
    ['it runs', { phase: 'Starting' }, { phase: 'Running' }, [runs]],
    ['nothing new', { phase: 'Running' }, { phase: 'Running' }, []],
    [
      'it was destroyed and is back, though it never looked otherwise',
      { phase: 'Running' },
      ended('destroyed'),
      ['Warning Terminated: the domain was destroyed by somebody else on h1', runs],
    ],
    ['an end that was told', ended('crash'), ended('crash'), []],
    [
      'a second crash',
      ended('crash'),
      ended('crash', '2026-01-01T00:05:00Z'),
      ['Warning Terminated: the guest crashed on h1', runs],
    ],
    ['an end that was ordered', { phase: 'Running' }, { ...ended('ordered'), phase: 'Stopped' }, []],
    [
      'it cannot go on',
      {},
      { phase: 'Pending', conditions: stalledBy('Unschedulable') },
      ['Warning Unschedulable: Unschedulable, in words'],
    ],
    ['it still cannot', { conditions: stalledBy('Unschedulable') }, { conditions: stalledBy('Unschedulable') }, []],
  ];
  const ENDS: readonly [string, string][] = [
    ['poweroff', 'Normal Terminated: the guest shut down on h1'],
    ['reboot', 'Normal Terminated: the guest rebooted on h1'],
    ['suspend', 'Normal Terminated: the guest suspended on h1'],
    ['soft_reset', 'Normal Terminated: the guest reset itself on h1'],
    ['watchdog', 'Warning Terminated: the watchdog of the guest fired on h1'],
    ['hostReboot', 'Warning Terminated: the host rebooted on h1'],
  ];
  for (const [reason, words] of ENDS)
    it(`it ended by ${reason}`, () => deepEqual(told({ phase: 'Running' }, ended(reason)), [words, runs]));

  it('an end at no known time is none', () =>
    deepEqual(told({ phase: 'Running' }, { phase: 'Running', lastTermination: { reason: 'crash' } }), []));
  it('a VM without a host stops on none', () =>
    deepEqual(
      eventsOf(vm(), { ...ended('crash'), phase: 'Pending' }).map(({ message }) => message),
      ['the guest crashed on no host'],
    ));

  for (const [what, before, after, expected] of cases) it(what, () => deepEqual(told(before, after), expected));
});
