/** Whoever may not lead must not write, whatever the timers have done so far. */
import { deepEqual, equal, throws } from 'node:assert/strict';
import { NotLeading } from '../../../operator/runtime/leader';
import { Election } from './election';

describe('the guard of a term', () => {
  let election: Election;
  beforeEach(() => (election = new Election()));
  afterEach(() => election.end());

  it('may not write right after it was stopped for a while and wakes up, before any timer ran', async () => {
    const a = await election.leading('a');
    const guard = a.elector.guard();
    guard();
    election.clock.pause(10_001);
    equal(a.elector.isLeader(), false);
    throws(guard, NotLeading);
    throws(() => a.elector.assertLeading(), NotLeading);
  });

  it('may not write after the whole machine was suspended: the monotonic clock stood still, the wall clock did not', async () => {
    const a = await election.leading('a');
    election.clock.setWall(3_600_000);
    throws(() => a.elector.assertLeading(), NotLeading);
  });

  it('refuses work of an earlier term, even where it leads again', async () => {
    const a = await election.leading('a');
    const guard = a.elector.guard();
    a.line.isDown = true;
    await election.clock.advance(12_000);
    a.line.isDown = false;
    await election.clock.advance(5000);
    deepEqual(a.told, ['started 1', 'stopped 1', 'started 2']);
    a.elector.assertLeading();
    throws(guard, /term 1/);
  });
});
