/**
 * The brake. Where many XenVMs are deleted at once (a namespace, a CRD, a selector that was too wide, a bug of some
 * controller), the operator ends no guest on their behalf until an administrator says that it is meant. Pure.
 *
 *     open ──more deletions within the window than the limit, and one of them still waits──▶ closed
 *       ▲                                                                                      │
 *       └──────────── lifted by an annotation on a namespace, or nobody waits any more ────────┘
 *
 * Deletions are told apart by the API server's own time stamps, so a new leader judges them as the old one
 * did. What an earlier leader held up says so in its conditions, and is held up still.
 */
import type { XenVM } from '../../crds/generated/types';
import { findCondition } from '../../common/conditions';
import { BRAKE_LIFTED_UNTIL } from '../../common/names';

export interface BrakeLimits {
  /** So many deletions within the window are nothing unusual; 0 turns the brake off. */
  readonly deletions: number;
  /** … and so many percent of the VMs that have a host, if that is more. */
  readonly percent: number;
  readonly windowMs: number;
}

/** A XenVM that was deleted with something at stake. */
export interface Deletion {
  /** Its deletionTimestamp, in ms since 1970. */
  readonly atMs: number;
  /** Its guest has not been told to end yet. */
  readonly waits: boolean;
  /** An earlier leader held it up. */
  readonly wasHeld: boolean;
}

export type BrakeState =
  | { readonly isClosed: false }
  | {
      readonly isClosed: true;
      /** Deletions within one window, or those that wait if an earlier leader counted them. */
      readonly count: number;
      readonly limit: number;
      /** VMs that have a host, those that were just deleted included. */
      readonly fleet: number;
    };

/** What the brake says of one VM that is being deleted. */
export interface BrakeWord {
  /** `gathering`: it is too early to tell whether it is one of many. */
  readonly state: 'open' | 'gathering' | 'closed';
  readonly message: string;
}

export const OPEN: BrakeWord = { state: 'open', message: '' };

export const isOff = ({ deletions }: BrakeLimits): boolean => deletions === 0;

/** Its end would take something away: a guest that may run, or a disk that goes with it. */
export function isAtStake({ spec, status }: XenVM): boolean {
  if (status?.placement === undefined) return false;
  const mayRun = spec.runPolicy !== 'Halted' && status.phase !== 'Stopped';
  const losesDisk = (spec.disks ?? []).some(({ deletionPolicy }) => deletionPolicy === 'Delete');
  return mayRun || (losesDisk && (status.disks ?? []).length > 0);
}

export const wasHeld = ({ status }: XenVM): boolean =>
  findCondition(status?.conditions, 'Stalled')?.reason === 'BrakeClosed';

/** `fleet`: VMs that have a host, those that were just deleted included. */
export function judgeDeletions(deletions: readonly Deletion[], fleet: number, limits: BrakeLimits): BrakeState {
  if (isOff(limits)) return { isClosed: false };
  const limit = Math.max(limits.deletions, Math.floor((fleet * limits.percent) / 100));
  const burst = largestBurst(deletions, limits.windowMs);
  if (burst > limit) return { isClosed: true, count: burst, limit, fleet };
  const waiting = deletions.filter(({ waits }) => waits);
  if (waiting.some((deletion) => deletion.wasHeld)) return { isClosed: true, count: waiting.length, limit, fleet };
  return { isClosed: false };
}

/** The most deletions that lie within one window, of those windows in which somebody still waits. */
function largestBurst(deletions: readonly Deletion[], windowMs: number): number {
  const sorted = deletions.toSorted((a, b) => a.atMs - b.atMs);
  let [from, waiting, largest] = [0, 0, 0];
  sorted.forEach(({ atMs, waits }, index) => {
    if (waits) waiting += 1;
    for (let first = sorted[from]; first !== undefined && atMs - first.atMs > windowMs; first = sorted[from]) {
      if (first.waits) waiting -= 1;
      from += 1;
    }
    if (waiting > 0) largest = Math.max(largest, index - from + 1);
  });
  return largest;
}

interface Place {
  readonly namespace: string;
  /** The operator's own namespace. */
  readonly system: string;
  /** The value of an annotation that is there and is no time. */
  readonly unread: string | undefined;
}

/** Why a VM of `namespace` is held up, and what helps. */
export function closedMessage(
  { count, limit, fleet }: BrakeState & { isClosed: true },
  { deletions, percent, windowMs }: BrakeLimits,
  { namespace, system, unread }: Place,
): string {
  const limits = `--brake-deletions ${deletions}, --brake-percent ${percent} of ${fleet} VMs`;
  const counted =
    count > limit
      ? `${count} XenVMs were deleted within ${windowMs / 1000} s, and more than ${limit} close the brake (${limits})`
      : `${count} XenVMs that were deleted among more than the limit of ${limit} still wait (${limits})`;
  return `${counted}: no guest is ended for a deleted XenVM until an administrator says so. If it is meant: kubectl annotate --overwrite namespace ${namespace} ${BRAKE_LIFTED_UNTIL}=<time, such as 2030-01-31T12:00:00Z>, or namespace ${system} for the whole fleet. If not, make the VMs anew under the same spec.identity.uuid after the brake was lifted${unread === undefined ? '' : `. "${unread}" in ${BRAKE_LIFTED_UNTIL} is no time in the form of RFC 3339`}`;
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

export type Annotations = Readonly<Record<string, string>> | undefined;

/** Until when (ms since 1970) an administrator has lifted the brake; undefined if the word is missing or no time. */
export function liftedUntilMs(annotations: Annotations): number | undefined {
  const word = annotations?.[BRAKE_LIFTED_UNTIL];
  if (word === undefined || !RFC_3339.test(word)) return undefined;
  const ms = Date.parse(word);
  return Number.isNaN(ms) ? undefined : ms;
}

/** What is written there instead of a time, cut short. */
export function unreadableLift(annotations: Annotations): string | undefined {
  const word = annotations?.[BRAKE_LIFTED_UNTIL];
  return word === undefined || liftedUntilMs(annotations) !== undefined ? undefined : word.slice(0, 40);
}
