/** What a host's report says of one UUID, and of one name. Pure. */
import type { XenAgent } from '../../../crds/generated/types';
import type { Namesake, Sighting } from './facts';

export function sightingOf({ metadata, status }: XenAgent, uuid: string): Sighting {
  const domain = status?.domains?.find((entry) => entry.uuid === uuid);
  const record = status?.records?.find((entry) => entry.uuid === uuid);
  const seen = { host: metadata.name, present: domain !== undefined };
  const isOrphan = domain?.kind === 'orphan';
  if (record === undefined) {
    const { namespace = '', vmName: name = '' } = domain ?? {};
    return { ...seen, namespace, name, orphan: isOrphan, epoch: 0, retiredEpoch: 0, refusedEpoch: 0 };
  }
  const { namespace, name, epoch, retiredEpoch = 0, refusedEpoch = 0, frozen = false } = record;
  const refused = Math.max(refusedEpoch, retiredEpoch);
  return { ...seen, namespace, name, orphan: isOrphan || frozen, epoch, retiredEpoch, refusedEpoch: refused };
}

/** Domains of this name that a host keeps under another UUID, and that nobody has ended. */
export function namesakesOf(
  { metadata, status }: XenAgent,
  vm: { namespace: string; name: string },
  uuid: string,
): Namesake[] {
  const domains = (status?.domains ?? []).filter(
    (d) => d.kind === 'orphan' && d.namespace === vm.namespace && d.vmName === vm.name,
  );
  const records = (status?.records ?? []).filter(
    (r) => r.frozen === true && r.namespace === vm.namespace && r.name === vm.name,
  );
  const found = [...domains, ...records].map((entry) => entry.uuid).filter((other) => other !== uuid);
  return [...new Set(found)].sort().map((other) => ({ host: metadata.name, uuid: other }));
}
