/** What a XenVM shows, row by row: phase, Ready with its reason, and whether somebody must act. */
import { equal } from 'node:assert/strict';
import type { XenDomain } from '../../../../crds/generated/types';
import { findCondition } from '../../../../common/conditions';
import type { Hold } from '../../../../operator/plan/vm/action';
import { showVm } from '../../../../operator/plan/vm/status';
import { claimed, facts, host, order, vm } from '../builders';

type Facts = Parameters<typeof facts>[0];
type Status = NonNullable<XenDomain['status']>;
const NOW = '2026-01-01T00:00:00Z';
const onH1 = vm({ status: claimed('h1', 1) });
const word = (reason: string, status: 'True' | 'False' = 'False') => [
  { type: 'Ready', status, reason, message: `${reason}, in words`, lastTransitionTime: NOW },
];
const ordered = (status?: Partial<Status>, spec: object = {}, at = 'h1') => [
  { host: at, order: order(at, 1, spec, status && { epoch: 1, ...status }) },
];
const halted = vm({ spec: { runPolicy: 'Halted' }, status: claimed('h1', 1) });
const held = (reason: Hold['reason'], stalled?: boolean): Hold => ({
  reason,
  message: `${reason}, in words`,
  ...(stalled !== undefined && { stalled }),
});

/** `phase ready reason`, and `!` if only somebody's act helps. */
function shown(over: Facts, hold?: Hold): string {
  const { phase, conditions } = showVm(facts(over), hold, NOW);
  const ready = findCondition(conditions, 'Ready');
  const stalled = findCondition(conditions, 'Stalled');
  return `${phase} ${ready?.status} ${ready?.reason}${stalled?.status === 'True' ? '!' : ''}`;
}

