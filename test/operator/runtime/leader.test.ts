import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { KubeClient } from '../../../common/kube/client';
import { namespaceOfLeader } from '../../../common/names';
import { LeaderElector, NotLeading } from '../../../operator/runtime/leader';
import type { LeaderOptions } from '../../../operator/runtime/leader';
import { FakeClock, noChance, settle } from '../../common/kube/fake-clock';
import { LeaseServer } from './lease-server';
import type { LeaseLine } from './lease-server';

class Candidate {
  readonly told: string[] = [];
  readonly line: LeaseLine;
  readonly elector: LeaderElector;

  constructor(server: LeaseServer, clock: FakeClock, identity: string, more: Partial<LeaderOptions> = {}) {
    this.line = server.connect();
    this.elector = new LeaderElector({
      client: new KubeClient(this.line),
      lease: { namespace: 'a', name: 'operator' },
      identity,
      clock,
      random: noChance(0),
      onStarted: (term) => void this.told.push(`started ${term}`),
      onStopped: (term) => void this.told.push(`stopped ${term}`),
      ...more,
    });
  }
}

describe('leader election', () => {
  let server: LeaseServer;
  let clock: FakeClock;
  let candidates: Candidate[];

  const candidate = (identity: string, more: Partial<LeaderOptions> = {}): Candidate => {
    const made = new Candidate(server, clock, identity, more);
    candidates.push(made);
    return made;
  };
  const leading = async (identity: string, more: Partial<LeaderOptions> = {}): Promise<Candidate> => {
    const made = candidate(identity, more);
    made.elector.start();
    await clock.advance(0);
    equal(made.elector.isLeader(), true);
    return made;
  };

  beforeEach(() => {
    server = new LeaseServer();
    clock = new FakeClock();
    candidates = [];
  });
  afterEach(async () => {
    for (const { elector, line } of candidates) {
      line.hold = undefined;
      await elector.stop();
    }
    equal(clock.timers, 0, 'no timer may outlive stop()');
  });

  it('takes a lease that nobody made yet, with times of six digits', async () => {
    const a = await leading('a');
    deepEqual(a.told, ['started 1']);
    equal(server.spec.holderIdentity, 'a');
    match(server.spec.renewTime ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    equal(server.spec.leaseDurationSeconds, 15);
  });

  it('tells who leads instead', async () => {
    const held: string[] = [];
    await leading('one/a');
    candidate('two/b', { onHeld: (holder) => held.push(holder) }).elector.start();
    await clock.advance(0);
    deepEqual(held.map(namespaceOfLeader), ['one']);
    equal(namespaceOfLeader('of-old'), undefined);
  });

  it('renews every two seconds and stays', async () => {
    const a = await leading('a');
    await clock.advance(60_000);
    equal(a.elector.isLeader(), true);
    equal(a.line.writes, 31);
    deepEqual(a.told, ['started 1']);
  });

  it('waits while another holds it, and takes over only when it did not change for its whole duration', async () => {
    const a = await leading('a');
    const b = candidate('b');
    b.elector.start();
    await clock.advance(30_000);
    equal(b.elector.isLeader(), false);
    a.line.isDown = true;
    await clock.advance(14_000);
    equal(b.elector.isLeader(), false);
    await clock.advance(5000);
    equal(b.elector.isLeader(), true);
    equal(server.spec.leaseTransitions, 1);
  });

  it('does not trust the time stamps of the other’s clock', async () => {
    const a = await leading('a');
    clock.setWall(-3_600_000); // its stamps are now an hour in the future of ours, or of the past of the server
    const b = candidate('b');
    clock.setWall(7_200_000);
    b.elector.start();
    await clock.advance(5000);
    equal(b.elector.isLeader(), false, 'an old stamp alone is no proof');
    a.line.isDown = true;
    await clock.advance(20_000);
    equal(b.elector.isLeader(), true);
  });

  it('stops writing and steps down before the lease can lapse, when renewals fail', async () => {
    const a = await leading('a');
    const b = candidate('b');
    b.elector.start();
    await clock.advance(4000);
    a.line.isDown = true;
    for (let ms = 0; ms < 30_000; ms += 100) {
      await clock.advance(100);
      ok(!(a.elector.isLeader() && b.elector.isLeader()), `two leaders after ${ms} ms`);
      if (ms < 7000) equal(a.elector.isLeader(), true, `a good leader gave up after ${ms} ms`);
      if (b.told.length > 0) deepEqual(a.told, ['started 1', 'stopped 1'], 'the workers of a stopped before b began');
    }
    equal(b.elector.isLeader(), true);
  });

  it('may not write right after it was stopped for a while and wakes up, before any timer ran', async () => {
    const a = await leading('a');
    const guard = a.elector.guard();
    guard();
    clock.pause(10_001);
    equal(a.elector.isLeader(), false);
    throws(guard, NotLeading);
    throws(() => a.elector.assertLeading(), NotLeading);
  });

  it('may not write after the whole machine was suspended: the monotonic clock stood still, the wall clock did not', async () => {
    const a = await leading('a');
    clock.setWall(3_600_000);
    throws(() => a.elector.assertLeading(), NotLeading);
  });

  it('refuses work of an earlier term, even where it leads again', async () => {
    const a = await leading('a');
    const guard = a.elector.guard();
    a.line.isDown = true;
    await clock.advance(12_000);
    a.line.isDown = false;
    await clock.advance(5000);
    deepEqual(a.told, ['started 1', 'stopped 1', 'started 2']);
    a.elector.assertLeading();
    throws(guard, /term 1/);
  });

  it('counts a renewal from when it was sent, not from when the answer came', async () => {
    const a = await leading('a');
    const guard = a.elector.guard();
    let release: () => void = () => undefined;
    a.line.hold = new Promise((resolve) => (release = resolve));
    await clock.advance(2000); // a renewal is sent, and hangs
    clock.pause(10_500);
    a.line.hold = undefined;
    release();
    await settle();
    throws(guard, NotLeading);
    deepEqual(a.told, ['started 1', 'stopped 1', 'started 2'], 'it begins anew, with nothing of before');
  });

  it('steps down at once where the lease turns out to be another’s', async () => {
    const a = await leading('a');
    const taken = server.handle({ method: 'GET', path: '', verb: 'get', resource: 'leases' });
    server.handle({
      method: 'PUT',
      path: '',
      verb: '',
      resource: '',
      body: { ...taken, spec: { ...taken.spec, holderIdentity: 'thief' } },
    });
    await clock.advance(2000);
    deepEqual(a.told, ['started 1', 'stopped 1']);
    equal(a.elector.isLeader(), false);
    equal(server.spec.holderIdentity, 'thief');
  });

  it('survives lost answers: what landed is read, and renewed', async () => {
    const a = await leading('a');
    a.line.losesAnswers = true;
    await clock.advance(4000);
    a.line.losesAnswers = false;
    await clock.advance(20_000);
    deepEqual(a.told, ['started 1']);
    equal(a.elector.isLeader(), true);
  });

  it('releases at stop, after the workers: the next one takes over at its next look', async () => {
    const order: string[] = [];
    const a = await leading('a', {
      onStopped: async () => {
        await settle();
        order.push(`workers stopped, lease of ${server.spec.holderIdentity}`);
      },
    });
    const b = candidate('b');
    b.elector.start();
    await clock.advance(1000);
    await a.elector.stop();
    deepEqual(order, ['workers stopped, lease of a']);
    equal(server.spec.holderIdentity, undefined);
    await clock.advance(2500);
    equal(b.elector.isLeader(), true);
  });

  it('steps down where the start of the workers fails', async () => {
    const errors: unknown[] = [];
    const a = candidate('a', {
      onStarted: () => Promise.reject(new Error('cannot')),
      onError: (error) => errors.push(error),
    });
    a.elector.start();
    await clock.advance(2000);
    ok(a.told.includes('stopped 1'));
    match(String(errors[0]), /cannot/);
  });

  it('steps down in time although the start of the workers still waits for something', async () => {
    const a = await leading('a', { onStarted: () => new Promise(() => undefined) });
    a.line.isDown = true;
    await clock.advance(12_000);
    deepEqual(a.told, ['stopped 1']);
  });

  it('ends the term’s signal when leadership ends', async () => {
    let signal: AbortSignal | undefined;
    const a = await leading('a', { onStarted: (_term, given) => void (signal = given) });
    equal(signal?.aborted, false);
    await a.elector.stop();
    equal(signal?.aborted, true);
  });

  it('refuses timings that cannot be safe', () => {
    throws(() => candidate('a', { renewDeadlineMs: 15_000 }), RangeError);
    throws(() => candidate('a', { retryPeriodMs: 10_000 }), RangeError);
  });
});
