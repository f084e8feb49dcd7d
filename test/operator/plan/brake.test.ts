/** When deletions are too many at once, and who may say that they are meant. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { BRAKE_LIFTED_UNTIL } from '../../../common/names';
import {
  closedMessage,
  isAtStake,
  judgeDeletions,
  liftedUntilMs,
  unreadableLift,
  type BrakeLimits,
  type Deletion,
} from '../../../operator/plan/brake';
import { claimed, vm } from './builders';

const LIMITS: BrakeLimits = { deletions: 10, percent: 20, windowMs: 300_000 };
const deleted = (seconds: number, over: Partial<Deletion> = {}): Deletion => ({
  atMs: seconds * 1000,
  waits: true,
  wasHeld: false,
  ...over,
});
/** `count` deletions, `apart` seconds from each other. */
const many = (count: number, apart: number, over: Partial<Deletion> = {}): Deletion[] =>
  Array.from({ length: count }, (_, index) => deleted(index * apart, over));
const gone = { waits: false };

const ROWS: readonly [string, readonly Deletion[], number, boolean][] = [
  ['none', [], 30, false],
  ['as many as the limit', many(10, 0), 30, false],
  ['one more', many(11, 0), 30, true],
  ['one more, over the whole window', many(11, 30), 30, true],
  ['one more, spread over a little longer', many(11, 30.1), 30, false],
  ['many, each by itself', many(500, 31), 30, false],
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

describe('the brake', () => {
  for (const [name, deletions, fleet, closed] of ROWS) {
    it(`${closed ? 'closes' : 'stays open'}: ${name}`, () =>
      equal(judgeDeletions(deletions, fleet, LIMITS).isClosed, closed));
  }

  it('is off at 0, whatever was held up before', () =>
    equal(judgeDeletions(many(500, 0, { wasHeld: true }), 500, { ...LIMITS, deletions: 0 }).isClosed, false));

  it('counts a guest that may run and a disk that goes with it, and nothing else', () => {
    const disks = (deletionPolicy: 'Delete' | 'Retain') => [
      { name: 'root', device: 'xvda', size: '1Gi', pool: 'p', deletionPolicy },
    ];
    const made = { ...claimed('h1', 1), disks: [{ name: 'root', path: '/p', pool: 'p' }] };
    const off = { ...made, phase: 'Stopped' as const };
    deepEqual(
      [
        isAtStake(vm()),
        isAtStake(vm({ status: claimed('h1', 1) })),
        isAtStake(vm({ spec: { runPolicy: 'Halted' }, status: claimed('h1', 1) })),
        isAtStake(vm({ spec: { runPolicy: 'Once', disks: disks('Retain') }, status: off })),
        isAtStake(vm({ spec: { runPolicy: 'Halted', disks: disks('Delete') }, status: off })),
      ],
      [false, true, false, false, true],
    );
  });

  it('says how many, of how many, and what helps', () => {
    const state = judgeDeletions(many(20, 0), 25, LIMITS);
    if (!state.isClosed) throw new Error('it is open');
    const place = { namespace: 'acme', system: 'xen-fleet-system', unread: 'tomorrow' };
    const said = closedMessage(state, LIMITS, place);
    match(said, /^20 XenVMs were deleted within 300 s, and more than 10 close the brake/);
    match(said, /--brake-deletions 10, --brake-percent 20 of 25 VMs/);
    match(said, /annotate --overwrite namespace acme xenfleet\.io\/brake-lifted-until=/);
    match(said, /namespace xen-fleet-system for the whole fleet/);
    match(said, /"tomorrow" .* no time/);
  });

  it('takes a time for a word, and nothing else', () => {
    const until = (word: string): number | undefined => liftedUntilMs({ [BRAKE_LIFTED_UNTIL]: word });
    equal(until('2026-01-01T00:00:00Z'), 1_767_225_600_000);
    equal(until('2026-01-01T01:00:00.5+01:00'), 1_767_225_600_500);
    deepEqual(['', '2026-01-01', 'true', '2026-13-01T00:00:00Z', '99999999'].map(until), Array(5).fill(undefined));
    equal(liftedUntilMs(undefined), undefined);
    equal(unreadableLift({ [BRAKE_LIFTED_UNTIL]: 'true' }), 'true');
    equal(unreadableLift({ [BRAKE_LIFTED_UNTIL]: '2026-01-01T00:00:00Z' }), undefined);
  });
});
