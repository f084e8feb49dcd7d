/** The conditions of a XenVM in their words, and the rest of its status. */
import { deepEqual, equal, match } from 'node:assert/strict';
import type { XenDomain } from '../../../../crds/generated/types';
import { findCondition } from '../../../../common/conditions';
import type { Hold } from '../../../../operator/plan/vm/action';
import { isTransient, showVm } from '../../../../operator/plan/vm/status';
import { claimed, facts, host, order, vm, WANTED } from '../builders';

type Facts = Parameters<typeof facts>[0];
type Status = NonNullable<XenDomain['status']>;
const NOW = '2026-01-01T00:00:00Z';
const THEN = '2025-01-01T00:00:00Z';
const onH1 = vm({ status: claimed('h1', 1) });
const word = (reason: string, status: 'True' | 'False' = 'False') => [
  { type: 'Ready', status, reason, message: `${reason}, in words`, lastTransitionTime: NOW },
];
const ordered = (status?: Partial<Status>, spec: object = {}, at = 'h1') => [
  { host: at, order: order(at, 1, spec, status && { epoch: 1, ...status }) },
];
const held = (reason: Hold['reason'], stalled?: boolean): Hold => ({
  reason,
  message: `${reason}, in words`,
  ...(stalled !== undefined && { stalled }),
});

describe('the conditions of a XenVM', () => {
  const said = (type: string, over: Facts, hold?: Hold): string => {
    const found = findCondition(showVm(facts(over), hold, NOW).conditions, type);
    return found === undefined ? 'none' : `${found.status} ${found.reason}: ${found.message}`;
  };
  const running = ordered({ phase: 'Running', conditions: word('Running') });
  const moved = {
    ...{
      name: 'root',
      device: 'xvda',
      sizeBytes: 1,
      pool: 'ssd',
      path: '/old',
      driver: 'file' as const,
      locality: 'local' as const,
      readOnly: false,
    },
  };
  const ROWS: readonly [string, string, Facts, string][] = [
    ['Scheduled', 'without a claim', {}, 'False Pending: waiting to be placed'],
    ['Scheduled', 'with a claim', { vm: onH1 }, 'True Scheduled: on h1'],
    ['Ready', 'with a claim', { vm: onH1 }, 'False Scheduled: claimed on h1'],
    [
      'Ready',
      'with an order',
      { vm: onH1, orders: ordered() },
      'False Scheduled: waiting for the agent of the host to take the order up',
    ],
    ['Ready', 'by the agent', { vm: onH1, orders: running }, 'True Running: Running, in words'],
    ['Ready', 'with no host', { unplaced: { message: 'no room', kind: 'place' } }, 'False Unschedulable: no room'],
    ['Ready', 'on a host that is no more', { vm: onH1, hosts: [] }, 'Unknown HostUnknown: there is no XenHost h1'],
    [
      'Ready',
      'on a silent host',
      { vm: onH1, hosts: [host('h1', { state: 'Unknown', message: 'h1 is silent' })] },
      'Unknown HostUnknown: h1 is silent',
    ],
    ...(['Ready', 'Scheduled'] as const).map((type): [string, string, Facts, string] => [
      type,
      'on a dead host, if no other takes it',
      {
        vm: onH1,
        hosts: [host('h1', { state: 'Unknown', dead: true })],
        unplaced: { message: 'no room', kind: 'place' },
      },
      'False Unschedulable: host h1 is declared dead, and no other host takes the VM: no room',
    ]),
    [
      'Ready',
      'on a dead host, while a host is looked for',
      { vm: onH1, hosts: [host('h1', { state: 'Unknown', message: 'h1 is over', dead: true })] },
      'Unknown HostUnknown: h1 is over',
    ],
    [
      'Ready',
      'in deletion',
      { vm: vm({ meta: { deletionTimestamp: NOW } }) },
      'False Terminating: the domain is being ended',
    ],
    ['Stalled', 'without trouble', { vm: onH1, orders: running }, 'False NotStalled: '],
    [
      'Stalled',
      'without room',
      { vm: onH1, orders: running, unplaced: { message: '1 GiB short', kind: 'grow' } },
      'True NoRoom: 1 GiB short',
    ],
    ['Resized', 'without an edit', { vm: onH1, orders: running }, 'none'],
    [
      'Resized',
      'without room',
      { vm: onH1, orders: running, unplaced: { message: '1 GiB short', kind: 'grow' } },
      'False NoRoom: 1 GiB short',
    ],
    ['Resized', 'without a claim', { unplaced: { message: '1 GiB short', kind: 'grow' } }, 'none'],
    ['RestartRequired', 'as it is', { vm: onH1, orders: running }, 'False UpToDate: '],
    [
      'RestartRequired',
      'after an edit',
      { vm: onH1, orders: ordered({ phase: 'Running', restartRequired: ['vcpus', 'boot'] }) },
      'True SpecChanged: takes effect at the next start of the domain: vcpus, boot',
    ],
    [
      'RestartRequired',
      'of an older epoch',
      { vm: onH1, orders: ordered({ epoch: 0, restartRequired: ['vcpus'] }) },
      'False UpToDate: ',
    ],
    ['PoolPathChanged', 'as it is', { resolution: { wanted: { ...WANTED, disks: [moved] } } }, 'none'],
    [
      'PoolPathChanged',
      'after its pool moved',
      {
        resolution: {
          wanted: {
            ...WANTED,
            disks: [
              { ...moved, poolPath: '/new' },
              { ...moved, name: 'data', poolPath: '/new' },
            ],
          },
        },
      },
      'True PoolPathChanged: a disk stays in the folder that it was made in: root stays in /old, pool ssd is now /new; data stays in /old, pool ssd is now /new',
    ],
    [
      'PoolPathChanged',
      'of a name that means nothing',
      { resolution: { problem: { reason: 'ClassNotFound', message: '' } } },
      'none',
    ],
  ];
  for (const [type, name, over, expected] of ROWS)
    it(`${type} ${name}: ${expected.slice(0, 60)}`, () => equal(said(type, over), expected));

  it('say which generation they speak of, and keep the time of what did not change', () => {
    const before = {
      type: 'Ready',
      status: 'False' as const,
      reason: 'Pending',
      message: '',
      lastTransitionTime: THEN,
    };
    const { conditions = [], observedGeneration } = showVm(
      facts({ vm: vm({ meta: { generation: 4 }, status: { conditions: [before] } }) }),
      undefined,
      NOW,
    );
    deepEqual([observedGeneration, [...new Set(conditions.map((one) => one.observedGeneration))]], [4, [4]]);
    deepEqual(
      conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]),
      [
        ['Ready', THEN],
        ['Stalled', NOW],
        ['Scheduled', NOW],
        ['RestartRequired', NOW],
      ],
    );
  });

  it('of a guest that is not as it should be say what the operator waits for, unless somebody is needed', () => {
    const ready = (status: Partial<Status>): string =>
      said('Ready', { vm: onH1, orders: ordered(status) }, held('HostNotReporting'));
    const words = (reason: string, status?: 'True' | 'False') => ({ conditions: word(reason, status) });
    match(ready({ phase: 'Stopped', ...words('AwaitingConfirmation') }), /^False HostNotReporting/);
    match(ready({ phase: 'Unknown', ...words('AgentTrouble') }), /^Unknown HostNotReporting/);
    match(ready({ phase: 'Running', ...words('Running', 'True') }), /^True Running/);
    match(ready({ phase: 'Failed', ...words('PolicyRefused') }), /^False PolicyRefused/);
  });

  it('say a stalled reason in its words', () =>
    match(said('Stalled', {}, held('ClassNotFound', true)), /^True ClassNotFound: ClassNotFound, in words/));
});

