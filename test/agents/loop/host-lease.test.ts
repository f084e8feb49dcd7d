import { deepEqual, equal, ok } from 'node:assert/strict';
import { HostLease } from '../../../agents/loop/host-lease';
import { KubeClient } from '../../../common/kube/client';
import { FakeClock } from '../../common/kube/fake-clock';
import { LeaseServer } from '../../operator/runtime/lease-server';

const LOG = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const nothing = (): void => {};

function rig() {
  const server = new LeaseServer();
  const clock = new FakeClock();
  const metadata = { namespace: 'xenhost-h1', name: 'agent', resourceVersion: '1' };
  server.lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata };
  const told = { onChanged: nothing, onOutdated: nothing, wasDisplaced: () => false };
  const who = { host: 'h1', process: 'p', machine: () => 'm', boot: () => 'b' };
  return { server, clock, options: { clock, log: LOG, intervalMs: 10_000, ...who, ...told } };
}

describe('the Lease of a host', () => {
  it('is held by one who is to begin anew if another process has begun on the Dom0, and is told so once', async () => {
    const { server, clock, options } = rig();
    const told: string[] = [];
    let isDisplaced = false;
    const lease = new HostLease({
      ...options,
      client: new KubeClient(server.connect()),
      onChanged: () => told.push('changed'),
      onOutdated: () => told.push('outdated'),
      wasDisplaced: () => isDisplaced,
    });
    lease.beat(0);
    await clock.advance(20_000);
    deepEqual(told, ['changed']);
    isDisplaced = true;
    await clock.advance(30_000);
    deepEqual(told, ['changed', 'outdated']);
    await lease.stop();
  });

  it('is renewed while the host answers, and not by an agent that cannot reach it', async () => {
    const { server, clock, options } = rig();
    const line = server.connect();
    const lease = new HostLease({ ...options, client: new KubeClient(line) });
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
