/** desired Running: keep it so, by the run policy. Pure. */
import { isRunOrder } from '../xl/order';
import { LASTING_RUN_MS, appliedOf, backOffMs, change, isRestart } from './record';
import type { DomainRecord, EndedHow, Run } from './record';
import type { Present, Report, Step, StepInput } from './types';

/** Shorter than no real create's life, and only asked once the agent has lost it: see `isBrokenOff`. */
const BROKEN_OFF_MS = 30_000;

/** What follows the end of a run. `again` may have to wait for the back-off. */
type Verdict = 'again' | 'finished' | 'failed';

export function run(input: StepInput, record: DomainRecord, row: Present | undefined): Step {
  if (!row) return start(input, record);
  switch (row.state) {
    case 'running':
      return { record: noteRunning(input, record), act: { do: 'report', report: running() } };
    case 'shutdown':
      return {
        record: noteEnd(input, record, row.reason ?? 'poweroff'),
        act: { do: 'reap', domid: row.domid, state: 'shutdown' },
      };
    case 'paused':
      if (isBrokenOff(input, record)) return { record, act: { do: 'reap', domid: row.domid, state: 'paused' } };
      return look(input, record, {
        phase: 'Starting',
        ready: 'False',
        reason: 'Starting',
        message: 'the domain is being built, or is paused (`xl unpause` lets it go on)',
        transient: true,
      });
    case 'suspended':
    case 'dying':
    case 'unknown': {
      const message = `xl shows the domain as ${row.state}; nothing is touched`;
      return look(input, record, { phase: 'Unknown', ready: 'Unknown', reason: 'Starting', message });
    }
  }
}

/**
 * An `xl create` that was killed leaves its domain paused for good. The reap waits for the lock, so that a create which still goes on is
 * not disturbed, and then finds the domain running and spares it.
 */
function isBrokenOff({ host, nowMs }: StepInput, { creating, epoch }: DomainRecord): boolean {
  return creating?.epoch === epoch && creating.bootID === host.bootID && nowMs - creating.atMs > BROKEN_OFF_MS;
}

function running(): Report {
  return { phase: 'Running', ready: 'True', reason: 'Running', message: 'the domain runs' };
}

/** Found running, whoever started it: taken over as it is. */
function noteRunning(input: StepInput, record: DomainRecord): DomainRecord {
  const { bootID } = input.host;
  const broken =
    record.creating?.epoch === record.epoch && record.creating.bootID === bootID ? record.creating : undefined;
  return change(record, {
    started: broken ?? theRun(input, record),
    // Our own create, which outlived the agent that began it.
    restarts: record.restarts + (broken && isRestart(record) ? 1 : 0),
    creating: undefined,
    ended: undefined,
    lastFailure: undefined,
    nextStartMs: undefined,
  });
}

function theRun({ host, nowMs }: StepInput, { started, ended, epoch }: DomainRecord): Run {
  if (started?.bootID !== host.bootID || ended !== undefined) return { epoch, bootID: host.bootID, atMs: nowMs };
  return started.epoch === epoch ? started : { ...started, epoch };
}

/** Remembers the end of the run in `started`, once. */
export function noteEnd({ host, nowMs }: StepInput, record: DomainRecord, how: EndedHow): DomainRecord {
  if (record.ended !== undefined) return record;
  const { started } = record;
  const lasted = started !== undefined && nowMs - started.atMs >= LASTING_RUN_MS;
  const counted = how !== 'reboot' && how !== 'soft_reset' && how !== 'hostReboot' && how !== 'ordered';
  const failures = counted ? (lasted ? 1 : record.failures + 1) : record.failures;
  return change(record, {
    ended: { how, atMs: nowMs },
    lastTermination: { reason: how, atMs: nowMs, hostBootID: started?.bootID ?? host.bootID },
    failures,
    nextStartMs: counted ? nowMs + backOffMs(failures) : undefined,
  });
}

