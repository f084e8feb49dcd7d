/** Candidates for one lease, on one clock. */
import { equal } from 'node:assert/strict';
import { KubeClient } from '../../../common/kube/client';
import { LeaderElector } from '../../../operator/runtime/leader';
import type { LeaderOptions } from '../../../operator/runtime/leader';
import { FakeClock, noChance } from '../../common/kube/fake-clock';
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

export class Election {
  readonly server = new LeaseServer();
  readonly clock = new FakeClock();
  readonly #candidates: Candidate[] = [];

  candidate(identity: string, more: Partial<LeaderOptions> = {}): Candidate {
    const made = new Candidate(this.server, this.clock, identity, more);
    this.#candidates.push(made);
    return made;
  }

  async leading(identity: string, more: Partial<LeaderOptions> = {}): Promise<Candidate> {
    const made = this.candidate(identity, more);
    made.elector.start();
    await this.clock.advance(0);
    equal(made.elector.isLeader(), true);
    return made;
  }

  /** Somebody else writes itself into the lease, as after a lapse. */
  steal(identity: string): void {
    const taken = this.server.handle({ method: 'GET', path: '', verb: 'get', resource: 'leases' });
    const body = { ...taken, spec: { ...taken.spec, holderIdentity: identity } };
    this.server.handle({ method: 'PUT', path: '', verb: '', resource: '', body });
  }

  async end(): Promise<void> {
    for (const { elector, line } of this.#candidates) {
      line.hold = undefined;
      await elector.stop();
    }
    equal(this.clock.timers, 0, 'no timer may outlive stop()');
  }
}