describe('a XenVM shows', () => {
  const silent = [host('h1', { state: 'Unknown', message: 'h1 is silent' })];
  const ROWS: readonly [string, Facts, Hold | undefined, string][] = [
    ['nothing known yet', {}, undefined, 'Pending False Pending'],
    ['held up', {}, held('ClassNotFound', true), 'Pending False ClassNotFound!'],
    ['held up for a while', {}, held('HostNotReporting'), 'Pending False HostNotReporting'],
    ['no host', { unplaced: { message: 'none', kind: 'place' } }, undefined, 'Pending False Unschedulable!'],
    ['claimed', { vm: onH1 }, undefined, 'Scheduled False Scheduled'],
    ['claimed and held up', { vm: onH1 }, held('MacConflict', true), 'Scheduled False MacConflict!'],
    ['ordered', { vm: onH1, orders: ordered() }, undefined, 'Scheduled False Scheduled'],
    [
      'ordered elsewhere only',
      { vm: onH1, orders: ordered({ phase: 'Running' }, {}, 'h2') },
      undefined,
      'Scheduled False Scheduled',
    ],
    [
      'starting',
      { vm: onH1, orders: ordered({ phase: 'Starting', conditions: word('Starting') }) },
      undefined,
      'Starting False Starting',
    ],
    [
      'running',
      { vm: onH1, orders: ordered({ phase: 'Running', conditions: word('Running', 'True') }) },
      undefined,
      'Running True Running',
    ],
    [
      'running, while held up for a while',
      { vm: onH1, orders: ordered({ phase: 'Running', conditions: word('Running') }) },
      held('HostNotReporting'),
      'Running True Running',
    ],
    [
      'running, while only somebody’s act helps',
      { vm: onH1, orders: ordered({ phase: 'Running', conditions: word('Running') }) },
      held('ClassNotFound', true),
      'Running False ClassNotFound!',
    ],
    [
      'running in an older epoch',
      { vm: onH1, orders: ordered({ epoch: 0, phase: 'Running', conditions: word('Running') }) },
      undefined,
      'Scheduled False Scheduled',
    ],
    [
      'gone',
      { vm: onH1, orders: ordered({ phase: 'Absent', conditions: word('Retired') }) },
      undefined,
      'Scheduled False Retired',
    ],
    [
      'not known',
      { vm: onH1, orders: ordered({ phase: 'Unknown', conditions: word('ToolstackHung') }) },
      undefined,
      'Unknown Unknown ToolstackHung',
    ],
    [
      'a host in trouble',
      { vm: onH1, orders: ordered({ phase: 'Failed', conditions: word('BridgeMissing') }) },
      undefined,
      'Failed False BridgeMissing!',
    ],
    [
      'trouble that may pass',
      { vm: onH1, orders: ordered({ phase: 'Failed', conditions: word('OutOfMemory') }) },
      undefined,
      'Failed False OutOfMemory',
    ],
    [
      'halted and off',
      { vm: halted, orders: ordered({ phase: 'Stopped', conditions: word('Halted') }) },
      undefined,
      'Stopped True Halted',
    ],
    [
      'halted and still running',
      { vm: halted, orders: ordered({ phase: 'Running', conditions: word('Stopping') }) },
      undefined,
      'Running False Stopping',
    ],
    [
      'finished',
      { vm: onH1, orders: ordered({ phase: 'Stopped', conditions: word('Finished') }) },
      undefined,
      'Stopped True Finished',
    ],
    [
      'off without leave',
      { vm: onH1, orders: ordered({ phase: 'Stopped', conditions: word('ShutDown') }) },
      undefined,
      'Stopped False ShutDown',
    ],
    [
      'Manual and running',
      {
        vm: vm({ spec: { runPolicy: 'Manual' }, status: claimed('h1', 1) }),
        orders: ordered({ phase: 'Running', conditions: word('Running') }),
      },
      undefined,
      'Running True Running',
    ],
    [
      'a silent host',
      { vm: onH1, hosts: silent, orders: ordered({ phase: 'Running' }) },
      undefined,
      'Unknown Unknown HostUnknown',
    ],
    [
      'a host that never reported',
      { vm: onH1, hosts: [host('h1', { state: 'Pending' })] },
      undefined,
      'Unknown Unknown HostUnknown',
    ],
    [
      'a host that takes nothing more',
      {
        vm: onH1,
        hosts: [host('h1', { state: 'NotReady' })],
        orders: ordered({ phase: 'Running', conditions: word('Running') }),
      },
      undefined,
      'Running True Running',
    ],
    ['a host that is no more', { vm: onH1, hosts: [] }, undefined, 'Unknown Unknown HostUnknown'],
    [
      'a silent host, while held up',
      { vm: onH1, hosts: silent },
      held('HostNotReporting'),
      'Unknown Unknown HostUnknown',
    ],
    [
      'a silent host, while only somebody’s act helps',
      { vm: onH1, hosts: silent },
      held('HostUnknown', true),
      'Unknown Unknown HostUnknown!',
    ],
    [
      'deletion',
      { vm: vm({ meta: { deletionTimestamp: NOW }, status: claimed('h1', 1) }) },
      undefined,
      'Terminating False Terminating',
    ],
    [
      'deletion that waits',
      { vm: vm({ meta: { deletionTimestamp: NOW } }) },
      held('WaitingForReceipt'),
      'Terminating False WaitingForReceipt',
    ],
    [
      'deletion that waits for somebody',
      { vm: vm({ meta: { deletionTimestamp: NOW } }) },
      held('BrakeClosed', true),
      'Terminating False BrakeClosed!',
    ],
    [
      'no room to grow',
      {
        vm: onH1,
        orders: ordered({ phase: 'Running', conditions: word('Running') }),
        unplaced: { message: 'none', kind: 'grow' },
      },
      undefined,
      'Running True Running!',
    ],
    [
      'no host, though it had one',
      {
        vm: onH1,
        orders: ordered({ phase: 'Running', conditions: word('Running') }),
        unplaced: { message: 'none', kind: 'place' },
      },
      undefined,
      'Running True Running',
    ],
  ];
  for (const [name, over, hold, expected] of ROWS) it(`${name}: ${expected}`, () => equal(shown(over, hold), expected));

  for (const reason of [
    'InvalidOrder',
    'PolicyRefused',
    'ImageMissing',
    'ImageTooLarge',
    'ImageNotRaw',
    'PoolMissing',
    'DiskMissing',
    'DiskNotOwned',
    'BridgeMissing',
    'KernelMissing',
    'NameConflict',
    'DuplicateDomain',
    'ConfigRejected',
    'ForeignFleet',
  ])
    it(`${reason} of the agent: somebody must act`, () =>
      equal(
        shown({ vm: onH1, orders: ordered({ phase: 'Failed', conditions: word(reason) }) }),
        `Failed False ${reason}!`,
      ));
});
