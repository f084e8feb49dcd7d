/**
 * What the host of a claim keeps for a VM, in every dimension that is sold. Pure.
 *
 * A tenant may edit the size of a VM at any time, so the spec is only a wish and counts in no
 * account. What counts is what the placement loop found room for: `status.reserved`, which is
 * written together with the placement. To get more, the VM asks for room first, and until it has
 * it, it keeps what was granted.
 */
import type { XenAgent, XenDomain, XenVM, XenVMStatus } from '../../../crds/generated/types';
import type { Wanted } from './resolve';

export interface ReservedDisk {
  readonly name: string;
  readonly pool: string;
  readonly sizeBytes: number;
}

export interface Reservation {
  readonly vcpus: number;
  /** The most memory that the domain may ever have, without Xen's overhead. */
  readonly memoryMiB: number;
  /** Whole physical CPUs. No order carries this, so it is known from the claim alone. */
  readonly dedicated: boolean;
  /** Room in Dom0 for the device model of an HVM guest. */
  readonly hvm: boolean;
  readonly disks: readonly ReservedDisk[];
}

/** What a domain may use by the report of its host. */
export interface Reported {
  readonly vcpus: number;
  readonly memoryMiB: number;
  /** Whether it has a device model. Absent if its type is not told. */
  readonly hvm?: boolean;
}

export const NOTHING: Reservation = { vcpus: 0, memoryMiB: 0, dedicated: false, hvm: false, disks: [] };

const reservedDisk = ({ name, pool, sizeBytes }: ReservedDisk): ReservedDisk => ({ name, pool, sizeBytes });

export function wantedReservation({ vcpus, memoryMiB, dedicated, hvm, disks }: Wanted): Reservation {
  return { vcpus, memoryMiB, dedicated, hvm, disks: disks.map(reservedDisk) };
}

/** A claim of an older version does not say whether it is for an HVM guest. Then its type does. */
export function reservedBy({ spec, status }: XenVM, type = spec.type): Reservation | undefined {
  if (status?.reserved === undefined) return undefined;
  const { vcpus, memoryMiB, dedicated = false, hvm = type === 'hvm', disks = [] } = status.reserved;
  return { vcpus, memoryMiB, dedicated, hvm, disks };
}

/** What an order grants. Undefined for a tombstone, which grants nothing. */
export function grantedBy(order: XenDomain | undefined): Reservation | undefined {
  const { type, vcpus, memory, disks = [] } = order?.spec ?? {};
  if (vcpus === undefined || memory === undefined) return undefined;
  const size = { vcpus: vcpus.max, memoryMiB: memory.maxMiB, hvm: type === 'hvm' };
  return { ...size, dedicated: false, disks: disks.map(reservedDisk) };
}

/** What the domain of this UUID may use by a host's report, whatever kind the host calls it. */
export function reportedBy(agent: XenAgent | undefined, uuid: string): Reported | undefined {
  const domain = agent?.status?.domains?.find((entry) => entry.uuid === uuid);
  if (domain === undefined) return undefined;
  const { type, vcpus = 0, memoryMiB = 0 } = domain;
  return { vcpus, memoryMiB, ...(type !== undefined && { hvm: type === 'hvm' }) };
}

/**
 * What a claim stands for before any growth. A claim of an older version carries no reservation.
 * Then its order says what was granted, and without an order only the wish is known.
 */
export function heldBy(vm: XenVM, order: XenDomain | undefined, wanted: Wanted | undefined): Reservation {
  return (
    reservedBy(vm, order?.spec.type) ?? grantedBy(order) ?? (wanted === undefined ? NOTHING : wantedReservation(wanted))
  );
}

const diskKey = ({ name, pool }: ReservedDisk): string => `${pool}/${name}`;

function largestDisks(lists: readonly (readonly ReservedDisk[])[]): ReservedDisk[] {
  const largest = new Map<string, ReservedDisk>();
  for (const disk of lists.flat()) {
    const known = largest.get(diskKey(disk));
    if (known === undefined || known.sizeBytes < disk.sizeBytes) largest.set(diskKey(disk), reservedDisk(disk));
  }
  return [...largest.values()];
}

/** The largest value in each dimension. */
export function largest(...all: readonly (Partial<Reservation> | undefined)[]): Reservation {
  return {
    vcpus: Math.max(...all.map((one) => one?.vcpus ?? 0)),
    memoryMiB: Math.max(...all.map((one) => one?.memoryMiB ?? 0)),
    dedicated: all.some((one) => one?.dedicated === true),
    hvm: all.some((one) => one?.hvm === true),
    disks: largestDisks(all.map((one) => one?.disks ?? [])),
  };
}