function start(input: StepInput, before: DomainRecord): Step {
  const record = withEnd(input, before);
  const verdict = startable(record);
  if (verdict === 'finished')
    return sayOff(record, 'Stopped', 'Finished', 'the guest shut down, and its run policy leaves it off');
  if (verdict === 'failed') {
    const how = record.ended?.how ?? 'destroyed';
    return sayOff(record, 'Failed', 'Crashed', `${endWords[how]}, and its run policy does not start it again`);
  }
  const { host, nowMs } = input;
  const awaited = awaitedConfirmation(input, record);
  if (awaited !== undefined) return awaitConfirmation(record, awaited);
  // A clock that was set back must not prolong the wait.
  const waitMs = Math.min((record.nextStartMs ?? 0) - nowMs, backOffMs(99));
  if (waitMs > 0) return { record, act: { do: 'report', report: waiting(record), wakeAtMs: nowMs + waitMs } };
  if (!isRunOrder(record.order)) throw new Error('an order that is no RunOrder was accepted');
  const creating = { epoch: record.epoch, bootID: host.bootID, atMs: nowMs, applied: appliedOf(record.order) };
  return { record: change(record, { creating }), act: { do: 'create', order: record.order, epoch: record.epoch } };
}

/**
 * The host may have been declared dead, and the VM may run elsewhere: nothing is started in a boot of the Dom0 until the API has named
 * that boot, and was asked for all orders during it. A boot that is not named any more is not confirmed, whatever was known of it before.
 */
function awaitedConfirmation({ host, order }: StepInput, record: DomainRecord): string | undefined {
  const { bootID, confirmedBootID = 'no boot', startUnconfirmed } = host;
  if (startUnconfirmed) return undefined;
  if (order.kind === 'given' && confirmedBootID !== bootID)
    return `spec.confirmedBootID of the XenAgent names ${confirmedBootID}, and this boot of the host is ${bootID}: the operator names it once it has seen its report, unless the host is declared dead`;
  const { bootID: ordered = bootID } = record.order;
  if (ordered !== bootID)
    return `the order is for boot ${ordered} of the host, and this one is ${bootID}: the operator claims the VM anew for it`;
  if (record.confirmedBootID === bootID) return undefined;
  return `the host has booted (${bootID}); the API must confirm the order before it is started`;
}

function awaitConfirmation(record: DomainRecord, message: string): Step {
  const report: Report = { phase: 'Stopped', ready: 'False', reason: 'AwaitingConfirmation', message, transient: true };
  return { record, act: { do: 'report', report } };
}

/** Where a run of this epoch is not there any more, and nobody noted its end, somebody else ended it. */
function withEnd(input: StepInput, record: DomainRecord): DomainRecord {
  const { started } = record;
  if (!started || record.ended !== undefined || started.epoch !== record.epoch) return record;
  return noteEnd(input, record, started.bootID === input.host.bootID ? 'destroyed' : 'hostReboot');
}

function startable(record: DomainRecord): Verdict {
  const { started, ended, order } = record;
  if (!started || started.epoch !== record.epoch || !ended || ended.how === 'ordered' || record.stopping)
    return 'again';
  if (ended.how === 'reboot' || ended.how === 'soft_reset') return 'again';
  const clean = ended.how === 'poweroff' || ended.how === 'suspend';
  if (order.runPolicy === 'Always') return 'again';
  if (clean) return 'finished';
  return order.runPolicy === 'RerunOnFailure' ? 'again' : 'failed';
}

const endWords: Readonly<Record<EndedHow, string>> = {
  poweroff: 'the guest shut down',
  reboot: 'the guest rebooted',
  suspend: 'the guest suspended',
  crash: 'the guest crashed',
  watchdog: 'the watchdog of the guest fired',
  soft_reset: 'the guest reset itself',
  destroyed: 'the domain was destroyed by somebody else',
  hostReboot: 'the host rebooted',
  ordered: 'it was ended as ordered',
};

function waiting(record: DomainRecord): Report {
  if (record.lastFailure !== undefined) return { phase: 'Failed', ready: 'False', ...record.lastFailure };
  const how = endWords[record.ended?.how ?? 'destroyed'];
  const seconds = backOffMs(record.failures) / 1000;
  const message = `${how}; it has ended ${record.failures} times, so the next start is ${seconds} s after the last end`;
  return { phase: 'Failed', ready: 'False', reason: 'RestartBackOff', message };
}

function look({ nowMs }: StepInput, record: DomainRecord, report: Report): Step {
  return { record, act: { do: 'report', report, wakeAtMs: nowMs + 1000 } };
}

function sayOff(record: DomainRecord, phase: 'Stopped' | 'Failed', reason: Report['reason'], message: string): Step {
  return { record, act: { do: 'report', report: { phase, ready: 'False', reason, message } } };
}
