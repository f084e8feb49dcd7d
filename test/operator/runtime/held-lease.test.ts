import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { NotLeading } from '../../../operator/runtime/leader';
import { settle } from '../../common/kube/fake-clock';
import { Election } from './election';

describe('the lease of a leader', () => {
  let election: Election;
  beforeEach(() => (election = new Election()));
  afterEach(() => election.end());

  it('takes a lease that nobody made yet, with times of six digits', async () => {
    const a = await election.leading('a');
    deepEqual(a.told, ['started 1']);
    equal(election.server.spec.holderIdentity, 'a');
    match(election.server.spec.renewTime ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    equal(election.server.spec.leaseDurationSeconds, 15);
  });

  it('does not trust the time stamps of the other’s clock', async () => {
    const a = await election.leading('a');
    election.clock.setWall(-3_600_000); // its stamps are now an hour in the future of ours, or of the past of the server
    const b = election.candidate('b');
    election.clock.setWall(7_200_000);
    b.elector.start();
    await election.clock.advance(5000);
    equal(b.elector.isLeader(), false, 'an old stamp alone is no proof');
    a.line.isDown = true;
    await election.clock.advance(20_000);
    equal(b.elector.isLeader(), true);
  });

  it('counts a renewal from when it was sent, not from when the answer came', async () => {
    const a = await election.leading('a');
    const guard = a.elector.guard();
    let release: () => void = () => undefined;
    a.line.hold = new Promise((resolve) => (release = resolve));
    await election.clock.advance(2000); // a renewal is sent, and hangs
    election.clock.pause(10_500);
    a.line.hold = undefined;
    release();
    await settle();
    throws(guard, NotLeading);
    deepEqual(a.told, ['started 1', 'stopped 1', 'started 2'], 'it begins anew, with nothing of before');
  });

  it('steps down at once where the lease turns out to be another’s', async () => {
    const a = await election.leading('a');
    election.steal('thief');
    await election.clock.advance(2000);
    deepEqual(a.told, ['started 1', 'stopped 1']);
    equal(a.elector.isLeader(), false);
    equal(election.server.spec.holderIdentity, 'thief');
  });

  it('survives lost answers: what landed is read, and renewed', async () => {
    const a = await election.leading('a');
    a.line.losesAnswers = true;
    await election.clock.advance(4000);
    a.line.losesAnswers = false;
    await election.clock.advance(20_000);
    deepEqual(a.told, ['started 1']);
    equal(a.elector.isLeader(), true);
  });

  it('releases at stop, after the workers: the next one takes over at its next look', async () => {
    const order: string[] = [];
    const a = await election.leading('a', {
      onStopped: async () => {
        await settle();
        order.push(`workers stopped, lease of ${election.server.spec.holderIdentity}`);
      },
    });
    const b = election.candidate('b');
    b.elector.start();
    await election.clock.advance(1000);
    await a.elector.stop();
    deepEqual(order, ['workers stopped, lease of a']);
    equal(election.server.spec.holderIdentity, undefined);
    await election.clock.advance(2500);
    equal(b.elector.isLeader(), true);
  });

  it('reads at the end whether the last write landed, and then releases', async () => {
    const a = await election.leading('a');
    a.line.losesAnswers = true;
    await election.clock.advance(2000);
    a.line.losesAnswers = false;
    await a.elector.stop();
    equal(election.server.spec.holderIdentity, undefined);
  });

  it('leaves the lease of another alone at the end', async () => {
    const a = await election.leading('a');
    a.line.isDown = true;
    await election.clock.advance(2000);
    election.steal('thief');
    a.line.isDown = false;
    await a.elector.stop();
    equal(election.server.spec.holderIdentity, 'thief');
  });
});
