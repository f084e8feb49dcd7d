/** Where a VM is, beside its claim or without one, and when a deleted one is let go. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { XenDomain } from '../../../../crds/generated/types';
import { planVm } from '../../../../operator/plan/vm/plan';
import { elsewhere, MANY, whereabouts } from '../../../../operator/plan/vm/whereabouts';
import { brief, claimed, facts, host, order, seen, tombstone, vm } from '../builders';

type Facts = Parameters<typeof facts>[0];
const gone = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const deleted = vm({ meta: gone });
const dead = (name: string) => host(name, { dead: true, answered: false });
const at = (name: string, made: XenDomain) => ({ host: name, order: made });

describe('where a VM is', () => {
  const ROWS: readonly [string, Facts, string | typeof MANY | undefined][] = [
    ['nowhere', {}, undefined],
    [
      'where it runs, before where it is ordered',
      { sightings: [seen('h2')], orders: [at('h1', order('h1', 1))] },
      'h2',
    ],
    [
      'where it is ordered, before where it is remembered',
      { sightings: [seen('h2', { present: false })], orders: [at('h1', order('h1', 1))] },
      'h1',
    ],
    ['not where its order was retired', { orders: [at('h1', tombstone('h1', 1, 1))] }, undefined],
    [
      '… whatever the older report shows',
      { orders: [at('h1', tombstone('h1', 1, 1))], sightings: [seen('h1', { orphan: false })] },
      undefined,
    ],
    [
      '… but where an order stands beside it',
      { orders: [at('h1', tombstone('h1', 1, 1)), at('h2', order('h2', 1))] },
      'h2',
    ],
    [
      'where the highest epoch is remembered',
      {
        sightings: [
          seen('h1', { present: false, epoch: 2 }),
          seen('h2', { present: false, epoch: 5 }),
          seen('h3', { present: false, epoch: 4 }),
        ],
      },
      'h2',
    ],
    ['not where it was ended', { sightings: [seen('h1', { present: false, retiredEpoch: 1 })] }, undefined],
    ['on two hosts', { sightings: [seen('h1'), seen('h2')] }, MANY],
    [
      '… though one of them has its order',
      { sightings: [seen('h1'), seen('h2')], orders: [at('h1', order('h1', 1))] },
      MANY,
    ],
  ];
  for (const [name, over, expected] of ROWS) it(name, () => equal(whereabouts(facts(over)), expected));
});

describe('a domain beside the claim on h1', () => {
  const stopped = at('h1', order('h1', 1, {}, { epoch: 1, phase: 'Stopped' }));
  const unowned = (on: string, present = true) => seen(on, { namespace: '', name: '', present });
  const ROWS: readonly [string, Facts, string | typeof MANY | undefined][] = [
    ['nothing', { sightings: [seen('h1')] }, undefined],
    ['one elsewhere, and nothing ordered here', { sightings: [seen('h2')] }, 'h2'],
    [
      'one elsewhere, and an order of another host',
      { sightings: [seen('h2')], orders: [at('h3', order('h3', 1))] },
      'h2',
    ],
    ['one elsewhere, and an order here', { sightings: [seen('h2')], orders: [at('h1', order('h1', 1))] }, MANY],
    ['… of a domain that is off', { sightings: [seen('h2')], orders: [stopped] }, 'h2'],
    [
      '… of a domain that failed',
      { sightings: [seen('h2')], orders: [at('h1', order('h1', 1, {}, { epoch: 1, phase: 'Failed' }))] },
      'h2',
    ],
    [
      '… of a domain that was off in an older epoch',
      { sightings: [seen('h2')], orders: [at('h1', order('h1', 2, {}, { epoch: 1, phase: 'Stopped' }))] },
      MANY,
    ],
    [
      '… of a domain that is stopping',
      { sightings: [seen('h2')], orders: [at('h1', order('h1', 1, {}, { epoch: 1, phase: 'Stopping' }))] },
      MANY,
    ],
    [
      '… unless the claim is known to be the newest',
      { sightings: [seen('h2')], orders: [stopped], vouched: true },
      MANY,
    ],
    ['… also without its order', { sightings: [seen('h2')], vouched: true }, MANY],
    ['two elsewhere', { sightings: [seen('h2'), seen('h3')], orders: [stopped] }, MANY],
    [
      'a stranger’s elsewhere is no place to follow',
      { foreignSightings: [unowned('h2')], orders: [stopped] },
      undefined,
    ],
    ['… but no start beside it', { foreignSightings: [unowned('h2')], orders: [at('h1', order('h1', 1))] }, MANY],
    [
      'a stranger’s on the claimed host is another rule’s',
      { foreignSightings: [unowned('h1')], orders: [at('h1', order('h1', 1))] },
      undefined,
    ],
    [
      'a stranger’s memory is no domain',
      { foreignSightings: [unowned('h2', false)], orders: [at('h1', order('h1', 1))] },
      undefined,
    ],
    [
      'one of ours and one of a stranger',
      { sightings: [seen('h2')], foreignSightings: [unowned('h3')], orders: [stopped] },
      'h2',
    ],
  ];
  for (const [name, over, expected] of ROWS) it(name, () => equal(elsewhere(facts(over), 'h1'), expected));
});

describe('a deleted VM', () => {
  const onH1 = vm({ meta: gone, status: claimed('h1', 1) });
  const ended = at('h1', tombstone('h1', 1, 1));
  const ROWS: readonly [string, Facts, string][] = [
    [
      'is not let go while an order of it stands on another host',
      { vm: onH1, orders: [ended, at('h2', tombstone('h2', 1))] },
      'wait WaitingForReceipt',
    ],
    [
      'is not let go while it runs on two others',
      { vm: onH1, orders: [ended], sightings: [seen('h2'), seen('h3')] },
      'wait DuplicateDomain',
    ],
    [
      'is followed to where it runs',
      { vm: onH1, orders: [ended], sightings: [seen('h2', { epoch: 3 })] },
      'claim h2 4',
    ],
    [
      'is followed to a host that is no more',
      { vm: onH1, hosts: [host('h1')], orders: [ended], sightings: [seen('h2', { epoch: 3 })] },
      'claim h2 4',
    ],
    [
      'is let go if that host is dead: the order there waits',
      { vm: deleted, hosts: [dead('h2')], orders: [at('h2', tombstone('h2', 1))] },
      'clearFinalizer',
    ],
    ['is let go with every receipt', { vm: onH1, orders: [ended] }, 'clearFinalizer'],
    [
      'is let go if the claimed host is dead, and its order is Absent',
      { vm: onH1, hosts: [dead('h1')], orders: [at('h1', tombstone('h1', 1))] },
      'clearFinalizer',
    ],
    ['whose finalizers are none is nothing of ours', { vm: vm({ meta: { ...gone, finalizers: [] } }) }, 'wait'],
  ];
  for (const [name, over, expected] of ROWS)
    it(`${name}: ${expected}`, () => equal(brief(planVm(facts(over))), expected));

  it('that was claimed without a boot known says so', () => {
    const action = planVm(facts({ vm: deleted, hosts: [], sightings: [seen('h2')] }));
    ok(action.do === 'claim');
    deepEqual([action.host, action.bootID], ['h2', undefined]);
  });
});

describe('what only somebody’s act mends', () => {
  it('is told so: two copies, and a name that means nothing', () => {
    const held = (over: Facts) => {
      const action = planVm(facts({ fresh: true, ...over }));
      return action.do === 'wait' && action.because?.stalled;
    };
    deepEqual(
      [
        held({ sightings: [seen('h1'), seen('h2')] }),
        held({ resolution: { problem: { reason: 'ClassNotFound', message: '' } } }),
      ],
      [true, true],
    );
  });
});
