/** What a stolen token excuses: VMs that had to do with that host, and no other. */
import { XENDOMAINS, XENVMS } from '../../../common/kube/resources';
import { hostNamespace } from '../../../common/names';
import type { XenVM } from '../../../crds/generated/types';
import type { World } from '../world';

/** UUIDs of VMs that had an order or a claim on the host whose token was stolen. */
export function inThiefsHands({ notes, server }: World): (uuid: string) => boolean {
  const host = notes.find(({ what }) => what === 'stolen')?.about;
  if (host === undefined) return () => false;
  const touched = new Set<string>();
  for (const { resource, object } of server.history) {
    if (resource.plural === XENDOMAINS.plural && object.metadata.namespace === hostNamespace(host))
      touched.add(object.metadata.name);
    if (resource.plural !== XENVMS.plural) continue;
    const { status } = object as XenVM;
    if (status?.placement?.host === host && status.domainUUID !== undefined) touched.add(status.domainUUID);
  }
  return (uuid) => touched.has(uuid);
}
