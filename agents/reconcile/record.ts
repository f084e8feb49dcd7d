/** What a Dom0 remembers of one domain of the fleet, across restarts of agent and host. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { XenDomainSpec } from '../../crds/generated/types';
import type { DomainReason, OperationReason } from '../../common/reasons';
import type { ShutdownReason } from '../xl/list';

/**
 * How a run of a domain ended. destroyed: it was gone, and nobody here ended it. hostReboot: the
 * Dom0 has booted since. stopped, restarted: by an operation.
 */
export type EndedHow = ShutdownReason | 'destroyed' | 'hostReboot' | 'ordered' | 'stopped' | 'restarted';

/** What a domain was started with: fields of the order that take effect only at a start. */
export type Applied = Pick<XenDomainSpec, 'type' | 'vcpus' | 'memory' | 'cpu' | 'boot' | 'disks' | 'networks'>;

export interface Run {
  readonly epoch: number;
  readonly bootID: string;
  readonly atMs: number;
  /** Unknown for a domain that was found running. */
  readonly applied?: Applied;
}

/** An operation on the domain, from when it was begun (operation.ts). */
export interface Operation {
  /** UID of the XenVMOperation. */
  readonly uid: string;
  /** RFC 3339, by the clock of the API server; empty if nobody knows. */
  readonly createdAt: string;
  readonly type?: 'Start' | 'Stop' | 'Restart';
  readonly gracePeriodSeconds?: number;
  readonly phase: 'Running' | 'Succeeded' | 'Failed';
  /** Of a Restart: the guest is off, and is to be started from now on. */
  readonly off?: boolean;
  readonly startedMs: number;
  readonly finishedMs?: number;
  /** Why it has failed. */
  readonly reason?: DomainReason | OperationReason;
  readonly message?: string;
}

export interface DomainRecord {
  readonly version: 1;
  readonly uuid: string;
  readonly fleetID: string;
  readonly vm: XenDomainSpec['vm'];
  /** The highest epoch that was ever accepted. */
  readonly epoch: number;
  /** The last accepted order. */
  readonly order: XenDomainSpec;
  /** The boot of the Dom0 in which the API last confirmed this epoch. */
  readonly confirmedBootID?: string;
  /** A create was begun and not heard of since. A paused domain that it left is no guest. */
  readonly creating?: Run;
  /** The run that goes on, or the last one. */
  readonly started?: Run;
  /** Set once the run in `started` is over. */
  readonly ended?: { readonly how: EndedHow; readonly atMs: number };
  /**
   * A shutdown that the order asked for. At the last request (`askedMs`) the guest had already had
   * `askedMs - sinceMs` of its grace period. `sinceMs` is the wall time of the first request,
   * unless a clock was set or no agent ran meanwhile.
   */
  readonly stopping?: { readonly sinceMs: number; readonly askedMs: number };
  readonly lastTermination?: { readonly reason: EndedHow; readonly atMs: number; readonly hostBootID: string };
  /** Starts after the first one under this epoch. */
  readonly restarts: number;
  /** Ends and failed creates since the last long run. They set the back-off. */
  readonly failures: number;
  /** The domain is not started before this time. */
  readonly nextStartMs?: number;
  readonly lastFailure?: { readonly reason: DomainReason; readonly message: string };
  /** Epochs up to this are refused for good. It does not say what still runs. */
  readonly refusedEpoch?: number;
  /**
   * The receipt: epochs up to this are refused, and after that the domain was looked for and was
   * gone. Never above `refusedEpoch`.
   */
  readonly retiredEpoch?: number;
  readonly retiredAtMs?: number;
  /** The last operations, the newest at the end. At most the last of them is under way. */
  readonly operations?: readonly Operation[];
  /** When the newest operation was created that is in `operations` no more; RFC 3339. */
  readonly forgotten?: string;
  /**
   * Under runPolicy Manual: what the order wanted when it first said Manual, or the last Start or
   * Stop since. An order that a backup brought back does not know better.
   */
  readonly kept?: 'Running' | 'Stopped';
  /** The order vanished, so the domain is neither ended nor started again. */
  readonly frozen?: boolean;
  /** Names of disks that were made here. */
  readonly disks: readonly string[];
  /** The folder that each disk was made in. */
  readonly diskPaths?: Readonly<Record<string, string>>;
  /** How large the file of each disk was when the host last told it. */
  readonly diskSizes?: Readonly<Record<string, number>>;
  readonly deletedDisks?: readonly string[];
  readonly deleteFailure?: { readonly reason: DomainReason; readonly message: string; readonly retryAtMs: number };
}

/**
 * A copy with changes, without the keys that are given as undefined. If nothing changes it is the
 * same object, so that nothing is written.
 */
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
/** After a run of this length, in milliseconds, earlier failures do not count. */
export const LASTING_RUN_MS = 600_000;

/** The first restart is at once, then after 10 s, doubling up to 300 s. */
export function backOffMs(failures: number): number {
  if (failures <= 1) return 0;
  return Math.min(BACK_OFF_MAX_MS, BACK_OFF_BASE_MS * 2 ** Math.min(failures - 2, 10));
}

/** Whether nothing of the record can run here any more. */
export const isRetired = (record: DomainRecord): boolean => (record.retiredEpoch ?? 0) >= record.epoch;

/** The record, with epochs refused up to at least `epoch`. */
export function refusing(record: DomainRecord, epoch: number): DomainRecord {
  const refusedEpoch = Math.max(record.refusedEpoch ?? 0, epoch);
  return refusedEpoch > 0 ? change(record, { refusedEpoch }) : record;
}

/**
 * In older records `retiredEpoch` is the refused epoch as well. Such a record holds a receipt only
 * if the time of one is noted with it.
 */
export function withTwoWords(record: DomainRecord): DomainRecord {
  if (record.refusedEpoch !== undefined || record.retiredEpoch === undefined) return record;
  const told = refusing(record, record.retiredEpoch);
  return record.retiredAtMs === undefined ? change(told, { retiredEpoch: undefined }) : told;
}

export function appliedOf(order: XenDomainSpec): Applied {
  const { type, vcpus, memory, cpu, boot, networks } = order;
  // Neither what is known of a disk nor the name of its driver, which follows from the pool,
  // changes the domain.
  const disks = order.disks?.map(({ made: _made, driver: _driver, ...disk }) => disk);
  const all = { type, vcpus, memory, cpu, boot, disks, networks };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** The operation that was begun and is not over. */
export const underWay = ({ operations }: DomainRecord): Operation | undefined =>
  operations?.find(({ phase }) => phase === 'Running');

/** What to keep true. */
export function wanted({ order, kept }: DomainRecord): XenDomainSpec['desired'] {
  if (order.desired === 'Absent' || order.runPolicy !== 'Manual') return order.desired;
  return kept ?? order.desired;
}

/** Notes what is kept from now on under runPolicy Manual, and forgets it under any other. */
export function keeping(record: DomainRecord): DomainRecord {
  const { desired, runPolicy } = record.order;
  if (desired === 'Absent') return record;
  return change(record, { kept: runPolicy === 'Manual' ? (record.kept ?? desired) : undefined });
}

/** Whether another start of this epoch counts as a restart. */
export function isRestart({ started, ended, epoch }: DomainRecord): boolean {
  return started?.epoch === epoch && ended?.how !== 'ordered';
}
