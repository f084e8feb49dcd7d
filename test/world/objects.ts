/** The objects that a fleet begins with, as an administrator applies them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../common/kube/types';
import { API_VERSION } from '../../common/names';

export const TENANTS = ['acme', 'beta', 'corp'] as const;
export const tenantUser = (namespace: string): string => `tenant-${namespace}`;
/** The operator is installed here. */
export const SYSTEM_NAMESPACE = 'xen-fleet-system';

type Loose = KubeObject & { readonly spec?: unknown };

/** Rights and policies, as the chart installs them. */
function chartObjects(): Loose[] {
  const chart = join(__dirname, '../../charts/xen-fleet');
  const files = ['rbac', 'admission'].flatMap((folder) =>
    readdirSync(join(chart, folder)).map((file) => join(chart, folder, file)),
  );
  return files
    .sort()
    .flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')).map((one) => one.toJS() as Loose));
}
const CHART = chartObjects();

const tenantRights = (namespace: string): Loose =>
  ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { namespace, name: 'tenant' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'xen-fleet-tenant' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: tenantUser(namespace) }],
  }) as Loose;

const ours = (kind: string, name: string, spec: object): Loose => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name },
  spec,
});

const namespace = (name: string): Loose => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

/** Where every server mounts the same file system. */
export const SHARED_PATH = '/srv/shared';
export const SHARED_MARKER = `${SHARED_PATH}/.xenfleet-pool`;

/** Of domains that administrators make by hand. */
export const foreignUUID = (number: number): string => `f0000000-0000-4000-8000-00000000000${number}`;

export const isMadeByHand = (domain = ''): boolean => domain.startsWith('by-hand-');

export const newHost = (name: string): Loose =>
  ours('XenHost', name, { pool: 'default', connection: { mode: 'agent' } });

export function firstObjects(hosts: readonly string[]): Loose[] {
  const open = { allowedNamespaces: { from: 'All' } };
  return [
    ...['kube-system', 'default', SYSTEM_NAMESPACE, ...TENANTS].map(namespace),
    ...CHART,
    ...TENANTS.map(tenantRights),
    ours('XenNetwork', 'public', { bridge: 'xenbr0', ...open }),
    ours('XenStoragePool', 'local', {
      driver: 'file',
      path: '/var/lib/xenfleet/disks',
      locality: 'local',
      ...open,
    }),
    ours('XenStoragePool', 'shared', { driver: 'file', path: SHARED_PATH, locality: 'shared', ...open }),
    ours('XenVMClass', 'small', { vcpus: 1, memory: '512Mi' }),
    ours('XenVMClass', 'large', { vcpus: 4, memory: '4Gi' }),
    ours('XenPool', 'default', { vcpuRatio: 4 }),
    ...hosts.map(newHost),
  ];
}
