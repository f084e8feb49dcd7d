/**
 * What the agent needs of a kind of storage. A driver alone knows what a disk is in its pool, where
 * it is and how it is made. A new kind of storage needs one file that implements this, a line in
 * `drivers.ts`, and a word in the enums of the CRDs.
 */
import type { XenDomainSpec } from '../../crds/generated/types';
import type { Pool } from '../reconcile/pools';
import type { Failure } from '../xl/errors';
import type { Marker } from '../xl/marker';
import type { DiskOwner, Observation } from '../xl/observe';
import type { OrderDisk } from '../xl/order';
import type { Policy } from '../xl/policy';

/** The word for it in an order. An order without one is from the time when all disks were files. */
export type DriverName = NonNullable<OrderDisk['driver']>;

export interface DiskPlace {
  /** UUID of the domain. */
  readonly uuid: string;
  readonly name: string;
  /** Path of the pool on the host. */
  readonly path: string;
}

export interface FoundDisk extends DiskPlace {
  readonly sizeBytes: number;
  /** The VM that is noted beside the disk. Undefined if there is no readable note. */
  readonly owner?: DiskOwner;
}

export type PoolUsage =
  /** It could not be found out this time. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing'; readonly message: string }
  | { readonly kind: 'present'; readonly totalBytes: number; readonly freeBytes: number; readonly disks?: DisksUsage };

/** What the disks of a pool take. */
export interface DisksUsage {
  /** What they occupy now, in bytes. */
  readonly usedBytes: number;
  /** The sum of their sizes, in bytes. */
  readonly diskBytes: number;
}

/** What is known of a driver's disks without asking the host. Pure. */
export interface DiskLayout {
  /** The value of `format=` in the cfg of a domain. */
  readonly format: 'raw';
  /** The value of `target=` in the cfg of a domain: an absolute path on the host. */
  target(disk: DiskPlace): string;
  usage(path: string, seen: Observation): PoolUsage;
  /** The disks of this driver among all that was seen, whoever owns them. */
  find(seen: Observation): FoundDisk[];
}

export interface MakeDisk {
  readonly uuid: string;
  readonly disk: OrderDisk;
  readonly fleetID: string;
  readonly vm: XenDomainSpec['vm'];
  readonly policy: Policy;
  /** It was made before, so it is looked for and never made anew. */
  readonly known: boolean;
}

export interface DeleteDisk {
  readonly uuid: string;
  readonly name: string;
  readonly pool: Pool;
  readonly policy: Policy;
  readonly vm: Pick<XenDomainSpec['vm'], 'namespace' | 'name'>;
}

/** A disk as the host has seen it just now. */
export interface MadeDisk {
  readonly sizeBytes: number;
}

/**
 * Every act is idempotent, holds the lock of the domain's UUID on the Dom0, and touches nothing
 * before the pool has proved to be the right one. It returns why it failed; if it did not, what was
 * asked is true now.
 */
export interface StorageDriver extends DiskLayout {
  /** The marker by which the pool proves itself. Takes a pool that is new to the host into use. */
  open(pool: Pool, policy: Policy): Promise<Marker | Failure>;
  /**
   * Keeps a disk that is there, if it is this VM's, and makes it as large as ordered. It stays
   * smaller only if it must not be touched: it is read-only, or a domain has it.
   */
  make(call: MakeDisk): Promise<MadeDisk | Failure>;
  /**
   * Deletes a disk of this VM and of no other one. Fails if its pool is not there, since the disk
   * still exists then.
   */
  delete(call: DeleteDisk): Promise<Failure | undefined>;
}