/**
 * Whether `held` is enough for `wanted` in every dimension. A new disk, or one in another pool, is
 * not covered.
 */
export function covers(held: Reservation, wanted: Reservation): boolean {
  const sizes = new Map(held.disks.map((disk) => [diskKey(disk), disk.sizeBytes]));
  return (
    wanted.vcpus <= held.vcpus &&
    wanted.memoryMiB <= held.memoryMiB &&
    (held.dedicated || !wanted.dedicated) &&
    (held.hvm || !wanted.hvm) &&
    wanted.disks.every((disk) => disk.sizeBytes <= (sizes.get(diskKey(disk)) ?? -1))
  );
}

/**
 * What must be kept for a VM that becomes as wanted. Its domain goes on with what it has until it
 * follows the order.
 */
export function grown(held: Reservation, order: XenDomain | undefined, wanted: Wanted): Reservation {
  const granted = grantedBy(order);
  // A disk that is in neither cannot be attached any more. Its bytes are in the pool's own account.
  return largest({ ...held, disks: [] }, granted, wantedReservation(wanted));
}

/**
 * The reservation that is enough now, if it is smaller than the one in force. A domain may run with
 * more than its order grants until it is started anew. So its agent must have taken up the order
 * and must tell what runs, and the report of its host must say the same.
 */
function shrunk(
  vm: XenVM,
  order: XenDomain | undefined,
  wanted: Wanted,
  reported: Reported | undefined,
): Reservation | undefined {
  const reserved = reservedBy(vm, order?.spec.type);
  const running = runningSize(order);
  if (reserved === undefined || running === undefined) return undefined;
  // What runs keeps its device model until its host reports a domain of another type.
  const hvm = running.vcpus > 0 && (reported?.hvm ?? reserved.hvm);
  const enough = largest(wantedReservation(wanted), grantedBy(order), { ...running, hvm }, reported);
  return covers(reserved, enough) && !covers(enough, reserved) ? enough : undefined;
}

/**
 * What the claim must become: larger, if there is room, or smaller, at once. Undefined if it is
 * right as it is.
 */
export function resizing(
  vm: XenVM,
  order: XenDomain,
  wanted: Wanted,
  reported: Reported | undefined,
): { readonly do: 'grow' } | { readonly do: 'shrink'; readonly reserved: Reservation } | undefined {
  if (!covers(heldBy(vm, order, wanted), wantedReservation(wanted))) return { do: 'grow' };
  const reserved = shrunk(vm, order, wanted, reported);
  return reserved === undefined ? undefined : { do: 'shrink', reserved };
}

/** What the domain has, by its agent's status of this very order. Undefined if not known. */
function runningSize(order: XenDomain | undefined): Reported | undefined {
  const { metadata, spec, status } = order ?? {};
  if (metadata === undefined || status === undefined) return undefined;
  if (status.epoch !== spec?.epoch || status.observedGeneration !== metadata.generation) return undefined;
  if (status.phase === 'Stopped') return { vcpus: 0, memoryMiB: 0 };
  const { vcpus, memoryMiB } = status.granted ?? {};
  return status.phase === 'Running' && vcpus !== undefined && memoryMiB !== undefined
    ? { vcpus, memoryMiB }
    : undefined;
}

/**
 * What a claim reserves where the VM is found, since nobody asked the placement loop: what its
 * order grants there and its host reports, but no more. If that is nothing, as the VM is only
 * remembered there, it asks for room like any growth. Its disks are there.
 */
export function takenOver(order: XenDomain | undefined, reported: Reported | undefined, wanted?: Wanted): Reservation {
  const granted = grantedBy(order);
  const disks = granted?.disks ?? (wanted === undefined ? [] : wantedReservation(wanted).disks);
  // A domain of unknown type may be all that the VM is.
  const hvm = reported !== undefined && (reported.hvm ?? wanted?.hvm ?? false);
  return largest(granted, order?.status?.granted, reported, { disks, hvm });
}

/** In the form of the status. All fields are there, as a merge patch leaves alone what it lacks. */
export function reservedStatus({
  vcpus,
  memoryMiB,
  dedicated,
  hvm,
  disks,
}: Reservation): NonNullable<XenVMStatus['reserved']> {
  return { vcpus, memoryMiB, dedicated, hvm, disks: disks.map(reservedDisk) };
}
