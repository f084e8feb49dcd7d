/** What of an order waits for the next start of its domain. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { hasShortDisk } from './disks';
import { appliedOf, wanted } from './record';
import type { DomainRecord } from './record';

const FIELDS = ['type', 'vcpus', 'memory', 'cpu', 'boot', 'disks', 'networks'] as const;

/**
 * The fields of an order that the running domain does not have yet. For a disk both what the domain
 * was started with and the real size of the file count.
 */
export function restartRequired(record: DomainRecord | undefined): string[] {
  if (!record?.started || wanted(record) !== 'Running') return [];
  const { applied } = record.started;
  const ordered = appliedOf(record.order);
  const short = hasShortDisk(record) ? ['disks'] : [];
  // The domain was found running, so nobody knows what it was started with.
  if (applied === undefined) return short;
  const isOther = (field: (typeof FIELDS)[number]): boolean => !isDeepStrictEqual(applied[field], ordered[field]);
  return FIELDS.filter((field) => isOther(field) || short.includes(field));
}
