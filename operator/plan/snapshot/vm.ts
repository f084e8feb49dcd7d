/** A VM in the scheduler's words: what it holds on its host, or what it asks for. Pure. */
import type { XenDomain, XenVM } from '../../../crds/generated/types';
import { defined } from '../../../common/defined';
import { MIB } from '../../../common/memory';
import type { VmDisk, VmSpec } from '../../../scheduler';
import {
  grantedBy,
  heldBy,
  largest,
  wantedReservation,
  type Reported,
  type Reservation,
  type ReservedDisk,
} from '../vm/reservation';
import type { Resolution, Wanted } from '../vm/resolve';

type IsThis = (disk: { name: string; pool: string }) => boolean;

/**
 * A disk that was made has the size that its host told, but at most what its order grants. Hosts of
 * an older version tell no size; then it has what its order grants.
 */
function bytesMade({ name, sizeBytes }: ReservedDisk, isThis: IsThis, order: XenDomain | undefined): number {
  const { spec, status } = order ?? {};
  const granted = spec?.disks?.find(isThis)?.sizeBytes ?? sizeBytes;
  return Math.min(status?.disks?.find((disk) => disk.name === name)?.sizeBytes ?? granted, granted);
}

/** If the disk is to grow, the rest is still asked for. */
function diskOf(
  reserved: ReservedDisk,
  wanted: Wanted | undefined,
  order: XenDomain | undefined,
  host: string | undefined,
): VmDisk {
  const { name, pool, sizeBytes } = reserved;
  const isThis: IsThis = (disk) => disk.name === name && disk.pool === pool;
  const known = wanted?.disks.find(isThis);
  const madeHere = order?.status?.madeDisks?.includes(name) === true ? host : undefined;
  if (known?.made !== true && madeHere === undefined) return { pool, sizeBytes };
  const madeBytes = bytesMade(reserved, isThis, order);
  const rest = madeBytes < sizeBytes ? madeBytes : undefined;
  return defined({ pool, sizeBytes, made: true, madeBytes: rest, madeOn: known && boundTo(known, madeHere) });
}

/** A writable disk in a local pool is on the host where it was made, and nowhere else. */
function boundTo(
  { locality, readOnly, madeOn }: Wanted['disks'][number],
  here: string | undefined,
): string | undefined {
  return madeOn ?? (locality === 'local' && !readOnly ? here : undefined);
}

/** What is known of a VM besides its claim and its order. Its account is never below these. */
export interface Floors {
  /** What the host reports that its domain may use. */
  readonly reported?: Reported | undefined;
  /** What is being reserved for it while the claim is written. */
  readonly assumed?: Reservation | undefined;
}

/** What the host of a claim must keep for the VM. The spec counts only if nothing else is known. */
export function accountOf(
  vm: XenVM,
  wanted: Wanted | undefined,
  order: XenDomain | undefined,
  { reported, assumed }: Floors = {},
): Reservation {
  return largest(heldBy(vm, order, wanted), grantedBy(order), order?.status?.granted, reported, assumed);
}

/** The VM as its host counts it or, without a host, as it asks for one. `order` is on that host. */
export function vmSpec(vm: XenVM, resolution: Resolution, order: XenDomain | undefined, floors: Floors = {}): VmSpec {
  const wanted = 'wanted' in resolution ? resolution.wanted : undefined;
  if (vm.status?.placement !== undefined) return specOf(vm, wanted, order, accountOf(vm, wanted, order, floors));
  const asked = wanted === undefined ? undefined : wantedReservation(wanted);
  return specOf(vm, wanted, order, largest(asked, floors.assumed));
}

/** The VM in the scheduler's words, with this size. */
export function specOf(vm: XenVM, wanted: Wanted | undefined, order: XenDomain | undefined, size: Reservation): VmSpec {
  const { metadata, spec, status } = vm;
  const host = status?.placement?.host;
  const { pool, hostSelector, tolerations, affinity, antiAffinity, topologySpread } = spec.placement ?? {};
  return defined({
    key: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    labels: metadata.labels,
    type: spec.type,
    vcpus: size.vcpus,
    memoryBytes: size.memoryMiB * MIB,
    dedicated: size.dedicated,
    hvm: size.hvm,
    priority: wanted?.priority ?? 0,
    createdAtMs: Date.parse(metadata.creationTimestamp ?? '') || 0,
    host,
    pool,
    deniedPools: wanted?.deniedPools,
    hostSelector,
    tolerations,
    affinity,
    antiAffinity,
    topologySpread,
    disks: size.disks.map((disk) => diskOf(disk, wanted, order, host)),
    networks: (wanted?.networks ?? []).map((network) => network.network),
  });
}
