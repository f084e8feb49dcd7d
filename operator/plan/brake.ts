/**
 * The brake. When many XenVMs are deleted at once (a namespace, a CRD, a selector that was too
 * wide, a bug of some controller), the operator ends no guest on their behalf until an
 * administrator says that it is meant. Pure.
 *
 *     open ──more deletions within the window than the limit, and one of them still waits──▶ closed
 *       ▲                                                                                      │
 *       └──────────── lifted by an annotation on a namespace, or nobody waits any more ────────┘
 *
 * It closes for one namespace if that one is over its limit, so a tenant's own deletions hold up
 * nobody else. It closes for the whole fleet if the deletions of several namespaces are over the
 * limit of the fleet. No namespace counts there for more than half of that limit (but for 1 at
 * least), so that from a limit of 2 on, one or two tenants cannot close the brake for all.
 *
 * The API server's own time stamps say when deletions happened, so a new leader judges them as the
 * old one did. If an earlier leader held up a VM, the conditions of the VM say so: it is held up
 * still, and so is its namespace.
 */
import type { XenVM } from '../../crds/generated/types';
import { findCondition } from '../../common/conditions';
import { BRAKE_LIFTED_UNTIL } from '../../common/names';

export interface BrakeLimits {
  /** This many deletions within the window are nothing unusual. 0 turns the brake off. */
  readonly deletions: number;
  /** … or this many percent of the VMs (of namespace or fleet) with a host, if that is more. */
  readonly percent: number;
  readonly windowMs: number;
}

/** A XenVM that was deleted and would lose a guest that may run, or a disk. */
export interface Deletion {
  readonly namespace: string;
  /** Its deletionTimestamp, in ms since 1970. */
  readonly atMs: number;
  /** Its guest has not been told to end yet. */
  readonly waits: boolean;
  /** An earlier leader held it up. */
  readonly wasHeld: boolean;
}

/** Why the brake is closed for one namespace, or for all. */
export interface Closed {
  readonly scope: 'namespace' | 'fleet';
  /** Deletions within one window, or, if an earlier leader closed it, those that still wait. */
  readonly count: number;
  readonly limit: number;
  /** VMs of the namespace or the fleet that have a host, with those that were just deleted. */
  readonly vms: number;
}

export interface BrakeState {
  /** Set if the brake is closed for everybody. */
  readonly fleet?: Closed;
  readonly namespaces: ReadonlyMap<string, Closed>;
}

export const ALL_OPEN: BrakeState = { namespaces: new Map() };

export const isClosed = ({ fleet, namespaces }: BrakeState): boolean => fleet !== undefined || namespaces.size > 0;

export const closedFor = ({ fleet, namespaces }: BrakeState, namespace: string): Closed | undefined =>
  namespaces.get(namespace) ?? fleet;

/** What the brake says of one VM that is being deleted. */
export interface BrakeWord {
  /** `gathering`: it is too early to tell whether the VM is one of many. */
  readonly state: 'open' | 'gathering' | 'closed';
  readonly message: string;
}

export const OPEN: BrakeWord = { state: 'open', message: '' };

export const isOff = ({ deletions }: BrakeLimits): boolean => deletions === 0;

/** Whether its end takes something away: a guest that may run, or a disk that goes with it. */
export function isAtStake({ spec, status }: XenVM): boolean {
  if (status?.placement === undefined) return false;
  const mayRun = spec.runPolicy !== 'Halted' && status.phase !== 'Stopped';
  const losesDisk = (spec.disks ?? []).some(({ deletionPolicy }) => deletionPolicy === 'Delete');
  return mayRun || (losesDisk && (status.disks ?? []).length > 0);
}

export const wasHeld = ({ status }: XenVM): boolean =>
  findCondition(status?.conditions, 'Stalled')?.reason === 'BrakeClosed';

/** `claimed`: VMs that have a host, by namespace, with those that were just deleted. */
export function judgeDeletions(
  deletions: readonly Deletion[],
  claimed: ReadonlyMap<string, number>,
  limits: BrakeLimits,
): BrakeState {
  if (isOff(limits)) return ALL_OPEN;
  const sorted = deletions.toSorted((a, b) => a.atMs - b.atMs);
  const namespaces = new Map<string, Closed>();
  for (const [namespace, own] of byNamespace(sorted)) {
    const closed = judgeNamespace(own, claimed.get(namespace) ?? 0, limits);
    if (closed !== undefined) namespaces.set(namespace, closed);
  }
  const vms = [...claimed.values()].reduce((sum, count) => sum + count, 0);
  const limit = limitOf(vms, limits);
  const count = largestBurst(sorted, limits.windowMs, Math.max(1, Math.floor(limit / 2)));
  return count > limit ? { fleet: { scope: 'fleet', count, limit, vms }, namespaces } : { namespaces };
}

