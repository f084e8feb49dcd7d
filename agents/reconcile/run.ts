/** desired Running: keeps the domain running as the run policy says. Pure. */
import { domainName } from '../../common/names';
import type { DomainRow } from '../xl/list';
import { isRunOrder } from '../xl/order';
import { noteGone, noteRowEnd, noteRunning } from './note';
import { LASTING_RUN_MS, appliedOf, backOffMs, change } from './record';
import type { DomainRecord, EndedHow } from './record';
import type { Present, Report, Step, StepInput } from './types';
import { verdictOf } from './verdict';

/** A real create may take longer. This is asked only if the agent has lost it (`isBrokenOff`). */
const BROKEN_OFF_MS = 30_000;

const SUSPENDED_MS = 600_000;
const LOOK_MS = { least: 500, most: 30_000 };

export function run(input: StepInput, record: DomainRecord, row: Present | undefined): Step {
  if (!row) return start(input, record);
  switch (row.state) {
    case 'running':
      return { record: noteRunning(input, record), act: { do: 'report', report: running() } };
    case 'shutdown':
      return {
        record: noteRowEnd(input, record, row.reason ?? 'poweroff'),
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
      return suspended(input, record, row);
    case 'dying':
    case 'unknown': {
      const message = `xl shows the domain as ${row.state}; nothing is touched`;
      return look(input, record, { phase: 'Unknown', ready: 'Unknown', reason: 'Starting', message });
    }
  }
}

/**
 * Somebody saves or moves the domain, or the guest has suspended itself. A guest that suspended
 * itself is not resumed in place: its run has ended. While `xl save` or `xl migrate` works it looks
 * the same, so the domain gets more time than they take. Under another name it is left of a
 * migration, and its other half may run elsewhere: only a person may end it.
 */
function suspended(input: StepInput, record: DomainRecord, row: DomainRow): Step {
  const ours = domainName(record.vm.namespace, record.vm.name);
  if (row.name === ours && input.rowForMs >= SUSPENDED_MS)
    return { record: noteRowEnd(input, record, 'suspend'), act: { do: 'reap', domid: row.domid, state: 'shutdown' } };
  const message =
    row.name === ours
      ? `the guest is suspended, by itself or by somebody who saves or moves it; if it stays so for ${SUSPENDED_MS / 60_000} minutes it has ended, and its run policy says what follows`
      : `the domain is suspended under the name ${row.name ?? '(null)'}, not ${ours}, as a migration leaves it: nothing is touched until a person has looked at the other host of that migration and ended the copy that is not wanted, with xl`;
  return look(input, record, { phase: 'Unknown', ready: 'Unknown', reason: 'Suspended', message });
}

/**
 * An `xl create` that was killed leaves its domain paused for good. The reap waits for the lock, so
 * it does not disturb a create that still goes on; it then finds the domain running and spares it.
 */
function isBrokenOff({ host, nowMs }: StepInput, { creating, epoch }: DomainRecord): boolean {
  return creating?.epoch === epoch && creating.bootID === host.bootID && nowMs - creating.atMs > BROKEN_OFF_MS;
}

function running(): Report {
  return { phase: 'Running', ready: 'True', reason: 'Running', message: 'the domain runs' };
}

function start(input: StepInput, before: DomainRecord): Step {
  const record = noteGone(input, before);
  const verdict = verdictOf(record);
  const how = record.ended?.how ?? 'destroyed';
  if (verdict === 'finished')
    return sayOff(record, 'Stopped', 'Finished', `${endWords[how]}, and its run policy leaves it off`);
  if (verdict === 'failed') {
    return sayOff(record, 'Failed', 'Crashed', `${endWords[how]}, and its run policy does not start it again`);
  }
  const { host, nowMs } = input;
  const awaited = awaitedConfirmation(input, record);
  if (awaited !== undefined) return awaitConfirmation(record, awaited);
  // If the clock was set back the wait must not become longer.
  const waitMs = Math.min((record.nextStartMs ?? 0) - nowMs, backOffMs(99));
  if (waitMs > 0) return { record, act: { do: 'report', report: waiting(record), wakeAtMs: nowMs + waitMs } };
  if (!isRunOrder(record.order)) throw new Error('an order that is no RunOrder was accepted');
  const creating = { epoch: record.epoch, bootID: host.bootID, atMs: nowMs, applied: appliedOf(record.order) };
  return { record: change(record, { creating }), act: { do: 'create', order: record.order, epoch: record.epoch } };
}

/**
 * The host may have been declared dead, and the VM may run elsewhere. So nothing starts in a boot
 * of the Dom0 until the API has named that boot and was asked for all orders during it. A boot that
 * is not named any more is not confirmed, whatever was known of it before.
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
  stopped: 'an operation has stopped the guest',
  restarted: 'an operation has ended the guest to start it anew',
};

const countWords: Partial<Record<EndedHow, string>> = { reboot: 'rebooted', soft_reset: 'reset itself' };

function waiting(record: DomainRecord): Report {
  if (record.lastFailure !== undefined) return { phase: 'Failed', ready: 'False', ...record.lastFailure };
  const how = record.ended?.how ?? 'destroyed';
  const seconds = backOffMs(record.failures) / 1000;
  const times = `${countWords[how] ?? 'has ended'} ${record.failures} times without a run of ${LASTING_RUN_MS / 60_000} minutes`;
  const next = new Date(record.nextStartMs ?? 0).toISOString().replace(/\.\d+/, '');
  const message = `${endWords[how]}; it ${times}, so it is started again ${seconds} s after the last end, at ${next}`;
  return { phase: 'Failed', ready: 'False', reason: 'RestartBackOff', message };
}

/** What has not changed for long is looked at less often, since each look is an `xl list`. */
export function lookAgainMs(rowForMs: number): number {
  return Math.min(LOOK_MS.most, Math.max(LOOK_MS.least, rowForMs / 4));
}

function look({ nowMs, rowForMs }: StepInput, record: DomainRecord, report: Report): Step {
  return { record, act: { do: 'report', report, wakeAtMs: nowMs + lookAgainMs(rowForMs) } };
}

function sayOff(record: DomainRecord, phase: 'Stopped' | 'Failed', reason: Report['reason'], message: string): Step {
  return { record, act: { do: 'report', report: { phase, ready: 'False', reason, message } } };
}
