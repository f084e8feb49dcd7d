/** Rules of what is done once. */
import type { Plants } from './plant';

export const OPERATIONS: Plants = {
  'operations are not remembered': [
    {
      file: 'agents/reconcile/operation.ts',
      from: 'if (record.operations?.some(({ uid }) => uid === asked.uid) === true || isForgotten(record, asked)) return record;',
      to: "if (record.operations?.some(({ uid, phase }) => uid === asked.uid && phase === 'Running') === true) return record;",
    },
  ],
  'a restart forgets that the guest is off': [
    {
      file: 'agents/reconcile/operation.ts',
      from: "if (type === 'Start' || off) return starting(input, record, row, type);",
      to: "if (type === 'Start' || (off && !row)) return starting(input, record, row, type);",
    },
  ],
  'Manual is what the order says': [
    {
      file: 'agents/reconcile/record.ts',
      from: 'return kept ?? order.desired;',
      to: 'return order.desired;',
    },
  ],
};
