/**
 * What the host of a claim keeps for a VM, in every dimension that is sold. Pure.
 *
 * A tenant may edit the size of a VM at any time, so what the spec wants is a wish and never an account. What counts is what the
 * placement loop found room for: `status.reserved`, written together with the placement. More than that is a growth, which asks for
 * room first; until it has it, the VM keeps what was granted.
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
  /** Whole physical CPUs. An order does not carry this, so it is known from the claim alone. */
  readonly dedicated: boolean;
  readonly disks: readonly ReservedDisk[];
}

/** What a domain may use as its host reports it. */
export interface Reported {
  readonly vcpus: number;
  readonly memoryMiB: number;
}

export const NOTHING: Reservation = { vcpus: 0, memoryMiB: 0, dedicated: false, disks: [] };

const reservedDisk = ({ name, pool, sizeBytes }: ReservedDisk): ReservedDisk => ({ name, pool, sizeBytes });

export function wantedReservation({ vcpus, memoryMiB, dedicated, disks }: Wanted): Reservation {
  return { vcpus, memoryMiB, dedicated, disks: disks.map(reservedDisk) };
}

export function reservedBy({ status }: XenVM): Reservation | undefined {
  if (status?.reserved === undefined) return undefined;
  const { vcpus, memoryMiB, dedicated = false, disks = [] } = status.reserved;
  return { vcpus, memoryMiB, dedicated, disks };
}

/** What an order grants; undefined for a tombstone, which grants nothing. */
export function grantedBy(order: XenDomain | undefined): Reservation | undefined {
  const { vcpus, memory, disks = [] } = order?.spec ?? {};
  if (vcpus === undefined || memory === undefined) return undefined;
  return { vcpus: vcpus.max, memoryMiB: memory.maxMiB, dedicated: false, disks: disks.map(reservedDisk) };
}

/** What a host's report says that the domain of this UUID may use, whatever the host takes it for. */
export function reportedBy(agent: XenAgent | undefined, uuid: string): Reported | undefined {
  const domain = agent?.status?.domains?.find((entry) => entry.uuid === uuid);
  return domain === undefined ? undefined : { vcpus: domain.vcpus ?? 0, memoryMiB: domain.memoryMiB ?? 0 };
}

/**
 * What a claim stands for before any growth. A claim that was written by an older version carries no reservation: its order says what
 * was granted, and without an order nothing is known but the wish.
 */
export function heldBy(vm: XenVM, order: XenDomain | undefined, wanted: Wanted | undefined): Reservation {
  return reservedBy(vm) ?? grantedBy(order) ?? (wanted === undefined ? NOTHING : wantedReservation(wanted));
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

/** The larger in each dimension. */
export function largest(...all: readonly (Partial<Reservation> | undefined)[]): Reservation {
  return {
    vcpus: Math.max(...all.map((one) => one?.vcpus ?? 0)),
    memoryMiB: Math.max(...all.map((one) => one?.memoryMiB ?? 0)),
    dedicated: all.some((one) => one?.dedicated === true),
    disks: largestDisks(all.map((one) => one?.disks ?? [])),
  };
}

/** Whether what is held covers what is wanted in every dimension. A disk that is new, or in another pool, is not covered. */
export function covers(held: Reservation, wanted: Reservation): boolean {
  const sizes = new Map(held.disks.map((disk) => [diskKey(disk), disk.sizeBytes]));
  return (
    wanted.vcpus <= held.vcpus &&
    wanted.memoryMiB <= held.memoryMiB &&
    (held.dedicated || !wanted.dedicated) &&
    wanted.disks.every((disk) => disk.sizeBytes <= (sizes.get(diskKey(disk)) ?? -1))
  );
}

/** What must be kept for a VM that becomes as wanted: its domain goes on with what it has until it follows the order. */
export function grown(held: Reservation, order: XenDomain | undefined, wanted: Wanted): Reservation {
  const granted = grantedBy(order);
  // A disk that is in neither is nobody's to attach any more: its bytes are in the pool's own account.
  return largest({ ...held, disks: [] }, granted, wantedReservation(wanted));
}

/**
 * The reservation that is enough by now, if it is smaller than the one in force. A domain may run with more than its order grants until
 * it is started anew, so the agent must have taken the order up and must say what runs, and its host's report must say the same.
 */
function shrunk(
  vm: XenVM,
  order: XenDomain | undefined,
  wanted: Wanted,
  reported: Reported | undefined,
): Reservation | undefined {
  const reserved = reservedBy(vm);
  const running = runningSize(order);
  if (reserved === undefined || running === undefined) return undefined;
  const enough = largest(wantedReservation(wanted), grantedBy(order), running, reported);
  return covers(reserved, enough) && !covers(enough, reserved) ? enough : undefined;
}

/** What the claim must become: larger, if there is room; smaller, by itself; or undefined, for it is as it should be. */
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

/** What the domain has by its agent, which must speak of this very order; undefined if that is not known. */
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
 * What a claim reserves where the VM is found, which nobody asked the placement loop for: what its order grants there and its host
 * reports, and no more. If that is nothing, because it is only remembered there, it asks for room like any growth. Its disks are there.
 */
export function takenOver(order: XenDomain | undefined, reported: Reported | undefined, wanted?: Wanted): Reservation {
  const granted = grantedBy(order);
  const disks = granted?.disks ?? (wanted === undefined ? [] : wantedReservation(wanted).disks);
  return largest(granted, order?.status?.granted, reported, { disks });
}

/** As the claim writes it: in full, for a merge patch leaves alone what it does not name. */
export function reservedStatus({
  vcpus,
  memoryMiB,
  dedicated,
  disks,
}: Reservation): NonNullable<XenVMStatus['reserved']> {
  return { vcpus, memoryMiB, dedicated, disks: disks.map(reservedDisk) };
}
