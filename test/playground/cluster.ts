/**
 * What an administrator installs before the first VM: CRDs, the rights of operator and agents,
 * network, storage pool, hosts.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { XenHost } from '../../crds/generated/types';
import type { ControlPlane, KubectlOptions, KubectlResult } from '../control-plane/types';
import { replaceFile } from './access';
import type { Place } from './place';
import { projectDir } from './place';

export const SYSTEM_NAMESPACE = 'xen-fleet-system';
export const OPERATOR_ACCOUNT = { namespace: SYSTEM_NAMESPACE, name: 'xen-fleet-operator' };

/** CRDs, RBAC and admission policies, by server-side apply: the same twice is the same once. */
export async function installSystem(plane: ControlPlane): Promise<void> {
  const apply = (...args: string[]): Promise<string> => plane.kubectl(['apply', '--server-side', ...args]);
  const chart = join(projectDir, 'charts', 'xen-fleet');
  const namespace = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } });
  await Promise.all([
    apply('-f', join(projectDir, 'crds')).then(() =>
      plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']),
    ),
    plane
      .kubectl(['apply', '--server-side', '-f', '-'], { stdin: namespace })
      .then(() => apply('-f', join(chart, 'rbac'), '-f', join(chart, 'admission'))),
  ]);
}

export type HostManifest = Pick<XenHost, 'apiVersion' | 'kind' | 'spec'> & { readonly metadata: { name: string } };

export function hostManifest(
  name: string,
  connection: XenHost['spec']['connection'] = { mode: 'agent' },
): HostManifest {
  return {
    apiVersion: 'xenfleet.io/v1alpha1',
    kind: 'XenHost',
    metadata: { name },
    spec: { pool: 'default', ...(connection && { connection }) },
  };
}

/** `examples/fleet` with these hosts in the place of its own. */
export async function applyFleet(plane: ControlPlane, hosts: readonly HostManifest[]): Promise<void> {
  const fleet = join(projectDir, 'examples', 'fleet');
  await plane.kubectl(['apply', '-f', join(fleet, '10-network.yaml'), '-f', join(fleet, '20-storage-pool.yaml')]);
  if (hosts.length === 0) return;
  await plane.kubectl(['apply', '-f', '-'], { stdin: hosts.map((host) => stringify(host)).join('---\n') });
}

/**
 * `bin/kubectl`: the matching one, set to this playground unless told otherwise, with a cache of
 * kinds of its own.
 */
export function installKubectl(plane: ControlPlane, place: Place): void {
  mkdirSync(dirname(place.kubectl), { recursive: true });
  const script = [
    '#!/bin/sh',
    `export KUBECONFIG="\${KUBECONFIG:-${place.kubeconfig}}" KUBECACHEDIR='${plane.env.KUBECACHEDIR}'`,
    `exec '${plane.assets.kubectl}' "$@"`,
    '',
  ];
  replaceFile(place.kubectl, script.join('\n'));
  chmodSync(place.kubectl, 0o755);
}

/**
 * kubectl with paths relative to the project: `-f examples/vps` works wherever the test was
 * started.
 */
export function kubectlIn(plane: ControlPlane) {
  const absolute = (args: readonly string[]): string[] =>
    args.map((arg, index) =>
      ['-f', '--filename'].includes(args[index - 1] ?? '') && arg !== '-' ? join(projectDir, arg) : arg,
    );
  return {
    kubectl: (args: readonly string[], options?: KubectlOptions): Promise<string> =>
      plane.kubectl(absolute(args), options),
    tryKubectl: (args: readonly string[], options?: KubectlOptions): Promise<KubectlResult> =>
      plane.tryKubectl(absolute(args), options),
  };
}