describe('the rest of the status', () => {
  const end = { reason: 'crash', time: NOW };
  const show = (over: Facts) => showVm(facts(over), undefined, NOW);

  it('is what the order grants, and nothing without one', () => {
    const networks = [{ name: 'eth0', bridge: 'br0', mac: 'm' }];
    const { granted, networks: shownNetworks } = show({ vm: onH1, orders: ordered(undefined, { networks }) });
    deepEqual([granted, shownNetworks], [{ vcpus: 1, memory: '1024Mi' }, [{ name: 'eth0', mac: 'm' }]]);
    const none = show({ vm: onH1 });
    deepEqual(['granted' in none, 'networks' in none, 'classUID' in none], [false, false, false]);
    const { vcpus: _vcpus, ...tombstone } = order('h1', 1).spec;
    equal(
      show({ vm: onH1, orders: [{ host: 'h1', order: { ...order('h1', 1), spec: tombstone } }] }).granted,
      undefined,
    );
  });

  it('keeps the class that was granted, and tells of the one that is', () => {
    const was = vm({ status: { ...claimed('h1', 1), classUID: 'old' } });
    const problem = { problem: { reason: 'ClassNotFound', message: '' } } as const;
    equal(show({ vm: was, orders: ordered(), resolution: { wanted: { ...WANTED, classUID: 'new' } } }).classUID, 'new');
    equal(show({ vm: was, orders: ordered(), resolution: problem }).classUID, 'old');
  });

  it('keeps how the last run ended', () => {
    equal(show({ vm: onH1, orders: ordered({ lastTermination: end }) }).lastTermination?.reason, 'crash');
    const was = vm({ status: { ...claimed('h1', 1), lastTermination: end } });
    equal(show({ vm: was }).lastTermination?.reason, 'crash');
    equal(
      show({ vm: was, orders: ordered({ lastTermination: { ...end, reason: 'reboot' } }) }).lastTermination?.reason,
      'reboot',
    );
    equal(show({ vm: onH1 }).lastTermination, undefined);
  });
});

describe('a status passes by itself', () => {
  const status = (phase: string | undefined, ready = 'False', stalled = 'False') => ({
    ...(phase !== undefined && { phase: phase as 'Running' }),
    conditions: ['Ready', 'Stalled'].map((type) => ({
      type,
      status: (type === 'Ready' ? ready : stalled) as 'True',
      reason: 'X',
      message: '',
      lastTransitionTime: NOW,
    })),
  });
  const ROWS: readonly [string, ReturnType<typeof status>, boolean][] = [
    ...['Pending', 'Scheduled', 'Starting', 'Stopping', 'Terminating'].map(
      (phase) => [phase, status(phase), true] as [string, ReturnType<typeof status>, boolean],
    ),
    ...['Running', 'Stopped', 'Failed', 'Unknown', undefined].map(
      (phase) => [String(phase), status(phase), false] as [string, ReturnType<typeof status>, boolean],
    ),
    ['Starting, but Ready', status('Starting', 'True'), false],
    ['Pending, but stalled', status('Pending', 'False', 'True'), false],
  ];
  for (const [name, given, expected] of ROWS) it(`${name}: ${expected}`, () => equal(isTransient(given), expected));
});
