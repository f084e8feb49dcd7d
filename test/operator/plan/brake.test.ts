/** When deletions are too many at once, and who may say that they are meant. */
import { deepEqual, equal, match } from 'node:assert/strict';
import fc from 'fast-check';
import { BRAKE_LIFTED_UNTIL } from '../../../common/names';
import {
  closedFor,
  closedMessage,
  isAtStake,
  isClosed,
  judgeDeletions,
  liftedUntilMs,
  unreadableLift,
  wasHeld,
  type BrakeLimits,
  type Deletion,
} from '../../../operator/plan/brake';
import { claimed, vm } from './builders';

const LIMITS: BrakeLimits = { deletions: 10, percent: 20, windowMs: 300_000 };
const deleted = (seconds: number, over: Partial<Deletion> = {}): Deletion => ({
  namespace: 'acme',
  atMs: seconds * 1000,
  waits: true,
  wasHeld: false,
  ...over,
});
/** `count` deletions, `apart` seconds from each other. */
const many = (count: number, apart: number, over: Partial<Deletion> = {}): Deletion[] =>
  Array.from({ length: count }, (_, index) => deleted(index * apart, over));
const gone = { waits: false };
const onDay = (one: Deletion): Deletion => ({ ...one, atMs: Date.UTC(2026, 0, 1) + one.atMs });

const ROWS: readonly [string, readonly Deletion[], number, boolean][] = [
  ['none', [], 30, false],
  ['as many as the limit', many(10, 0), 30, false],
  ['one more', many(11, 0), 30, true],
  ['one more, over the whole window', many(11, 30), 30, true],
  ['one more, over the whole window of a day like this', many(11, 30).map(onDay), 30, true],
  ['one more, spread over a little longer', many(11, 30.1), 30, false],
  ['many, each by itself', many(500, 31), 30, false],
  ['… in whatever order they were heard of', many(500, 31).toReversed(), 30, false],
  ['a large fleet: as many as its share', many(200, 0), 1000, false],
  ['a large fleet: one more', many(201, 0), 1000, true],
  ['a small fleet: all of it', many(10, 0), 10, false],
  ['many that are gone: nobody is left to be held', many(50, 0, gone), 100, false],
  ['ten that are gone, and the eleventh', [...many(10, 0, gone), deleted(300)], 30, true],
  ['ten that are gone, and one that came later', [...many(10, 0, gone), deleted(301)], 30, false],
  ['a burst of old, and one that waits for itself', [...many(50, 0, gone), deleted(4000)], 30, false],
  ['in any order', [deleted(300), ...many(5, 0, gone), deleted(200), ...many(5, 0, gone)], 30, true],
  ['a few that an earlier leader held up', many(3, 0, { wasHeld: true }), 30, true],
  ['one that was held up and is on its way', [deleted(0, { waits: false, wasHeld: true })], 30, false],
];

/** One tenant with 30 VMs, two with 10 each, and six with one VM each. */
const TENANTS = new Map([
  ['acme', 30],
  ['bolt', 10],
  ['cask', 10],
  ...['u', 'v', 'w', 'x', 'y', 'z'].map((name): [string, number] => [name, 1]),
]);
const of = (namespace: string, count: number, over: Partial<Deletion> = {}): Deletion[] =>
  many(count, 0, { namespace, ...over });
const singles = ['u', 'v', 'w', 'x', 'y', 'z'].flatMap((namespace) => of(namespace, 1));

/** What is deleted, who is held, and whether it is the whole fleet. The fleet's limit is 11. */
const SCOPES: readonly [string, readonly Deletion[], readonly string[], boolean][] = [
  ['one tenant over its limit holds up itself', [...of('acme', 11), ...of('bolt', 1)], ['acme'], false],
  ['whoever is gone counts for its namespace only', [...of('acme', 11, gone), ...of('bolt', 5)], [], false],
  ['two tenants over their limits are held each', [...of('acme', 30), ...of('bolt', 11)], ['acme', 'bolt'], false],
  ['two tenants within their limits are two tenants', [...of('acme', 10), ...of('bolt', 10)], [], false],
  ['three are a mistake of somebody else', [...of('acme', 5), ...of('bolt', 5), ...of('cask', 2)], [], true],
  ['a deleted CRD: all that wait, also by ones', [...of('acme', 30), ...of('bolt', 10), ...singles], ['acme'], true],
  ['many by ones, and a few', [...singles, ...of('cask', 5)], [], false],
  ['what waits long ago is no part of a burst', [...of('acme', 5), ...of('bolt', 5), deleted(301)], [], false],
  [
    'an earlier leader’s word holds its namespace',
    [...of('cask', 1, { wasHeld: true }), ...of('u', 1)],
    ['cask'],
    false,
  ],
];