function byNamespace(deletions: readonly Deletion[]): ReadonlyMap<string, readonly Deletion[]> {
  const groups = new Map<string, Deletion[]>();
  for (const deletion of deletions) {
    const group = groups.get(deletion.namespace);
    if (group === undefined) groups.set(deletion.namespace, [deletion]);
    else group.push(deletion);
  }
  return groups;
}

function judgeNamespace(sorted: readonly Deletion[], vms: number, limits: BrakeLimits): Closed | undefined {
  const limit = limitOf(vms, limits);
  const burst = largestBurst(sorted, limits.windowMs);
  if (burst > limit) return { scope: 'namespace', count: burst, limit, vms };
  const waiting = sorted.filter(({ waits }) => waits);
  if (!waiting.some(({ wasHeld }) => wasHeld)) return undefined;
  return { scope: 'namespace', count: waiting.length, limit, vms };
}

const limitOf = (vms: number, { deletions, percent }: BrakeLimits): number =>
  Math.max(deletions, Math.floor((vms * percent) / 100));

/**
 * The most deletions within one window, of all windows in which a VM still waits. No namespace
 * counts for more than `share`.
 */
function largestBurst(sorted: readonly Deletion[], windowMs: number, share = Infinity): number {
  const counts = new Map<string, number>();
  let [from, waiting, burst, largest] = [0, 0, 0, 0];
  const count = ({ namespace, waits }: Deletion, step: 1 | -1): void => {
    const before = counts.get(namespace) ?? 0;
    counts.set(namespace, before + step);
    burst += Math.min(before + step, share) - Math.min(before, share);
    if (waits) waiting += step;
  };
  for (const deletion of sorted) {
    count(deletion, 1);
    for (let first = sorted[from]; first !== undefined && deletion.atMs - first.atMs > windowMs; first = sorted[from]) {
      count(first, -1);
      from += 1;
    }
    if (waiting > 0) largest = Math.max(largest, burst);
  }
  return largest;
}

interface Place {
  readonly namespace: string;
  /** The operator's own namespace. */
  readonly system: string;
  /** The value of an annotation that is there but is no time. */
  readonly unread: string | undefined;
}

/** Why a VM of `namespace` is held up, and what would help. */
export function closedMessage(
  { scope, count, limit, vms }: Closed,
  { deletions, percent, windowMs }: BrakeLimits,
  { namespace, system, unread }: Place,
): string {
  const isFleet = scope === 'fleet';
  const limits = `--brake-deletions ${deletions}, --brake-percent ${percent} of ${vms} VMs`;
  const who = isFleet ? 'XenVMs of several namespaces' : `XenVMs of namespace ${namespace}`;
  const share = isFleet ? `, no namespace counted for more than half of that` : '';
  const counted =
    count > limit
      ? `${count} ${who} were deleted within ${windowMs / 1000} s, and more than ${limit} close the brake${share} (${limits})`
      : `${count} ${who} that were deleted among more than the limit of ${limit} still wait (${limits})`;
  return `${counted}: no guest is ended for a deleted XenVM until an administrator says so. If it is meant: kubectl annotate --overwrite namespace ${namespace} ${BRAKE_LIFTED_UNTIL}=<time, such as 2030-01-31T12:00:00Z>, or namespace ${system} for the whole fleet. If not, make the VMs anew under the same spec.identity.uuid after the brake was lifted${unread === undefined ? '' : `. "${unread}" in ${BRAKE_LIFTED_UNTIL} is no time in the form of RFC 3339`}`;
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

export type Annotations = Readonly<Record<string, string>> | undefined;

/** Until when (ms since 1970) an administrator has lifted the brake. Undefined if not lifted. */
export function liftedUntilMs(annotations: Annotations): number | undefined {
  const word = annotations?.[BRAKE_LIFTED_UNTIL];
  if (word === undefined || !RFC_3339.test(word)) return undefined;
  const ms = Date.parse(word);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The value that is no time, cut short. */
export function unreadableLift(annotations: Annotations): string | undefined {
  const word = annotations?.[BRAKE_LIFTED_UNTIL];
  return word === undefined || liftedUntilMs(annotations) !== undefined ? undefined : word.slice(0, 40);
}
