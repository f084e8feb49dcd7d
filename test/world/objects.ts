/** The objects that a fleet begins with, as an administrator applies them. */
import type { KubeObject } from '../../common/kube/types';
import { API_VERSION } from '../../common/names';

export const TENANTS = ['acme', 'beta', 'corp'] as const;
/** The operator is installed here. */
export const SYSTEM_NAMESPACE = 'xen-fleet';

type Loose = KubeObject & { readonly spec?: unknown };

const ours = (kind: string, name: string, spec: object): Loose => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name },
  spec,
});

const namespace = (name: string): Loose => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** Of domains that administrators make by hand. */
export const foreignUUID = (number: number): string => `f0000000-0000-4000-8000-00000000000${number}`;

export const isMadeByHand = (domain = ''): boolean => domain.startsWith('by-hand-');

export const newHost = (name: string): Loose =>
  ours('XenHost', name, { pool: 'default', connection: { mode: 'agent' } });

export function firstObjects(hosts: readonly string[]): Loose[] {
  const open = { allowedNamespaces: { from: 'All' } };
  return [
    ...['kube-system', 'default', SYSTEM_NAMESPACE, ...TENANTS].map(namespace),
    ours('XenNetwork', 'public', { bridge: 'xenbr0', ...open }),
    ours('XenStoragePool', 'local', {
      driver: 'file',
      path: '/var/lib/xenfleet/disks',
      locality: 'local',
      ...open,
    }),
    ours('XenVMClass', 'small', { vcpus: 1, memory: '512Mi' }),
    ours('XenVMClass', 'large', { vcpus: 4, memory: '4Gi' }),
    ours('XenPool', 'default', { vcpuRatio: 4 }),
    ...hosts.map(newHost),
  ];
}
