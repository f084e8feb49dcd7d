/**
 * desired Stopped or Absent, and operations that end a guest: it is asked, gets its time, and is
 * ended. For Absent the epoch is then retired for good. Pure.
 */
import { MAX_GAP_MS } from './lasting';
import { noteEnd } from './note';
import { change, underWay } from './record';
import type { DomainRecord } from './record';
import type { Present, Report, Step, StepInput } from './types';

const DEFAULT_GRACE_SECONDS = 60;
/**
 * An ACPI button pressed while the firmware still runs is lost, so the guest is asked again. The
 * time waited until then is noted with the request.
 */
const ASK_AGAIN_MS = MAX_GAP_MS;
export const DELETE_AGAIN_MS = 60_000;

export function stop(input: StepInput, record: DomainRecord, row: Present | undefined): Step {
  if (!row) return off(input, record);
  const noted = row.state === 'shutdown' ? noteEnd(input, record, row.reason ?? 'poweroff') : record;
  return end(input, noted, row);
}

/** Ends what is there. */
export function end(input: StepInput, record: DomainRecord, row: Present): Step {
  if (row.state === 'shutdown') return { record, act: { do: 'reap', domid: row.domid, state: 'shutdown' } };
  // The domain is still being built, or its create was killed: there is no guest to ask yet.
  if (row.state === 'paused' && record.creating !== undefined) return { record, act: { do: 'destroy' } };
  return stopRunning(input, record);
}

function stopRunning({ nowMs, askedForMs }: StepInput, record: DomainRecord): Step {
  const graceMs = graceSeconds(record) * 1000;
  if (graceMs === 0) return { record, act: { do: 'destroy' } };
  const { stopping } = record;
  // The time really waited: a wall clock that was set must not shorten a guest's time.
  const waitedMs = stopping ? Math.max(0, stopping.askedMs - stopping.sinceMs) + askedForMs : 0;
  if (waitedMs >= graceMs) return { record, act: { do: 'destroy' } };
  if (!stopping || askedForMs >= ASK_AGAIN_MS)
    return {
      record: change(record, { stopping: { sinceMs: nowMs - waitedMs, askedMs: nowMs } }),
      act: { do: 'shutdown', seconds: secondsToWait(graceMs - waitedMs) },
    };
  const lookMs = Math.min(2000, Math.max(200, waitedMs / 4));
  const report: Report = {
    phase: 'Stopping',
    ready: 'False',
    reason: 'Stopping',
    message: `the guest was asked to shut down and has ${graceMs / 1000} s for it`,
    transient: true,
  };
  return { record, act: { do: 'report', report, wakeAtMs: nowMs + Math.min(lookMs, graceMs - waitedMs) } };
}

/** The time that an operation gives holds up no deletion, and no other run policy. */
function graceSeconds(record: DomainRecord): number {
  const { desired, runPolicy, gracePeriodSeconds = DEFAULT_GRACE_SECONDS } = record.order;
  const isForItself = desired === 'Running' || (desired === 'Stopped' && runPolicy === 'Manual');
  return (isForItself ? underWay(record)?.gracePeriodSeconds : undefined) ?? gracePeriodSeconds;
}

/** xl itself waits for at most a minute. */
const secondsToWait = (leftMs: number): number => Math.min(60, Math.max(1, Math.ceil(leftMs / 1000)));

function off(input: StepInput, before: DomainRecord): Step {
  const record = cleared(input, before);
  if (record.order.desired === 'Absent') return absent(record, input.nowMs);
  return {
    record,
    act: { do: 'report', report: { phase: 'Stopped', ready: 'True', reason: 'Halted', message: 'the domain is off' } },
  };
}

/** The run is over as ordered, so the next start counts as a first one. */
function cleared(input: StepInput, record: DomainRecord): DomainRecord {
  const noted = record.started ? noteEnd(input, record, 'ordered') : record;
  return change(noted, {
    started: undefined,
    creating: undefined,
    ended: undefined,
    stopping: undefined,
    nextStartMs: undefined,
    lastFailure: undefined,
    failures: 0,
  });
}

function absent(record: DomainRecord, nowMs: number): Step {
  const { epoch, deleteDisks = [] } = record.order;
  if ((record.retiredEpoch ?? 0) < epoch) return { record, act: { do: 'retire', epoch } };
  const failure = record.deleteFailure;
  if (failure && Math.min(failure.retryAtMs, nowMs + DELETE_AGAIN_MS) > nowMs) {
    const { reason, message, retryAtMs } = failure;
    const report: Report = { phase: 'Stopping', ready: 'False', reason, message };
    return { record, act: { do: 'report', report, wakeAtMs: Math.min(retryAtMs, nowMs + DELETE_AGAIN_MS) } };
  }
  const rest = deleteDisks.filter((disk) => !record.deletedDisks?.includes(disk.name));
  if (rest.length > 0) return { record, act: { do: 'deleteDisks', disks: rest } };
  const message = `no domain is here, and every epoch up to ${record.refusedEpoch} is refused`;
  return { record, act: { do: 'report', report: { phase: 'Absent', ready: 'True', reason: 'Retired', message } } };
}
