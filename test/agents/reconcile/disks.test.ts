/** The disks that a Dom0 knows. */
import { deepEqual, equal } from 'node:assert/strict';
import { knownDisks, knownSizes, withDisks, withSeenFiles } from '../../../agents/reconcile/disks';
import { BOOT, NOW, order, record, row } from '../orders';
import { step } from './words';

const disk = { name: 'root', device: 'xvda', sizeBytes: 1, pool: 'p', path: '/p' };
const data = { ...disk, name: 'data', device: 'xvdb', path: '/q' };

describe('disks that a Dom0 knows', () => {
  const spec = order({ disks: [disk, data] });
  const known = (over: object) => knownDisks(record({ order: spec, ...over }));
  it('are those of the order that were made in its folders', () => {
    deepEqual(
      [
        known({}),
        known({ disks: ['root', 'other'] }),
        known({ disks: ['root'], diskPaths: { root: '/old' } }),
        known({ disks: ['root', 'data'], diskPaths: { root: '/p' } }),
      ],
      [[], ['root'], [], ['root', 'data']],
    );
    const { disks: _disks, ...diskless } = spec;
    deepEqual(knownDisks(record({ order: diskless, disks: ['root'] })), []);
  });
  it('are remembered with their folders, beside the others', () => {
    const was = record({ disks: ['old', 'root'], diskPaths: { old: '/o' } });
    const { disks, diskPaths } = withDisks(was, spec, ['root', 'data', 'unknown']);
    deepEqual([disks, diskPaths], [['old', 'root', 'data'], { old: '/o', root: '/p', data: '/q' }]);
    equal(withDisks(was, spec, ['unknown']), was);
    const { disks: _disks, ...diskless } = spec;
    equal(withDisks(was, diskless, ['root']), was);
  });
  it('have the sizes that the host has told, for as long as they are the same files', () => {
    const first = withDisks(record({ order: spec }), spec, ['root', 'data'], { root: 5, data: 6 });
    deepEqual(first.diskSizes, { root: 5, data: 6 });
    equal(withDisks(first, spec, ['root', 'data']), first);
    equal(withDisks(first, spec, ['root'], { root: 4 }).diskSizes?.['root'], 4, 'the last word counts');
    const moved = order({ disks: [{ ...disk, path: '/new' }, data] });
    deepEqual(withDisks(first, moved, ['root']).diskSizes, { data: 6 });
    deepEqual(knownSizes({ ...first, order: moved }), [{ name: 'data', sizeBytes: 6 }]);
    equal('diskSizes' in withDisks(record(), spec, ['root']), false);
  });
  it('have the sizes that are seen, which only grow', () => {
    const was = record({ order: spec, disks: ['root'], diskPaths: { root: '/p' } });
    const seen = (size: number, over: object = {}) => [{ name: 'root', path: '/p', sizeBytes: size, ...over }];
    const five = withSeenFiles(was, seen(5));
    deepEqual(five.diskSizes, { root: 5 });
    equal(withSeenFiles(five, seen(5)), five);
    equal(withSeenFiles(five, seen(4)), five, 'seen before it grew');
    equal(withSeenFiles(five, seen(6)).diskSizes?.['root'], 6);
    for (const other of [{ name: 'data' }, { path: '/other' }]) equal(withSeenFiles(was, seen(5, other)), was);
    const given = { kind: 'given', spec, confirmed: true } as const;
    deepEqual(step({ order: given, record: was, files: seen(7) }).record?.diskSizes, { root: 7 });
  });
  it('are those whose files are seen, if they are the VM’s own', () => {
    const seen = (over: object = {}) => [{ name: 'root', path: '/p', sizeBytes: 5, owner: spec.vm, ...over }];
    const was = record({ order: spec });
    const learnt = withSeenFiles(was, seen());
    deepEqual([learnt.disks, learnt.diskPaths, learnt.diskSizes], [['root'], { root: '/p' }, { root: 5 }]);
    equal(withSeenFiles(learnt, seen()), learnt);
    for (const other of [
      { path: '/other' },
      { name: 'x' },
      { owner: undefined },
      { owner: { namespace: 'evil', name: 'web' } },
    ])
      equal(withSeenFiles(was, seen(other)), was);
    const absent = record({ order: { ...spec, desired: 'Absent' } });
    equal(withSeenFiles(absent, seen()), absent, 'it may have been deleted since');
  });
  it('are those of a run that outlived the agent that began it', () => {
    const creating = {
      epoch: 1,
      bootID: BOOT,
      atMs: NOW,
      applied: { disks: [{ ...disk, driver: undefined }] } as never,
    };
    const given = { kind: 'given', spec, confirmed: true } as const;
    const { record: kept } = step({
      order: given,
      record: record({ order: spec, creating }),
      seen: { kind: 'rows', rows: [row()] },
    });
    deepEqual([kept?.disks, kept?.diskPaths], [['root'], { root: '/p' }]);
  });
  it('are those that an order says exist, and, if nothing is remembered, those that its status says were made', () => {
    const told = (remembered: boolean, view: object) => {
      const { record: kept } = step(
        { order: { kind: 'given', spec: order({ disks: [{ ...disk, made: true }, data] }), confirmed: true, ...view } },
        remembered ? { record: record() } : {},
      );
      return kept?.disks;
    };
    deepEqual(
      [told(false, {}), told(false, { madeDisks: ['data'] }), told(true, { madeDisks: ['data'] })],
      [['root'], ['root', 'data'], ['root']],
    );
    const { disks: _disks, ...diskless } = spec;
    deepEqual(
      step({ order: { kind: 'given', spec: diskless, confirmed: true, madeDisks: ['root'] } }).record?.disks,
      [],
    );
  });
});
