/** The disks that a Dom0 knows. */
import { deepEqual, equal } from 'node:assert/strict';
import { knownDisks, withDisks } from '../../../agents/reconcile/record';
import { order, record } from '../orders';
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
