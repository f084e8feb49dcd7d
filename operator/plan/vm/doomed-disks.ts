/** Disks that are deleted with their VM, because its owner said so. Pure. */
import type { XenDomain, XenDomainSpec, XenVM } from '../../../crds/generated/types';
import { defined } from '../../../common/defined';
import { findCondition } from '../../../common/conditions';
import { refusedEpochOf } from './facts';

export type DoomedDisks = NonNullable<XenDomainSpec['deleteDisks']>;

/**
 * The disks on one host. The order there knows where they are. What it does not name is found in
 * the VM's status, but only for the host of the claim: others may not reach those disks.
 */
export function doomedDisks(vm: XenVM, host: string, order: XenDomainSpec | undefined): DoomedDisks {
  const { metadata, spec, status } = vm;
  if (metadata.deletionTimestamp === undefined) return [];
  const known = status?.placement?.host === host ? (status.disks ?? []) : [];
  const here = known.filter((disk) => disk.host === undefined || disk.host === host);
  return (spec.disks ?? []).flatMap(({ name, deletionPolicy }) => {
    if (deletionPolicy !== 'Delete') return [];
    const ordered = order?.disks?.find((disk) => disk.name === name);
    const found = ordered ?? here.find((disk) => disk.name === name);
    if (found === undefined) return [];
    return [defined({ name, path: found.path, pool: found.pool, driver: ordered?.driver })];
  });
}

/** Whether the order names all of them. */
export function isTold(doomed: DoomedDisks, { deleteDisks = [] }: XenDomainSpec): boolean {
  return doomed.every(({ name }) => deleteDisks.some((disk) => disk.name === name));
}

/** Why the receipt of an order does not count yet: its deleted disks are not known to be gone. */
export function owedDisks(order: XenDomain): string | undefined {
  const { spec, status, metadata } = order;
  const { deleteDisks = [] } = spec;
  const isCurrent = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const isDone = isCurrent && status?.phase === 'Absent' && status.epoch === spec.epoch;
  // Until it refuses the epoch, the host is still ending the domain.
  if (refusedEpochOf(order) < spec.epoch || deleteDisks.length === 0 || isDone) return undefined;
  const word = findCondition(status?.conditions, 'Ready');
  const because = word?.status === 'False' ? `: ${word.message}` : '';
  return `waiting for the host to delete disk ${deleteDisks.map(({ name }) => name).join(', ')}${because}`;
}
