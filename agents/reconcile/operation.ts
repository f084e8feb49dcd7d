/**
 * The operation that an order names: begun once, and remembered on the Dom0 for good. Pure.
 *
 *                 ┌─ refused ──────────────────────────────────────────────┐
 *     not known ──┤                                                        ▼
 *                 └─ Running: Stop ───────────▶ off ─────────▶ Succeeded | Failed
 *                             Restart ─▶ off ─▶ Start ─▶ runs ┘
 *
 * Each arrow is in the record before the act that follows from it. So an agent that dies at any
 * line goes on where it was, and what was begun is never begun again: by its UID, and, once so many
 * came after it that its UID is forgotten, by the time of its creation.
 */
import type { XenDomainSpec, XenDomainStatus } from '../../crds/generated/types';
import { noteEnd, noteGone, noteRowEnd } from './note';
import { change, underWay, wanted } from './record';
import type { DomainRecord, Operation } from './record';
import type { Present, StepInput } from './types';
import { verdictOf } from './verdict';

type Asked = NonNullable<XenDomainSpec['operation']>;
type Word = Pick<Operation, 'reason' | 'message'>;

/** How many operations a Dom0 remembers of one domain. */
export const REMEMBERED = 16;

/** The record after what this look says of the order's operation. */
export function operate(input: StepInput, before: DomainRecord, row: Present | undefined): DomainRecord {
  return goOn(input, begin(input, before, row), row);
}

/** Whether what runs is to be ended for an operation. */
export function isEnding(record: DomainRecord): boolean {
  const operation = underWay(record);
  return operation !== undefined && operation.type !== 'Start' && operation.off !== true;
}

/** Without a record, what this host has told the API before is believed. */
export function toldBefore({ operations = [] }: Pick<XenDomainStatus, 'operations'>): readonly Operation[] {
  const lost: Word = {
    reason: 'RecordLost',
    message: 'the Dom0 has lost its memory of it: nobody knows whether it ran',
  };
  return operations.map(({ uid, phase, reason, message }) => {
    const told = { uid, createdAt: '', startedMs: 0, finishedMs: 0 };
    if (phase === 'Running') return { ...told, phase: 'Failed', ...lost };
    return { ...told, phase, ...(reason !== undefined && { reason: reason as Word['reason'], message }) } as Operation;
  });
}

/** Older than all that are remembered: it may have run, and its UID be forgotten. */
export const isForgotten = ({ operations = [], forgotten }: DomainRecord, { uid, createdAt }: Asked): boolean =>
  forgotten !== undefined &&
  Date.parse(createdAt) <= Date.parse(forgotten) &&
  operations.every((known) => known.uid !== uid);

function begin(input: StepInput, record: DomainRecord, row: Present | undefined): DomainRecord {
  const asked = record.order.operation;
  if (asked === undefined || record.order.desired === 'Absent') return record;
  if (record.operations?.some(({ uid }) => uid === asked.uid) === true || isForgotten(record, asked)) return record;
  // What is to be started is off first: a row that has ended is of the run before.
  if (asked.type === 'Start' && row?.state === 'shutdown') return record;
  const free = finish(input, record, 'Failed', OVERTAKEN);
  const refused = refusal(input, free, row, asked.type);
  const known = remember(free, asked, input.nowMs);
  if (refused) return finish(input, known, 'Failed', refused);
  const kept = record.order.runPolicy === 'Manual' ? KEEPS[asked.type] : undefined;
  return change(known, {
    ...(kept && { kept }),
    // The next shutdown has its whole grace period, and the next start waits for nothing.
    stopping: undefined,
    nextStartMs: undefined,
    lastFailure: undefined,
  });
}

const OVERTAKEN: Word = {
  reason: 'Overtaken',
  message: 'another operation was handed to the host before this one was over',
};
const KEEPS = { Start: 'Running', Stop: 'Stopped', Restart: undefined } as const;

function remember(record: DomainRecord, asked: Asked, startedMs: number): DomainRecord {
  const all: Operation[] = [...(record.operations ?? []), { ...asked, phase: 'Running', startedMs }];
  const dropped = all.slice(0, -REMEMBERED).map(({ createdAt }) => createdAt);
  const forgotten = [record.forgotten ?? '', ...dropped].sort().at(-1);
  return change(record, { operations: all.slice(-REMEMBERED), ...(forgotten && { forgotten }) });
}

/** Why it cannot be done as things are. */
function refusal(
  input: StepInput,
  record: DomainRecord,
  row: Present | undefined,
  type: Asked['type'],
): Word | undefined {
  if (type === 'Start') {
    if (row === undefined) return undefined;
    return { reason: 'AlreadyRunning', message: 'the guest runs already; a Restart starts it anew' };
  }
  if (row !== undefined) return undefined;
  const gone = noteGone(input, record);
  const isDue = wanted(record) === 'Running' && verdictOf(gone) === 'again';
  // A guest that is due to start can be kept from it only where something remembers that.
  const isRemembered =
    type === 'Restart' || record.order.runPolicy === 'Manual' || gone.started?.epoch === record.epoch;
  if (isDue && isRemembered) return undefined;
  return { reason: 'NotRunning', message: 'the guest is off' };
}

/** Notes what has come true of the operation under way. */
function goOn(input: StepInput, record: DomainRecord, row: Present | undefined): DomainRecord {
  const operation = underWay(record);
  if (operation === undefined) return record;
  const { type, off = false } = operation;
  if (type !== 'Stop' && wanted(record) !== 'Running') {
    const message = 'the order wants the domain off by now, by the run policy or because the XenVM is deleted';
    return finish(input, record, 'Failed', { reason: 'Overtaken', message });
  }
  if (type === 'Start' || off) return starting(input, record, row, type);
  if (row) return record;
  if (type === 'Stop') return finish(input, endedBy(input, record, 'stopped'), 'Succeeded');
  return goOn(input, revise(endedBy(input, record, 'restarted'), operation, { off: true }), row);
}

function starting(
  input: StepInput,
  record: DomainRecord,
  row: Present | undefined,
  type: Operation['type'],
): DomainRecord {
  // A guest that has ended since was started, too, and its run policy says what follows.
  if (row && row.state !== 'paused') return finish(input, record, 'Succeeded');
  const { lastFailure } = record;
  if (row || lastFailure === undefined) return record;
  // A guest that was off stays so. One that ran is tried again, whatever its policy.
  const kept = type === 'Start' && record.kept !== undefined ? ({ kept: 'Stopped' } as const) : {};
  return finish(input, change(record, kept), 'Failed', lastFailure);
}

/** The operation has ended the run, whatever was noted of its end. */
function endedBy(input: StepInput, record: DomainRecord, how: 'stopped' | 'restarted'): DomainRecord {
  const open = change(record, { ended: undefined });
  const noted = record.started ? noteEnd(input, open, how) : noteRowEnd(input, open, how);
  return change(noted, { creating: undefined, stopping: undefined });
}

function finish(
  { nowMs }: StepInput,
  record: DomainRecord,
  phase: 'Succeeded' | 'Failed',
  word: Word = {},
): DomainRecord {
  const operation = underWay(record);
  return operation ? revise(record, operation, { phase, finishedMs: nowMs, ...word }) : record;
}

function revise(record: DomainRecord, operation: Operation, changes: Partial<Operation>): DomainRecord {
  const operations = record.operations?.map((one) => (one === operation ? { ...one, ...changes } : one));
  return change(record, { operations });
}
