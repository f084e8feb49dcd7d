/** What is remembered of a run: that it goes on, and how it ended. Pure. */
import { withStartedDisks } from './disks';
import { LASTING_RUN_MS, backOffMs, change, isRestart } from './record';
import type { DomainRecord, EndedHow } from './record';
import type { StepInput } from './types';

/** The domain runs, whoever started it: it is taken over as it is. */
export function noteRunning(input: StepInput, record: DomainRecord): DomainRecord {
  const known = withRun(input, record);
  // If the last run has ended, this one is another.
  const run = { epoch: record.epoch, bootID: input.host.bootID, atMs: input.nowMs };
  const started = known.ended === undefined ? known.started : run;
  return change(known, { started, ended: undefined, lastFailure: undefined, nextStartMs: undefined });
}

/** A domain that has ended and is still there proves its run, even if no start was remembered. */
export function noteRowEnd(input: StepInput, record: DomainRecord, how: EndedHow): DomainRecord {
  return noteEnd(input, withRun(input, record), how);
}

/**
 * If a run of this epoch is gone and nobody noted its end, somebody else ended it, or the host went
 * down. A domain that was being made when the host went down may have run. It counts as a run, so
 * that runPolicy Once runs nothing twice.
 */
export function noteGone(input: StepInput, record: DomainRecord): DomainRecord {
  const { bootID } = input.host;
  const { creating, epoch } = record;
  const lost = creating?.epoch === epoch && creating.bootID !== bootID;
  const told = lost ? change(record, { started: creating, creating: undefined, ended: undefined }) : record;
  const { started } = told;
  if (!started || told.ended !== undefined || started.epoch !== epoch) return told;
  return noteEnd(input, told, started.bootID === bootID ? 'destroyed' : 'hostReboot');
}

/** Remembers the end of the run in `started`, once. */
export function noteEnd({ host, nowMs }: StepInput, record: DomainRecord, how: EndedHow): DomainRecord {
  if (record.ended !== undefined) return record;
  const { started } = record;
  const lasted = started !== undefined && nowMs - started.atMs >= LASTING_RUN_MS;
  // A reboot of the guest counts as a crash does: a loop of reboots costs the host as much.
  const counted = !['hostReboot', 'ordered', 'stopped', 'restarted'].includes(how);
  const failures = counted ? (lasted ? 1 : record.failures + 1) : record.failures;
  return change(record, {
    ended: { how, atMs: nowMs },
    lastTermination: { reason: how, atMs: nowMs, hostBootID: started?.bootID ?? host.bootID },
    failures,
    nextStartMs: counted ? nowMs + backOffMs(failures) : undefined,
  });
}

/** Notes in `started` the run that a listed domain proves. What is noted of it already is kept. */
function withRun({ host, nowMs }: StepInput, record: DomainRecord): DomainRecord {
  const { creating, started, epoch } = record;
  const { bootID } = host;
  // Our own create has outlived the agent that began it.
  if (creating?.epoch === epoch && creating.bootID === bootID) {
    const restarts = record.restarts + (isRestart(record) ? 1 : 0);
    const known = withStartedDisks(record, creating.applied?.disks);
    return change(known, { started: creating, creating: undefined, ended: undefined, restarts });
  }
  if (started?.bootID === bootID) return change(record, { started: { ...started, epoch }, creating: undefined });
  return change(record, { started: { epoch, bootID, atMs: nowMs }, creating: undefined, ended: undefined });
}
