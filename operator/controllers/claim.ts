/**
 * The claim: XenVM.status.placement, "who may run this VM". Written here and nowhere else, by compare-and-swap: a claim that was decided on
 * an older state of the object is refused by the API server. Its own field manager, so that applying the rest of the status cannot erase it.
 */
import type { XenVM } from '../../crds/generated/types';
import type { KubeClient } from '../../common/kube/client';
import { XENVMS } from '../../common/kube/resources';

export const CLAIM_MANAGER = 'xenfleet-claim';

export interface Claim {
  readonly host: string;
  /** Grows by at least one at every placement. */
  readonly epoch: number;
  readonly uuid: string;
  /** The boot of the host's Dom0 that the claim counts on. */
  readonly bootID: string | undefined;
}

/** The XenVM with its new claim. Rejects with `conflict` where `vm` is not the newest. */
export function writeClaim(client: KubeClient, vm: XenVM, claim: Claim): Promise<XenVM> {
  const { namespace, name, resourceVersion } = vm.metadata;
  const before = vm.status?.placement;
  if (resourceVersion === undefined) throw new Error('a claim needs the resourceVersion that it was decided on');
  if (before !== undefined && claim.epoch <= before.epoch)
    throw new Error(`epoch ${claim.epoch} is not above ${before.epoch}`);
  const { host, epoch, uuid, bootID } = claim;
  const patch = {
    metadata: { resourceVersion },
    status: { placement: { host, epoch, bootID: bootID ?? null }, domainUUID: uuid },
  };
  const ref = { name, ...(namespace !== undefined && { namespace }) };
  return client.mergePatch(XENVMS, ref, patch, { subresource: 'status', fieldManager: CLAIM_MANAGER });
}
