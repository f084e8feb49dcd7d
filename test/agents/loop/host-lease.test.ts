import { equal, ok } from 'node:assert/strict';
import { HostLease } from '../../../agents/loop/host-lease';
import { KubeClient } from '../../../common/kube/client';
import { FakeClock } from '../../common/kube/fake-clock';
import { LeaseServer } from '../../operator/runtime/lease-server';

const LOG = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

describe('the Lease of a host', () => {
  it('is renewed while the host answers, and not by an agent that cannot reach it', async () => {
    const server = new LeaseServer();
    const line = server.connect();
    const clock = new FakeClock();
    const metadata = { namespace: 'xenhost-h1', name: 'agent', resourceVersion: '1' };
    server.lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata };
    const lease = new HostLease({
      client: new KubeClient(line),
      clock,
      log: LOG,
      host: 'h1',
      process: 'p',
      intervalMs: 10_000,
      machine: () => 'm',
      boot: () => 'b',
      onChanged: () => {},
      onOutdated: () => {},
      wasDisplaced: () => false,
    });
    const renewals = async (unreachableMs: number): Promise<number> => {
      const before = line.writes;
      lease.beat(unreachableMs);
      await clock.advance(30_000);
      return line.writes - before;
    };
    ok((await renewals(0)) >= 3);
    ok((await renewals(20_000)) >= 3, 'a host may be silent for a while');
    equal(await renewals(20_001), 0);
    ok((await renewals(0)) >= 3, 'it answers again');
    await lease.stop();
    equal(clock.timers, 0);
  });
});
