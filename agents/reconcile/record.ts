/** What a Dom0 remembers of one domain of the fleet, across restarts of the agent and of the host. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { XenDomainSpec } from '../../crds/generated/types';
import type { DomainReason } from '../../common/reasons';
import type { ShutdownReason } from '../xl/list';

/** How a run of a domain ended. destroyed: it was gone, and nobody here did it. hostReboot: the Dom0 booted anew. */
export type EndedHow = ShutdownReason | 'destroyed' | 'hostReboot' | 'ordered';

/** What a domain was started with; fields of the order that take effect at a start only. */
export type Applied = Pick<XenDomainSpec, 'type' | 'vcpus' | 'memory' | 'cpu' | 'boot' | 'disks' | 'networks'>;

export interface Run {
  readonly epoch: number;
  readonly bootID: string;
  readonly atMs: number;
  /** Unknown for a domain that was found running. */
  readonly applied?: Applied;
}

export interface DomainRecord {
  readonly version: 1;
  readonly uuid: string;
  readonly fleetID: string;
  readonly vm: XenDomainSpec['vm'];
  /** The highest epoch ever accepted. */
  readonly epoch: number;
  /** The last accepted order. */
  readonly order: XenDomainSpec;
  /** The boot of the Dom0 in which the API last confirmed this epoch. */
  readonly confirmedBootID?: string;
  /** A create was begun and not heard of since: what it may have left paused is nobody's guest. */
  readonly creating?: Run;
  /** The run that goes on, or the last one. */
  readonly started?: Run;
  /** Set once the run in `started` is over. */
  readonly ended?: { readonly how: EndedHow; readonly atMs: number };
  /**
   * A shutdown that the order asked for. By the last request at `askedMs` the guest had had `askedMs - sinceMs` milliseconds of its
   * grace period; the wall time of the first request, unless a clock was set or an agent was away meanwhile.
   */
  readonly stopping?: { readonly sinceMs: number; readonly askedMs: number };
  readonly lastTermination?: { readonly reason: EndedHow; readonly atMs: number; readonly hostBootID: string };
  /** Starts after the first one, since the epoch was taken up. */
  readonly restarts: number;
  /** Ends and failed creates since the last run that lasted; they set the back-off. */
  readonly failures: number;
  /** Not before this. */
  readonly nextStartMs?: number;
  readonly lastFailure?: { readonly reason: DomainReason; readonly message: string };
  /** The fence: epochs up to this are refused for good. It says nothing of what still runs. */
  readonly refusedEpoch?: number;
  /** The receipt: after epochs up to this were refused, the domain was looked for and was gone. Never above `refusedEpoch`. */
  readonly retiredEpoch?: number;
  readonly retiredAtMs?: number;
  /** The order vanished: neither ended nor started again. */
  readonly frozen?: boolean;
  /** Names of disks that were made here. */
  readonly disks: readonly string[];
  /** The folder that each was made in. */
  readonly diskPaths?: Readonly<Record<string, string>>;
  /** How large the file of each was when the host last told. */
  readonly diskSizes?: Readonly<Record<string, number>>;
  readonly deletedDisks?: readonly string[];
  readonly deleteFailure?: { readonly reason: DomainReason; readonly message: string; readonly retryAtMs: number };
}

/** Copy with changes; a key given as undefined is taken away. The same object where nothing changes, so that nothing is written. */
export function change(
  record: DomainRecord,
  changes: { [K in keyof DomainRecord]?: DomainRecord[K] | undefined },
): DomainRecord {
  const merged = Object.fromEntries(
    Object.entries({ ...record, ...changes }).filter(([, value]) => value !== undefined),
  );
  return isDeepStrictEqual(merged, record) ? record : (merged as unknown as DomainRecord);
}

const BACK_OFF_BASE_MS = 10_000;
const BACK_OFF_MAX_MS = 300_000;
/** A run of this length, in milliseconds, makes the past forgotten: what ends after it costs no wait. */
export const LASTING_RUN_MS = 600_000;

/** The first restart is at once, then 10 s doubling to 300 s. */
export function backOffMs(failures: number): number {
  if (failures <= 1) return 0;
  return Math.min(BACK_OFF_MAX_MS, BACK_OFF_BASE_MS * 2 ** Math.min(failures - 2, 10));
}

/** Nothing of the record can run here any more. */
export const isRetired = (record: DomainRecord): boolean => (record.retiredEpoch ?? 0) >= record.epoch;

/** With the fence raised to `epoch` at least. */
export function refusing(record: DomainRecord, epoch: number): DomainRecord {
  const refusedEpoch = Math.max(record.refusedEpoch ?? 0, epoch);
  return refusedEpoch > 0 ? change(record, { refusedEpoch }) : record;
}

/**
 * Before there were two words `retiredEpoch` was the fence as well. Such a record holds a receipt only if the time of one was noted with it.
 */
export function withTwoWords(record: DomainRecord): DomainRecord {
  if (record.refusedEpoch !== undefined || record.retiredEpoch === undefined) return record;
  const told = refusing(record, record.retiredEpoch);
  return record.retiredAtMs === undefined ? change(told, { retiredEpoch: undefined }) : told;
}

export function appliedOf(order: XenDomainSpec): Applied {
  const { type, vcpus, memory, cpu, boot, networks } = order;
  // That a disk is known changes nothing of the domain, nor does the word for its driver: that goes with its pool.
  const disks = order.disks?.map(({ made: _made, driver: _driver, ...disk }) => disk);
  const all = { type, vcpus, memory, cpu, boot, disks, networks };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Does another start of this epoch count as a restart? */
export function isRestart({ started, ended, epoch }: DomainRecord): boolean {
  return started?.epoch === epoch && ended?.how !== 'ordered';
}
