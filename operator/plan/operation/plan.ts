/**
 * The operations on one XenVM: one after the other, each handed to a host once. Pure.
 *
 *     Pending ──its turn, allowed, the order in force is obeyed──▶ Running, bound to the host
 *                                                  the VM's plan puts it into the order │
 *     Succeeded | Failed ◀──────── the agent's word, or the VM or its claim is gone ────┘
 *
 * Running is written before any order carries the operation. So whatever dies, an operation that
 * may have reached a host is known to be bound to it, and is handed to no other. On the host its
 * UID is remembered (agents/reconcile/operation.ts), so a restored backup makes nothing run twice.
 */
import type { XenVMOperation, XenVMOperationStatus } from '../../../crds/generated/types';
import type { DomainReason, OperationReason } from '../../../common/reasons';
import { claimOf, type VmFacts } from '../vm/facts';
import { byTurn, orderOn, wordOn } from '../vm/operation';
import { refusedBy } from './policy';
import { isOver, isShown, showOperation, type Verdict } from './status';

export interface OperationFacts {
  /** All operations that name the XenVM. */
  readonly operations: readonly XenVMOperation[];
  /** What is known of the XenVM. Undefined if there is none. */
  readonly known: VmFacts | undefined;
  /** How many milliseconds there was none. */
  readonly missingForMs: number;
  readonly nowMs: number;
}

export type OperationAction =
  | { readonly do: 'show'; readonly operation: XenVMOperation; readonly status: XenVMOperationStatus }
  | { readonly do: 'delete'; readonly operation: XenVMOperation };

export interface OperationPlan {
  readonly actions: readonly OperationAction[];
  /** Milliseconds until the next look, if time alone changes something. */
  readonly againInMs: number | undefined;
}

/** A XenVM that is created together with its operation may be heard of later. */
export const MISSING_MS = 10_000;
const DEFAULT_TTL_SECONDS = 86_400;

export function planOperations(facts: OperationFacts): OperationPlan {
  const { nowMs } = facts;
  const waiting = facts.operations.filter((operation) => !isOver(operation)).sort(byTurn);
  const now = new Date(nowMs).toISOString();
  const shown = waiting.flatMap((operation, at): OperationAction[] => {
    const verdict = verdictOf(facts, operation, at === 0);
    if (isShown(operation, verdict)) return [];
    return [{ do: 'show', operation, status: showOperation(operation, verdict, now) }];
  });
  const kept = facts.operations.filter(isOver).map((operation) => ({ operation, leftMs: leftMs(operation, nowMs) }));
  const old = kept.filter((one) => one.leftMs <= 0);
  const times = [
    ...kept.filter((one) => one.leftMs > 0).map((one) => one.leftMs),
    ...(facts.known === undefined && waiting.length > 0 ? [Math.max(1, MISSING_MS - facts.missingForMs)] : []),
  ];
  return {
    actions: [...shown, ...old.map(({ operation }): OperationAction => ({ do: 'delete', operation }))],
    againInMs: times.length > 0 ? Math.min(...times) : undefined,
  };
}

/** Milliseconds until it is deleted. */
function leftMs({ spec, status }: XenVMOperation, nowMs: number): number {
  const { ttlSecondsAfterFinished = DEFAULT_TTL_SECONDS } = spec;
  return Date.parse(status?.finishedAt ?? '') + ttlSecondsAfterFinished * 1000 - nowMs;
}

const failed = (reason: OperationReason | DomainReason, message: string): Verdict => ({
  phase: 'Failed',
  reason,
  message,
});

function verdictOf({ known, missingForMs }: OperationFacts, operation: XenVMOperation, isTurn: boolean): Verdict {
  const { spec, status } = operation;
  const { vmName } = spec;
  const vmUID = known?.vm.metadata.uid;
  if (known === undefined && status?.vmUID === undefined) {
    if (missingForMs >= MISSING_MS) return failed('VMNotFound', `there is no XenVM ${vmName} in this namespace`);
    return { phase: 'Pending', reason: 'WaitingForVM', message: `there is no XenVM ${vmName} yet` };
  }
  if (known === undefined || known.vm.metadata.deletionTimestamp !== undefined)
    return failed('VMDeleted', `XenVM ${vmName} is being deleted, or is gone`);
  if ((status?.vmUID ?? vmUID) !== vmUID)
    return failed('VMDeleted', `XenVM ${vmName} was deleted; the one that is there now was made later`);
  const verdict = told(known, operation) ?? (status?.phase === 'Running' ? running(known, operation) : undefined);
  return { ...(verdict ?? pending(known, operation, isTurn)), vmUID };
}

/** What the host says of it. That counts whatever else is so, as after a restore. */
function told(known: VmFacts, operation: XenVMOperation): Verdict | undefined {
  const word = wordOn(known, operation.metadata.uid);
  if (word === undefined || word.phase === 'Running') return undefined;
  if (word.phase === 'Succeeded') return { phase: 'Succeeded', reason: 'Done', message: '' };
  return failed((word.reason ?? 'RecordLost') as Verdict['reason'], word.message ?? 'the host gives no reason');
}

const handedTo = (host: string): Verdict => ({
  phase: 'Running',
  reason: 'HandedOver',
  message: `host ${host} has it`,
});

function running(known: VmFacts, { status }: XenVMOperation): Verdict {
  const { host = '' } = status ?? {};
  const claimed = claimOf(known)?.host;
  if (claimed !== host)
    return failed(
      'HostLost',
      `the XenVM has left host ${host}, which the operation was handed to, and that host had not said how it ended`,
    );
  return handedTo(host);
}

function pending(known: VmFacts, operation: XenVMOperation, isTurn: boolean): Verdict {
  const wait = (reason: OperationReason, message: string): Verdict => ({ phase: 'Pending', reason, message });
  if (!isTurn) return wait('WaitingForTurn', 'an earlier operation on this XenVM is not over');
  const refused = refusedBy(known.vm, operation);
  if (refused !== undefined) return failed('RunPolicyForbids', refused);
  const claim = claimOf(known);
  if (claim === undefined) return wait('WaitingForVM', 'the XenVM has no host yet');
  const order = orderOn(known, claim.host);
  const isObeyed =
    known.hosts[claim.host]?.answered === true &&
    order !== undefined &&
    order.spec.desired !== 'Absent' &&
    order.status?.epoch === claim.epoch;
  if (!isObeyed) return wait('WaitingForVM', `host ${claim.host} has not taken up the order in force`);
  const last = order.spec.operation?.uid;
  // It was deleted while it ran.
  if (last !== undefined && (wordOn(known, last)?.phase ?? 'Running') === 'Running')
    return wait('WaitingForTurn', `host ${claim.host} has not said yet how the operation before ended`);
  return { ...handedTo(claim.host), host: claim.host };
}
