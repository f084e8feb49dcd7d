/** The disks of an order that a Dom0 knows, and how large their files are. Pure. */
import type { XenDomainSpec } from '../../crds/generated/types';
import { change } from './record';
import type { DomainRecord } from './record';

/** The file of a disk, as an observation of the host shows it. */
export interface DiskFile {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** The VM that is noted beside it. Undefined if there is no readable note. */
  readonly owner?: { readonly namespace: string; readonly name: string };
}

type PlacedDisk = Pick<DiskFile, 'name' | 'path'>;
type Sizes = Readonly<Record<string, number>>;

const isKnown = ({ disks, diskPaths }: DomainRecord, { name, path }: PlacedDisk): boolean =>
  disks.includes(name) && (diskPaths?.[name] ?? path) === path;

/**
 * Names of the order's disks that were made in the folders that it names. A disk in another folder
 * is another disk.
 */
export function knownDisks(record: DomainRecord): string[] {
  return (record.order.disks ?? []).filter((disk) => isKnown(record, disk)).map(({ name }) => name);
}

/** The sizes of known disks as the host has told them, not as they were ordered. */
export function knownSizes(record: DomainRecord): { name: string; sizeBytes: number }[] {
  return knownDisks(record).flatMap((name) => {
    const sizeBytes = record.diskSizes?.[name];
    return sizeBytes === undefined ? [] : [{ name, sizeBytes }];
  });
}

/** Whether a disk is smaller than ordered. One whose size the host has not told does not count. */
export function hasShortDisk(record: DomainRecord): boolean {
  const ordered = new Map(record.order.disks?.map(({ name, sizeBytes }) => [name, sizeBytes]));
  return knownSizes(record).some(({ name, sizeBytes }) => sizeBytes < (ordered.get(name) ?? 0));
}

/** Remembers that these disks of the order exist in its folders, and the sizes that are known. */
export function withDisks(
  record: DomainRecord,
  order: XenDomainSpec,
  names: readonly string[],
  sizes: Sizes = {},
): DomainRecord {
  return noted(
    record,
    (order.disks ?? []).filter(({ name }) => names.includes(name)),
    sizes,
  );
}

function noted(record: DomainRecord, found: readonly PlacedDisk[], sizes: Sizes): DomainRecord {
  if (found.length === 0) return record;
  const diskSizes: Record<string, number> = { ...record.diskSizes };
  for (const disk of found) {
    const size = sizes[disk.name];
    if (size !== undefined) diskSizes[disk.name] = size;
    // The size that is remembered is of a file in another folder.
    else if (!isKnown(record, disk)) delete diskSizes[disk.name];
  }
  return change(record, {
    disks: [...new Set([...record.disks, ...found.map(({ name }) => name)])],
    diskPaths: { ...record.diskPaths, ...Object.fromEntries(found.map(({ name, path }) => [name, path])) },
    diskSizes: Object.keys(diskSizes).length > 0 ? diskSizes : undefined,
  });
}

/**
 * The disks that a domain was started with exist, for it runs: an agent may have died before it
 * noted what it had made.
 */
export function withStartedDisks(record: DomainRecord, disks: readonly PlacedDisk[] = []): DomainRecord {
  return noted(
    record,
    disks.filter((disk) => !isKnown(record, disk)),
    {},
  );
}

/**
 * Learns from the files that were seen: that a disk of this VM exists (a file has its name only
 * when it is whole), and how large it is. An agent may have died after it made or grew one. Disks
 * only grow, so an old observation changes nothing.
 */
export function withSeenFiles(record: DomainRecord, files: readonly DiskFile[]): DomainRecord {
  const { vm, order } = record;
  const isOwn = ({ owner }: DiskFile): boolean => owner?.namespace === vm.namespace && owner.name === vm.name;
  const isOrdered = (disk: DiskFile): boolean =>
    order.disks?.some(({ name, path }) => name === disk.name && path === disk.path) === true;
  // What an order to be Absent has deleted may be in an observation that is older.
  const found = order.desired === 'Absent' ? [] : files.filter((file) => isOwn(file) && isOrdered(file));
  return withSeenSizes(withStartedDisks(record, found), files);
}

function withSeenSizes(record: DomainRecord, files: readonly DiskFile[]): DomainRecord {
  const known = (record.order.disks ?? []).filter((disk) => isKnown(record, disk));
  const learnt = known.flatMap(({ name, path }): [string, number][] => {
    const file = files.find((one) => one.name === name && one.path === path);
    return file && file.sizeBytes > (record.diskSizes?.[name] ?? -1) ? [[name, file.sizeBytes]] : [];
  });
  if (learnt.length === 0) return record;
  return change(record, { diskSizes: { ...record.diskSizes, ...Object.fromEntries(learnt) } });
}
