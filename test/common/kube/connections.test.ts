/** Whoever keeps a Lease does not stand in line with the work. */
import { equal } from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../../common/kube/clock';
import { openConnections, type Connections } from '../../../common/kube/connections';
import { Heartbeat } from '../../../common/kube/heartbeat';
import { NAMESPACES } from '../../../common/kube/resources';
import { LeaderElector } from '../../../operator/runtime/leader';
import { noChance } from './fake-clock';
import { Server } from './http-server';

const HANGING = 48;
const LEASE = { namespace: 'n', name: 'l' };

describe('while 48 calls of the work hang', () => {
  let server: Server;
  let connections: Connections;
  let renewals: number;
  let hanging: Promise<unknown>[];
  let stop: () => Promise<void>;

  beforeEach(async () => {
    server = new Server();
    renewals = 0;
    let lease = JSON.stringify({ metadata: { ...LEASE, resourceVersion: '1' }, spec: {} });
    let hung = 0;
    const allHang = new Promise<void>((resolve) => {
      server.handler = (request, response, body) => {
        if (request.url?.includes('/leases/') !== true) {
          hung += 1;
          if (hung === 16) resolve(); // as many as there are connections for
          return;
        }
        if (request.method === 'PUT') {
          renewals += 1;
          lease = body;
        }
        response.end(lease);
      };
    });
    connections = openConnections({ target: { server: await server.start() } });
    hanging = Array.from({ length: HANGING }, () =>
      connections.client.get(NAMESPACES, { name: 'x' }).catch(() => undefined),
    );
    await allHang;
  });
  afterEach(async () => {
    await stop();
    connections.close();
    await Promise.all(hanging);
    await server.stop();
  });

  const untilRenewed = async (): Promise<void> => {
    while (renewals < 3) await wait(5);
  };

  it('a leader goes on to lead', async () => {
    const leader = new LeaderElector({
      client: connections.leases,
      clock: systemClock,
      random: noChance(),
      lease: LEASE,
      identity: 'me',
      retryPeriodMs: 10,
      onStarted: () => undefined,
      onStopped: () => undefined,
    });
    stop = () => leader.stop();
    leader.start();
    await untilRenewed();
    equal(leader.isLeader(), true);
  });

  it('a host goes on to be alive', async () => {
    const heartbeat = new Heartbeat({
      client: connections.leases,
      clock: systemClock,
      lease: LEASE,
      holderIdentity: 'me',
      mayTake: () => true,
      intervalMs: 10,
    });
    stop = () => heartbeat.stop();
    heartbeat.start();
    await untilRenewed();
  });
});
