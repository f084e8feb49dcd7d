/** What a Dom0 remembers: receipts, what a domain was started with, and how a pool is proved. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { afterCreate } from '../../../agents/reconcile/outcome';
import { poolProblem } from '../../../agents/reconcile/pools';
import { appliedOf, isRestart, refusing, withTwoWords } from '../../../agents/reconcile/record';
import { restartRequired } from '../../../agents/reconcile/restart';
import { BOOT, NOW, order, record, started } from '../orders';

const disk = { name: 'root', device: 'xvda', sizeBytes: 1, pool: 'p', path: '/p' };

describe('a receipt of an older version', () => {
  it('holds only if its time was noted', () => {
    const words = (over: object) => {
      const { refusedEpoch, retiredEpoch } = withTwoWords(record(over));
      return [refusedEpoch, retiredEpoch];
    };
    deepEqual(words({}), [undefined, undefined]);
    deepEqual(words({ retiredEpoch: 2 }), [2, undefined]);
    deepEqual(words({ retiredEpoch: 2, retiredAtMs: 5 }), [2, 2]);
    deepEqual(words({ retiredEpoch: 2, refusedEpoch: 3 }), [3, 2]);
    deepEqual(words({ refusedEpoch: 3 }), [3, undefined]);
  });
  it('a refused epoch is raised and never lowered, and there is none at 0', () => {
    deepEqual([refusing(record({ refusedEpoch: 3 }), 2).refusedEpoch, refusing(record(), 2).refusedEpoch], [3, 2]);
    equal('refusedEpoch' in refusing(record(), 0), false);
  });
});

describe('what a domain was started with', () => {
  const applied = appliedOf(order({ disks: [disk] }));
  const of = (changes: object, over: object = {}) =>
    restartRequired(
      record({
        order: order({ disks: [disk], ...changes }),
        started: { epoch: 1, bootID: BOOT, atMs: 0, applied },
        ...over,
      }),
    );
  it('is the part of the order that takes effect at a start', () => {
    const { type, vcpus, memory, boot, networks } = order();
    deepEqual(appliedOf(order({ disks: [{ ...disk, made: true }] })), {
      type,
      vcpus,
      memory,
      boot,
      networks,
      disks: [disk],
    });
    const { disks: _disks, networks: _networks, ...bare } = order();
    deepEqual(Object.keys(appliedOf(bare)).sort(), ['boot', 'memory', 'type', 'vcpus']);
  });
  it('names what a restart would change', () => {
    deepEqual(
      [
        of({}),
        of({ vcpus: { count: 1, max: 1 }, gracePeriodSeconds: 1 }),
        of({ disks: [{ ...disk, made: true }] }),
        of({ disks: [] }),
      ],
      [[], ['vcpus'], [], ['disks']],
    );
    deepEqual(
      [of({ vcpus: { count: 1, max: 1 }, desired: 'Stopped' }), restartRequired(undefined), restartRequired(started())],
      [[], [], []],
    );
    deepEqual(restartRequired(record({ order: order({ vcpus: { count: 1, max: 1 } }) })), []);
  });
  it('names disks for as long as the file of one is smaller than ordered, whatever it was started with', () => {
    const sized = (size: number, over: object = {}) =>
      of({}, { disks: ['root'], diskPaths: { root: '/p' }, diskSizes: { root: size }, ...over });
    const found = { epoch: 1, bootID: BOOT, atMs: 0 };
    deepEqual(
      [
        sized(0),
        sized(1),
        sized(2),
        sized(0, { started: found }),
        sized(1, { started: found }),
        sized(0, { diskPaths: { root: '/old' } }),
        sized(0, { disks: [] }),
        sized(0, { started: undefined }),
        of({ disks: [{ ...disk, sizeBytes: 2 }] }, { disks: ['root'], diskSizes: { root: 2 } }),
      ],
      [['disks'], [], [], ['disks'], [], [], [], [], ['disks']],
    );
  });
  it('a start is a restart unless it is the first of its epoch, or follows an end that was ordered', () => {
    deepEqual(
      [
        isRestart(started()),
        isRestart(record()),
        isRestart({ ...started(), epoch: 2 }),
        isRestart(started({ ended: { how: 'crash', atMs: 1 } })),
        isRestart(started({ ended: { how: 'ordered', atMs: 1 } })),
      ],
      [true, false, false, true, false],
    );
  });
  it('of a create whose end is not known stays as it was', () => {
    const kept = record();
    equal(afterCreate(kept, { order: order(), outcome: { kind: 'unclear' }, bootID: BOOT, nowMs: NOW }), kept);
  });
});

describe('a folder is a pool', () => {
  const pool = { name: 'ssd', path: '/ssd' };
  const ROWS: readonly [string, Parameters<typeof poolProblem>[1], string | undefined, RegExp | undefined][] = [
    ['with its marker', { name: 'ssd', id: 'a' }, undefined, undefined],
    ['with the marker that it had', { name: 'ssd', id: 'a' }, 'a', undefined],
    [
      'not with another’s',
      { name: 'hdd', id: 'a' },
      undefined,
      /^\/ssd belongs to pool hdd, by its \.xenfleet-pool: mount the file system of pool ssd there/,
    ],
    [
      'not with another ID than it had',
      { name: 'ssd', id: 'b' },
      'a',
      /^\/ssd\/\.xenfleet-pool has the ID b, and this host has used pool ssd there with the ID a/,
    ],
    [
      'not without one',
      undefined,
      undefined,
      /^\/ssd holds no \.xenfleet-pool: mount the pool there; if the folder is the pool, mark it with: echo "ssd \$\(cat .*\)" > \/ssd\/\.xenfleet-pool/,
    ],
    [
      'not without the one that it had',
      undefined,
      'a',
      /^\/ssd holds no \.xenfleet-pool, although this host has used pool ssd there: mount/,
    ],
  ];
  for (const [name, marker, remembered, words] of ROWS)
    it(name, () => {
      const problem = poolProblem(pool, marker, remembered);
      if (words === undefined) equal(problem, undefined);
      else match(problem ?? '', words);
    });
});
