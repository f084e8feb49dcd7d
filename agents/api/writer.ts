/** Writes a status: only what differs, and only onto the version of the object that we know. */
import type { KubeClient } from '../../common/kube/client';
import { isKubeError } from '../../common/kube/errors';
import type { KubeObject, ResourceType } from '../../common/kube/types';
import { mergePatchOf } from '../../common/merge-patch';
import type { WriteResult } from './types';

export const FIELD_MANAGER = 'xen-agent';

type WithStatus = KubeObject & { status?: object };

export async function writeStatus<T extends WithStatus>(
  client: KubeClient,
  type: ResourceType<T>,
  known: T,
  status: object,
): Promise<{ result: WriteResult; newer?: T }> {
  const patch = mergePatchOf(known.status, status);
  if (!patch) return { result: 'written' };
  const { name, namespace, resourceVersion } = known.metadata;
  const ref = { name, ...(namespace !== undefined && { namespace }) };
  const body = { metadata: { resourceVersion }, status: patch };
  try {
    const newer = await client.mergePatch(type, ref, body, { subresource: 'status', fieldManager: FIELD_MANAGER });
    return { result: 'written', newer };
  } catch (error) {
    if (isKubeError(error, 'notFound')) return { result: 'gone' };
    if (!isKubeError(error, 'conflict')) throw error;
    // The watch would tell of the newer version, but may be late.
    const newer = await client.get(type, ref).catch(() => undefined);
    return { result: 'stale', ...(newer && { newer }) };
  }
}
