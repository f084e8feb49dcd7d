/** Short words for the tables about steps. */
import { ok } from 'node:assert/strict';
import { nextStep } from '../../../agents/reconcile/step';
import type { Report, Step, StepInput } from '../../../agents/reconcile/types';
import type { RunOrder } from '../../../agents/xl/order';
import type { DomainRow } from '../../../agents/xl/list';
import { input, order, row } from '../orders';

export const rows = (...found: DomainRow[]): Pick<StepInput, 'seen'> => ({ seen: { kind: 'rows', rows: found } });
export const given = (changes: Partial<RunOrder> = {}, confirmed = true): Pick<StepInput, 'order'> => ({
  order: { kind: 'given', spec: order(changes), confirmed },
});
export const step = (...parts: Partial<StepInput>[]): Step =>
  nextStep(input(Object.assign({}, ...parts) as Partial<StepInput>));
export const reported = ({ act }: Step): Report => {
  ok(act.do === 'report', `it did ${act.do}`);
  return act.report;
};
export const ended = (reason: NonNullable<DomainRow['reason']>): DomainRow => row({ state: 'shutdown', reason });
export const OFF: Partial<RunOrder> = { desired: 'Stopped' };
export const GONE: Partial<RunOrder> = { desired: 'Absent' };
