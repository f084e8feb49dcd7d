import { deepEqual, equal } from 'node:assert/strict';
import { bootOfHolder } from '../../../common/names';
import { Tenure } from '../../../agents/loop/tenure';
import { HeldElsewhere } from '../../../common/kube/heartbeat';

const may = (tenure: Tenure): boolean[] => [tenure.mayAct(true), tenure.mayAct(false)];

describe('the tenure of an agent', () => {
  it('before the first beat it goes on from disk only; orders wait for the Lease', () => {
    const tenure = new Tenure('h1', 'dom0/1/a');
    deepEqual(may(tenure), [false, true]);
    equal(tenure.beat(new Error('away')), false);
    deepEqual(may(tenure), [false, true]);
    equal(tenure.beat(), true);
    deepEqual(may(tenure), [true, true]);
    equal(tenure.beat(), false);
  });

  it('is kept while the API is away, and over once another holds the Lease', () => {
    const tenure = new Tenure('h1', 'dom0/1/a');
    tenure.beat();
    equal(tenure.beat(new Error('away')), false);
    deepEqual(may(tenure), [true, true]);
    equal(tenure.beat(new HeldElsewhere('x')), true);
    deepEqual(may(tenure), [false, false]);
    equal(tenure.beat(new Error('away')), false);
    deepEqual(may(tenure), [false, false]);
    equal(tenure.isOutdated, false);
    equal(tenure.beat(), true);
    deepEqual(may(tenure), [false, false], 'it does not know what the other one did');
    equal(tenure.isOutdated, true, 'so it is to begin anew');
  });

  it('is to begin anew, too, if another held the Lease before it ever did', () => {
    const tenure = new Tenure('h1', 'dom0/1/a');
    tenure.beat(new HeldElsewhere('x'));
    tenure.beat();
    deepEqual([tenure.isOutdated, ...may(tenure)], [true, false, false]);
  });

  it('follows an earlier process of its own machine at once, another machine never, and nobody once it has lost the Lease', () => {
    const tenure = new Tenure('h1', 'dom0/2/b');
    equal(tenure.identity('aa', 'b1'), 'aa/b1/dom0/2/b');
    equal(tenure.identity(undefined, undefined), 'unknown/unknown/dom0/2/b');
    const takes = () => ['aa/dom0/1/a', 'aab/dom0/1/a', 'bb/dom0/1/a', 'h1'].map((one) => tenure.mayTake(one, 'aa'));
    deepEqual(takes(), [true, false, false, true]);
    equal(tenure.mayTake('unknown/dom0/1/a', undefined), false);
    tenure.beat();
    deepEqual(takes(), [false, false, false, false]);
    equal(tenure.mayTake(tenure.identity('aa', 'b0'), 'aa'), true, 'this very process, before a boot of the Dom0');
  });

  it('names the boot that lives, for the operator to read', () =>
    equal(bootOfHolder(new Tenure('h1', 'dom0/2/b').identity('aa', 'b1')), 'b1'));
});
