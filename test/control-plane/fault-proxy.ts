// An HTTPS proxy in front of the real API server, with faults on demand.
import type { ControlPlane, FaultProxy } from './types';

export type * from './types';

export function startFaultProxy(_controlPlane: Pick<ControlPlane, 'server' | 'caPem' | 'dir'>): Promise<FaultProxy> {
  return Promise.reject(new Error('fault proxy: not built yet'));
}
