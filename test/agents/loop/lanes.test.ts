/** Which acts wait for which. */
import { equal, notEqual } from 'node:assert/strict';
import { laneOf } from '../../../agents/loop/lanes';
import type { Acting } from '../../../agents/loop/lanes';
import type { DomainRecord } from '../../../agents/reconcile/record';
import { order, record } from '../orders';

const [root] = order().disks!;
const slow = { ...root!, name: 'slow', path: '/pools/slow', pool: 'slow' };
const image = 'debian.raw';
const create = (...disks: NonNullable<DomainRecord['order']['disks']>): Acting => {
  return { do: 'create', order: order({ disks }), epoch: 1 };
};
const lane = (act: Acting, known: Partial<DomainRecord> = {}): string => {
  const spec = act.do === 'create' ? act.order : order();
  return laneOf(act, record({ order: spec, ...known }));
};

describe('the lanes of acts', () => {
  const apart: [string, Acting, Acting][] = [
    ['a start waits for no copy', create(root!), create({ ...root!, image })],
    ['one pool waits for no other one', create(root!), create(slow)],
    [
      'nor a copy for one that another pool may hold up',
      create({ ...root!, image }),
      create({ ...root!, image }, slow),
    ],
    ['a guest without disks waits for no pool', create(), create(root!)],
    ['an end waits for no guest that is asked', { do: 'destroy' }, { do: 'shutdown', seconds: 60 }],
    ['an end waits for no disks', { do: 'retire', epoch: 1 }, { do: 'deleteDisks', disks: [root!] }],
    ['disks go by pools', { do: 'deleteDisks', disks: [slow] }, { do: 'deleteDisks', disks: [root!] }],
    ['a start waits for no end', create(), { do: 'reap', domid: 1, state: 'shutdown' }],
  ];
  for (const [name, one, other] of apart) it(name, () => notEqual(lane(one), lane(other)));

  it('the same pools are one lane, however often and in whatever order they are named', () => {
    equal(lane(create(root!, slow, { ...slow, name: 'more' })), lane(create(slow, root!)));
  });

  it('an image that was copied before is not copied again, unless the disk is elsewhere now', () => {
    const act = create({ ...root!, image });
    equal(lane(act, { disks: ['root'] }), lane(create(root!)));
    const moved = { disks: ['root'], diskPaths: { root: '/elsewhere' } };
    equal(lane(act, moved), lane(act));
  });
});
