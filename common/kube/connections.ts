/**
 * The connections of one process to the API server. Leases have their own: however many calls of
 * the work hang, and wait for each other, a leader goes on to lead and a host goes on to be alive.
 */
import { KubeClient } from './client';
import { createTransport } from './https-transport';
import type { TransportOptions } from './transport';

export interface Connections {
  readonly client: KubeClient;
  /** For what keeps a Lease, and nothing else. */
  readonly leases: KubeClient;
  /** Ends all of them; calls under way reject. */
  close(): void;
}

/**
 * One call at a time keeps a Lease; the second connection is for the one whose answer never comes.
 */
const LEASE_SOCKETS = 2;

export function openConnections(options: TransportOptions): Connections {
  const work = createTransport(options);
  const leases = createTransport({ ...options, maxSockets: LEASE_SOCKETS });
  return {
    client: new KubeClient(work),
    leases: new KubeClient(leases),
    close: () => {
      work.close();
      leases.close();
    },
  };
}
