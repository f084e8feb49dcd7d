/** How a host is left, row by row: nothing ends too early, with an old epoch, or for another VM. */
import { equal } from 'node:assert/strict';
import type { XenDomain } from '../../../../crds/generated/types';
import { leave } from '../../../../operator/plan/vm/strays';
import { brief, facts, host, order, seen, tombstone, vm } from '../builders';

type Facts = Parameters<typeof facts>[0];
const gone = { deletionTimestamp: '2026-01-01T00:00:00Z' };
const deleted = vm({ meta: gone });
const dead = (name: string) => host(name, { dead: true, answered: false });
const at = (name: string, made: XenDomain) => ({ host: name, order: made });
const shown = (action: ReturnType<typeof leave>): string => (action === undefined ? 'left' : brief(action));
const strangers = order('h2', 1, { vm: { namespace: 'evil', name: 'x', uid: 'u' } });

describe('leaving a host', () => {
  const ROWS: readonly [string, Facts, number, string][] = [
    ['without an order leaves a tombstone', {}, 3, 'create h2 3 Absent'],
    ['… at the epoch that the host obeyed last', { sightings: [seen('h2', { epoch: 7 })] }, 3, 'create h2 7 Absent'],
    ['… whatever other hosts obeyed', { sightings: [seen('h1', { epoch: 7 })] }, 3, 'create h2 3 Absent'],
    ['… and whatever lie one tells', { sightings: [seen('h2', { epoch: 10 ** 12 })] }, 3, 'create h2 3 Absent'],
    [
      'waits for a namespace to leave it in',
      { hosts: [host('h2', { namespaceReady: false })] },
      3,
      'wait WaitingForReceipt',
    ],
    ['waits if there is no such host', { hosts: [] }, 3, 'wait WaitingForReceipt'],
    [
      'that is dead and has no namespace is over',
      { vm: deleted, hosts: [host('h2', { dead: true, namespaceReady: false })] },
      3,
      'left',
    ],
    ['that is dead needs no receipt of a VM that moves', { hosts: [dead('h2')] }, 3, 'left'],
    ['… but the order of a deleted one stays there', { vm: deleted, hosts: [dead('h2')] }, 3, 'create h2 3 Absent'],
    ['that holds another’s order is over', { foreignOrders: [at('h2', strangers)] }, 3, 'left'],
    [
      '… unless another host holds it',
      { foreignOrders: [at('h1', strangers)], orders: [at('h2', order('h2', 3))] },
      3,
      'update h2 3 Absent',
    ],
    ['makes its order Absent', { orders: [at('h2', order('h2', 3))] }, 3, 'update h2 3 Absent'],
    ['… at the claim’s epoch if that is higher', { orders: [at('h2', order('h2', 3))] }, 5, 'update h2 5 Absent'],
    ['… and never lowers it', { orders: [at('h2', order('h2', 6))] }, 5, 'update h2 6 Absent'],
    ['raises a tombstone of an older epoch', { orders: [at('h2', tombstone('h2', 2, 2))] }, 3, 'update h2 3 Absent'],
    ['waits for the receipt', { orders: [at('h2', tombstone('h2', 3))] }, 3, 'wait WaitingForReceipt'],
    ['is done with the receipt', { orders: [at('h2', tombstone('h2', 3, 3))] }, 3, 'left'],
    [
      'that is dead waits for no receipt',
      { vm: deleted, hosts: [dead('h2')], orders: [at('h2', tombstone('h2', 3))] },
      3,
      'left',
    ],
    [
      'without a host of that name waits all the same',
      { hosts: [], orders: [at('h2', tombstone('h2', 3))] },
      3,
      'wait WaitingForReceipt',
    ],
  ];
  for (const [name, over, epoch, expected] of ROWS)
    it(`${name}: ${expected}`, () => equal(shown(leave(facts(over), 'h2', epoch)), expected));
});
