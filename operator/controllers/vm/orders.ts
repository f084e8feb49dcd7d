/** Ends an order: both writes name the resourceVersion that was decided on. */
import type { XenDomain } from '../../../crds/generated/types';
import { isKubeError } from '../../../common/kube/errors';
import { XENDOMAINS } from '../../../common/kube/resources';
import { FINALIZER } from '../../../common/names';
import type { Done, Writer } from '../frame/writer';

/** Clears our finalizer and deletes. An order that another finalizer keeps stays in the cache. */
export async function deleteOrder(writer: Writer, order: XenDomain, done?: Done): Promise<void> {
  const finalizers = (order.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
  const { namespace = '', name, uid } = order.metadata;
  try {
    const freed = await writer.setFinalizers(XENDOMAINS, order, finalizers, done);
    if (order.metadata.deletionTimestamp !== undefined) return;
    const { resourceVersion } = freed.metadata;
    const guard = { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) };
    await writer.delete(XENDOMAINS, { namespace, name }, guard);
  } catch (error) {
    if (!isKubeError(error, 'notFound')) throw error;
  }
}
