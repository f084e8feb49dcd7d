import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { namespaceOfLeader } from '../../../common/names';
import { Election } from './election';

describe('leader election', () => {
  let election: Election;
  beforeEach(() => (election = new Election()));
  afterEach(() => election.end());

  it('tells who leads instead', async () => {
    const held: string[] = [];
    await election.leading('one/a');
    election.candidate('two/b', { onHeld: (holder) => held.push(holder) }).elector.start();
    await election.clock.advance(0);
    deepEqual(held.map(namespaceOfLeader), ['one']);
    equal(namespaceOfLeader('of-old'), undefined);
  });

  it('renews every two seconds and stays', async () => {
    const a = await election.leading('a');
    await election.clock.advance(60_000);
    equal(a.elector.isLeader(), true);
    equal(a.line.writes, 31);
    deepEqual(a.told, ['started 1']);
  });

  it('waits while another holds it, and takes over only when it did not change for its whole duration', async () => {
    const a = await election.leading('a');
    const b = election.candidate('b');
    b.elector.start();
    await election.clock.advance(30_000);
    equal(b.elector.isLeader(), false);
    a.line.isDown = true;
    await election.clock.advance(14_000);
    equal(b.elector.isLeader(), false);
    await election.clock.advance(5000);
    equal(b.elector.isLeader(), true);
    equal(election.server.spec.leaseTransitions, 1);
  });

  it('stops writing and steps down before the lease can lapse, when renewals fail', async () => {
    const a = await election.leading('a');
    const b = election.candidate('b');
    b.elector.start();
    await election.clock.advance(4000);
    a.line.isDown = true;
    for (let ms = 0; ms < 30_000; ms += 100) {
      await election.clock.advance(100);
      ok(!(a.elector.isLeader() && b.elector.isLeader()), `two leaders after ${ms} ms`);
      if (ms < 7000) equal(a.elector.isLeader(), true, `a good leader gave up after ${ms} ms`);
      if (b.told.length > 0) deepEqual(a.told, ['started 1', 'stopped 1'], 'the workers of a stopped before b began');
    }
    equal(b.elector.isLeader(), true);
  });

  it('steps down where the start of the workers fails', async () => {
    const errors: unknown[] = [];
    const a = election.candidate('a', {
      onStarted: () => Promise.reject(new Error('cannot')),
      onError: (error) => errors.push(error),
    });
    a.elector.start();
    await election.clock.advance(2000);
    ok(a.told.includes('stopped 1'));
    match(String(errors[0]), /cannot/);
  });

  it('steps down in time although the start of the workers still waits for something', async () => {
    const a = await election.leading('a', { onStarted: () => new Promise(() => undefined) });
    a.line.isDown = true;
    await election.clock.advance(12_000);
    deepEqual(a.told, ['stopped 1']);
  });

  it('ends the term’s signal when leadership ends', async () => {
    let signal: AbortSignal | undefined;
    const a = await election.leading('a', { onStarted: (_term, given) => void (signal = given) });
    equal(signal?.aborted, false);
    await a.elector.stop();
    equal(signal?.aborted, true);
  });

  it('refuses timings that cannot be safe', () => {
    throws(() => election.candidate('a', { renewDeadlineMs: 15_000 }), RangeError);
    throws(() => election.candidate('a', { retryPeriodMs: 10_000 }), RangeError);
  });
});
