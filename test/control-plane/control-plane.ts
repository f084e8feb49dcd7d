// Starts a real etcd, kube-apiserver and kube-controller-manager on loopback.
import type { ControlPlane, ControlPlaneOptions } from './types';

export type * from './types';

export function startControlPlane(_options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  return Promise.reject(new Error('control plane: not built yet'));
}
