/** What is left on other hosts than the claim’s: ended or retired, then removed. */
import { equal } from 'node:assert/strict';
import type { XenDomain } from '../../../../crds/generated/types';
import type { leave } from '../../../../operator/plan/vm/strays';
import { isLive, tidyStrays } from '../../../../operator/plan/vm/strays';
import { brief, facts, host, order, seen, tombstone, vm } from '../builders';

type Facts = Parameters<typeof facts>[0];
const gone = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const deleted = vm({ meta: gone });
const dead = (name: string) => host(name, { dead: true, answered: false });
const at = (name: string, made: XenDomain) => ({ host: name, order: made });
const shown = (action: ReturnType<typeof leave>): string => (action === undefined ? 'left' : brief(action));

describe('a memory of a host', () => {
  for (const [name, over, expected] of [
    ['of a domain that nobody ended is live', {}, true],
    ['is live if only its mark is left', { epoch: 0 }, true],
    ['is over once its epoch was ended', { epoch: 3, retiredEpoch: 3 }, false],
    ['is live if only an older one was ended', { epoch: 3, retiredEpoch: 2 }, true],
    ['with an order is that order’s matter', { orphan: false }, false],
    ['with an order that ended is over', { orphan: false, epoch: 1, retiredEpoch: 1 }, false],
  ] as const)
    it(`${name}`, () => equal(isLive(seen('h2', over)), expected));
});

describe('what is left on other hosts', () => {
  const remembered = seen('h2', { present: false, epoch: 4 });
  const retired = at('h2', tombstone('h2', 1, 1));
  const ROWS: readonly [string, Facts, string][] = [
    ['nothing', {}, 'left'],
    ['a memory of the claimed host is no stray', { sightings: [seen('h1', { present: false })] }, 'left'],
    [
      'the claimed host is no other',
      { orders: [at('h1', order('h1', 1))], sightings: [seen('h1', { present: false })] },
      'left',
    ],
    ['a memory without an order is retired', { sightings: [remembered] }, 'create h2 4 Absent'],
    ['… at epoch 1 at least', { sightings: [{ ...remembered, epoch: 0 }] }, 'create h2 1 Absent'],
    [
      '… though another host has an order',
      { orders: [at('h1', order('h1', 1))], sightings: [remembered] },
      'create h2 4 Absent',
    ],
    ['a domain that is there is no memory', { sightings: [seen('h2')] }, 'left'],
    ['a memory that is over needs nothing', { sightings: [seen('h2', { present: false, retiredEpoch: 1 })] }, 'left'],
    ['an order is ended', { orders: [at('h2', order('h2', 2))] }, 'update h2 2 Absent'],
    ['… and removed with its receipt', { orders: [retired] }, 'delete h2 1'],
    [
      '… not while the report still shows the domain',
      { orders: [retired], sightings: [seen('h2', { orphan: false, retiredEpoch: 1 })] },
      'left',
    ],
    [
      '… not while the report does not know the receipt',
      { orders: [retired], sightings: [seen('h2', { present: false })] },
      'left',
    ],
    [
      '… whatever another host reports',
      { orders: [retired], sightings: [seen('h3', { retiredEpoch: 1 })] },
      'delete h2 1',
    ],
    [
      '… once the report agrees',
      { orders: [retired], sightings: [seen('h2', { present: false, orphan: false, retiredEpoch: 1 })] },
      'delete h2 1',
    ],
    [
      'one that is done does not hide the next',
      {
        orders: [{ ...at('h2', tombstone('h2', 1, 1)) }, at('h3', order('h3', 2))],
        sightings: [seen('h2', { present: false })],
      },
      'update h3 2 Absent',
    ],
    [
      'a running order of a dead host is removed',
      { hosts: [dead('h2')], orders: [at('h2', order('h2', 2))] },
      'delete h2 2',
    ],
    ['an Absent one waits there', { hosts: [dead('h2')], orders: [at('h2', tombstone('h2', 2))] }, 'left'],
    [
      'one of a deleted VM is made Absent on a dead host',
      { vm: deleted, hosts: [dead('h2')], orders: [at('h2', order('h2', 2))] },
      'update h2 2 Absent',
    ],
    ['… and waits there', { vm: deleted, hosts: [dead('h2')], orders: [at('h2', tombstone('h2', 2))] }, 'left'],
    [
      'one of a host that is no more is ended like any',
      { hosts: [], orders: [at('h2', order('h2', 2))] },
      'update h2 2 Absent',
    ],
  ];
  for (const [name, over, expected] of ROWS)
    it(`${name}: ${expected}`, () => equal(shown(tidyStrays(facts(over), 'h1')), expected));
});
