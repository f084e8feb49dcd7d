/** What a XenVMOperation shows. Pure; `now` is RFC 3339. */
import type { XenVMOperation, XenVMOperationStatus } from '../../../crds/generated/types';
import { findCondition, mergeConditions, type ConditionInput } from '../../../common/conditions';
import { defined } from '../../../common/defined';
import type { DomainReason, OperationReason } from '../../../common/reasons';

export interface Verdict {
  readonly phase: NonNullable<XenVMOperationStatus['phase']>;
  readonly reason: OperationReason | DomainReason;
  readonly message: string;
  /** UID of the XenVM that it is for, once that is known. */
  readonly vmUID?: string | undefined;
  /** The host that it is handed to with this verdict. */
  readonly host?: string;
}

export const isOver = ({ status }: XenVMOperation): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Whether the status says so already; cheap, as most of many operations wait. */
export const isShown = ({ status }: XenVMOperation, { phase, message }: Verdict): boolean =>
  status?.phase === phase && findCondition(status.conditions, 'Ready')?.message === message;

function conditionsOf({ phase, reason, message }: Verdict, observedGeneration: number): ConditionInput[] {
  const [done, failed] = [phase === 'Succeeded', phase === 'Failed'];
  const conditions: ConditionInput[] = [
    { type: 'Ready', status: done ? 'True' : 'False', reason, message },
    failed
      ? { type: 'Stalled', status: 'True', reason, message }
      : { type: 'Stalled', status: 'False', reason: 'NotStalled', message: '' },
    { type: 'Finished', status: done || failed ? 'True' : 'False', reason, message },
  ];
  return conditions.map((condition) => ({ ...condition, observedGeneration }));
}

export function showOperation(
  { metadata, status }: XenVMOperation,
  verdict: Verdict,
  now: string,
): XenVMOperationStatus {
  const { phase, vmUID = status?.vmUID, host = status?.host } = verdict;
  const observedGeneration = metadata.generation ?? 0;
  const ends = phase === 'Succeeded' || phase === 'Failed';
  return defined({
    observedGeneration,
    phase,
    vmUID,
    host,
    startedAt: status?.startedAt ?? (verdict.host === undefined ? undefined : now),
    finishedAt: ends ? now : undefined,
    conditions: mergeConditions(status?.conditions, conditionsOf(verdict, observedGeneration), now),
  });
}