describe('the brake', () => {
  for (const [name, deletions, vms, closed] of ROWS) {
    it(`${closed ? 'closes' : 'stays open'}: ${name}`, () =>
      equal(isClosed(judgeDeletions(deletions, new Map([['acme', vms]]), LIMITS)), closed));
  }

  for (const [name, deletions, held, isFleet] of SCOPES) {
    it(`holds ${isFleet ? 'the whole fleet' : held.join(' and ') || 'nobody'}: ${name}`, () => {
      const { fleet, namespaces } = judgeDeletions(deletions, TENANTS, LIMITS);
      deepEqual([[...namespaces.keys()].toSorted(), fleet !== undefined], [held, isFleet]);
    });
  }

  it('is never closed for all by two tenants, whatever they delete and whatever others did before', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ namespace: fc.constantFrom('acme', 'bolt'), seconds: fc.nat(400), waits: fc.boolean() }), {
          minLength: 15,
          maxLength: 60,
        }),
        fc.nat(50),
        (some, percent) => {
          const deletions = some.map(({ seconds, ...over }) => deleted(seconds, over));
          equal(judgeDeletions(deletions, TENANTS, { ...LIMITS, percent }).fleet, undefined);
        },
      ),
    ));

  it('is off at 0, whatever was held up before', () =>
    equal(isClosed(judgeDeletions(many(500, 0, { wasHeld: true }), TENANTS, { ...LIMITS, deletions: 0 })), false));

  it('counts a guest that may run and a disk that goes with it, and nothing else', () => {
    const disks = (...policies: ('Delete' | 'Retain')[]) =>
      policies.map((deletionPolicy) => ({ name: 'root', device: 'xvda', size: '1Gi', pool: 'p', deletionPolicy }));
    const made = { ...claimed('h1', 1), disks: [{ name: 'root', path: '/p', pool: 'p' }] };
    const off = { ...made, phase: 'Stopped' as const };
    deepEqual(
      [
        isAtStake(vm()),
        isAtStake(vm({ status: claimed('h1', 1) })),
        isAtStake(vm({ spec: { runPolicy: 'Halted' }, status: claimed('h1', 1) })),
        isAtStake(vm({ spec: { runPolicy: 'Once', disks: disks('Retain') }, status: off })),
        isAtStake(vm({ spec: { runPolicy: 'Halted', disks: disks('Delete') }, status: off })),
        isAtStake(vm({ spec: { runPolicy: 'Halted', disks: disks('Retain', 'Delete') }, status: off })),
        isAtStake(vm({ spec: { runPolicy: 'Halted', disks: disks('Delete') }, status: { ...off, disks: [] } })),
      ],
      [false, true, false, false, true, true, false],
    );
  });

  it('was closed by an earlier leader for whom the conditions say so', () => {
    const held = (type: string, reason: string): boolean =>
      wasHeld(vm({ status: { conditions: [{ type, reason, status: 'True', message: '' }] } as never }));
    deepEqual(
      [held('Stalled', 'BrakeClosed'), held('Stalled', 'Pending'), held('Ready', 'BrakeClosed'), wasHeld(vm())],
      [true, false, false, false],
    );
    equal(isClosed(judgeDeletions(many(3, 0, { wasHeld: true }), TENANTS, LIMITS)), true);
    equal(isClosed({ fleet: { scope: 'fleet', count: 2, limit: 1, vms: 3 }, namespaces: new Map() }), true);
  });

  it('says how many, of how many, and what helps', () => {
    const said = (deletions: readonly Deletion[], namespace: string): string => {
      const closed = closedFor(judgeDeletions(deletions, TENANTS, LIMITS), namespace);
      if (closed === undefined) throw new Error('it is open');
      return closedMessage(closed, LIMITS, { namespace, system: 'xen-fleet-system', unread: 'tomorrow' });
    };
    const own = said(many(20, 0), 'acme');
    match(own, /^20 XenVMs of namespace acme were deleted within 300 s, and more than 10 close the brake \(/);
    match(own, /--brake-deletions 10, --brake-percent 20 of 30 VMs/);
    match(own, /annotate --overwrite namespace acme xenfleet\.io\/brake-lifted-until=/);
    match(own, /namespace xen-fleet-system for the whole fleet/);
    match(own, /"tomorrow" .* no time/);
    const all = said([...of('acme', 8), ...of('bolt', 4), ...singles], 'u');
    match(all, /^15 XenVMs of several namespaces were .* more than 11 close the brake, no namespace counted for more/);
    match(all, /of 56 VMs\).* annotate --overwrite namespace u /);
    match(said(of('cask', 1, { wasHeld: true }), 'cask'), /^1 XenVMs of namespace cask that were .* limit of 10 still/);
  });

  it('takes a time for a word, and nothing else', () => {
    const until = (word: string): number | undefined => liftedUntilMs({ [BRAKE_LIFTED_UNTIL]: word });
    equal(until('2026-01-01T00:00:00Z'), 1_767_225_600_000);
    equal(until('2026-01-01T01:00:00.5+01:00'), 1_767_225_600_500);
    equal(until('2026-01-01T00:00:00.123456Z'), 1_767_225_600_123);
    for (const word of ['', '2026-01-01', 'true', '2026-13-01T00:00:00Z', '99999999'])
      equal(until(word), undefined, word);
    for (const word of ['until 2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z (the next year)', ' 2026-01-01T00:00:00Z'])
      equal(until(word), undefined, word);
    equal(liftedUntilMs(undefined), undefined);
    equal(unreadableLift({ [BRAKE_LIFTED_UNTIL]: 'true' }), 'true');
    equal(unreadableLift({ [BRAKE_LIFTED_UNTIL]: 'x'.repeat(1000) }), 'x'.repeat(40));
    deepEqual([unreadableLift({}), unreadableLift(undefined)], [undefined, undefined]);
    equal(unreadableLift({ [BRAKE_LIFTED_UNTIL]: '2026-01-01T00:00:00Z' }), undefined);
  });
});
