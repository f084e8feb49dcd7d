/** Writes on orders, each at the resourceVersion it was decided on. */
import type { XenDomain, XenDomainSpec } from '../../../crds/generated/types';
import type { KubeClient } from '../../../common/kube/client';
import { isKubeError } from '../../../common/kube/errors';
import { XENDOMAINS } from '../../../common/kube/resources';
import { FINALIZER } from '../../../common/names';

const refOf = (order: XenDomain): { namespace: string; name: string } => ({
  namespace: order.metadata.namespace ?? '',
  name: order.metadata.name,
});

/** Puts the whole spec: a merge patch would keep inner fields that the new one leaves out. */
export function putOrder(client: KubeClient, order: XenDomain, spec: XenDomainSpec): Promise<XenDomain> {
  return client.update(XENDOMAINS, { ...order, spec });
}

/** Clears our finalizer and deletes; what is left of the object where somebody else holds it, undefined where it is gone. */
export async function dropOrder(client: KubeClient, order: XenDomain): Promise<XenDomain | undefined> {
  const finalizers = (order.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  const { resourceVersion, uid } = order.metadata;
  try {
    const freed = await client.mergePatch(XENDOMAINS, refOf(order), { metadata: { resourceVersion, finalizers } });
    if (order.metadata.deletionTimestamp !== undefined) return finalizers.length === 0 ? undefined : freed;
    const now = freed.metadata.resourceVersion;
    return await client.delete(XENDOMAINS, refOf(order), {
      ...(uid !== undefined && { uid }),
      ...(now !== undefined && { resourceVersion: now }),
    });
  } catch (error) {
    if (isKubeError(error, 'notFound')) return undefined;
    throw error;
  }
}
