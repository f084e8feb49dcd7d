/**
 * The next step about one domain.
 *
 *                         ┌──────────── ended by itself: reap, then by the run policy ───────────┐
 *                         ▼                                                                       │
 *   desired Running:   no row ──create──► paused (being built) ──► running ──► shutdown/crashed ──┘
 *                         │  not confirmed in this boot: wait
 *                         │  back-off: wait;  Once, or shut down under RerunOnFailure: stays off
 *
 *   desired Stopped:   running ──shutdown──► … grace period … ──destroy──► no row: Stopped
 *   desired Absent:    the same, then ──retire──► ──deleteDisks──► the receipt
 *
 *   an operation (operation.ts): Restart and Stop end what runs, as desired Stopped does.
 *
 *   order vanished: freeze.   listing unknown, dying: wait.
 *   suspended: wait for minutes, then it has ended.
 *   two rows of one UUID: report it, touch nothing.
 *   a domain that is not proved to be ours (owner.ts): report it, touch nothing.
 *
 * A guest is ended in two places only: `stopRunning` (the order or its operation wants it off) and
 * `reap` (it has ended by itself).
 */
import type { DomainRow } from '../xl/list';
import { accept } from './accept';
import type { Given } from './accept';
import { withSeenFiles } from './disks';
import { foreignDomain, isProved, ownerOf } from './owner';
import { isEnding, operate } from './operation';
import { change, isRetired, wanted } from './record';
import type { DomainRecord } from './record';
import { lookAgainMs, run } from './run';
import { end, stop } from './stop';
import type { Present, Report, Step, StepInput } from './types';

/** Xen frees the memory of a large guest within a minute. What takes longer does not end. */
const ZOMBIE_MS = 120_000;

export function nextStep(input: StepInput): Step {
  const { order, record } = input;
  switch (order.kind) {
    case 'vanished':
      return vanished(record);
    case 'unheard': {
      if (!record || record.frozen === true) return { act: { do: 'idle' } };
      const confirmed = record.confirmedBootID === input.host.bootID;
      return obey(input, { spec: record.order, confirmed });
    }
    case 'given': {
      const { bootID, confirmedBootID } = input.host;
      // The claim behind an order counts on one boot: an order for another boot starts nothing.
      const isForThisBoot = confirmedBootID === bootID && (order.spec.bootID ?? bootID) === bootID;
      return obey(input, { ...order, confirmed: order.confirmed && isForThisBoot });
    }
  }
}

function vanished(record: DomainRecord | undefined): Step {
  if (!record || isRetired(record) || record.frozen === true) return { act: { do: 'idle' } };
  return { record: change(record, { frozen: true }), act: { do: 'idle' } };
}

function obey(input: StepInput, order: Given): Step {
  const accepted = accept(input, order);
  if (!accepted.ok) return { act: { do: 'report', report: accepted.report } };
  if (isForeign(input, accepted.record))
    return { act: { do: 'report', report: foreignDomain(input.uuid, accepted.record, input.mark) } };
  const told = withSeenFiles(accepted.record, input.files ?? []);
  const step = desired(input, told);
  const record = step.record ?? told;
  return { act: step.act, ...(record !== input.record && { record }) };
}

function desired(input: StepInput, record: DomainRecord): Step {
  const { seen, nowMs, rowForMs } = input;
  if (seen.kind === 'unknown')
    return say({ phase: 'Unknown', ready: 'Unknown', reason: seen.reason, message: seen.message });
  if (seen.kind === 'created') return follow(input, record, { state: 'running' });
  const row = theRow(seen.rows);
  if (row === 'duplicate') return say(duplicate(seen.rows));
  if (row?.state === 'dying') return say(dying(record, row, rowForMs), nowMs + lookAgainMs(rowForMs));
  return follow(input, record, row);
}

function follow(input: StepInput, before: DomainRecord, row: Present | undefined): Step {
  const record = operate(input, before, row);
  if (wanted(record) !== 'Running') return stop(input, record, row);
  // Somebody saves or moves a suspended domain.
  const isClear = row !== undefined && row.state !== 'suspended' && row.state !== 'unknown';
  return isClear && isEnding(record) ? end(input, record, row) : run(input, record, row);
}

/**
 * A domain that is dying ends by itself, so it is only waited for. While a foreign domain is there,
 * nothing of the order is remembered.
 */
function isForeign({ seen, mark }: StepInput, record: DomainRecord): boolean {
  if (seen.kind !== 'rows' || seen.rows.every((row) => row.state === 'dying')) return false;
  return !isProved(record, mark, ownerOf(record));
}

/** A dying domain does not count beside one that lives. */
function theRow(rows: readonly DomainRow[]): DomainRow | undefined | 'duplicate' {
  const living = rows.filter((row) => row.state !== 'dying');
  return living.length > 1 ? 'duplicate' : (living[0] ?? rows[0]);
}

function duplicate(rows: readonly DomainRow[]): Report {
  const domids = rows.map((row) => row.domid).join(' and ');
  const message = `domains ${domids} of this host have one UUID; nothing is touched until a person ends the wrong one`;
  return { phase: 'Unknown', ready: 'Unknown', reason: 'DuplicateDomain', message };
}

function dying(record: DomainRecord, { domid }: DomainRow, rowForMs: number): Report {
  const stopping = wanted(record) !== 'Running';
  const phase = stopping ? 'Stopping' : 'Starting';
  if (rowForMs < ZOMBIE_MS)
    return { phase, ready: 'False', reason: phase, message: 'the domain is being taken down', transient: true };
  const message =
    `domain ${domid} has been dying for more than ${ZOMBIE_MS / 60_000} minutes and goes on holding memory and devices: a process of the Dom0 ` +
    `still maps its memory, such as its QEMU (its command line holds -xen-domid ${domid}). End that process, or reboot the host`;
  return { phase, ready: 'False', reason: 'ZombieDomain', message };
}

const say = (report: Report, wakeAtMs?: number): Step => ({
  act: { do: 'report', report, ...(wakeAtMs !== undefined && { wakeAtMs }) },
});
