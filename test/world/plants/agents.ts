/** Rules of the agent. */
import type { Plants } from './plant';

export const AGENTS: Plants = {
  'an older process goes on acting': [
    {
      file: 'agents/dom0/incumbent.ts',
      from: 'text !== undefined && text.trim() !== this.process;',
      to: "text === '';",
    },
  ],
  'an agent goes on with what it knew': [
    {
      file: 'agents/dom0/incumbent.ts',
      from: 'text !== undefined && text.trim() !== this.process;',
      to: "text === '';",
    },
    { file: 'agents/loop/tenure.ts', from: 'if (this.wasElsewhere) return false;', to: '' },
    {
      file: 'agents/loop/tenure.ts',
      from: "return this.wasElsewhere && this.state === 'held';",
      to: "return this.wasElsewhere && this.state === 'unknown';",
    },
  ],
  'a nonce is answered before the orders are listed': [
    { file: 'agents/status/agent-writer.ts', from: 'if (nonce !== before.status?.nonce) await api.relist();', to: '' },
  ],
  'records without an order are not told as live': [
    { file: 'agents/status/agent-records.ts', from: '...(live && { frozen: true }),', to: '' },
  ],
  'what was retired is not remembered': [
    {
      file: 'agents/reconcile/outcome.ts',
      from: 'return change(refusing(record, epoch), { retiredEpoch, retiredAtMs: nowMs });',
      to: 'return change(record, { retiredAtMs: nowMs * Math.sign(retiredEpoch) });',
    },
  ],
  'epochs are not obeyed in order': [
    {
      file: 'agents/reconcile/accept.ts',
      from: "if (record && epoch < record.epoch && !(desired === 'Absent' && isRetired(record)))",
      to: 'if (record && epoch < 0)',
    },
    {
      file: 'agents/reconcile/accept.ts',
      from: "if (epoch <= refused && desired !== 'Absent')",
      to: 'if (epoch < 0 && refused)',
    },
  ],
  'foreign domains are ours': [
    {
      file: 'agents/reconcile/step.ts',
      from: 'if (isForeign(input, accepted.record))',
      to: 'if (isForeign(input, accepted.record) && input.nowMs < 0)',
    },
    {
      file: 'operator/plan/vm/conflict.ts',
      from: 'if (host === undefined) return undefined;\n  const unowned',
      to: "if (host !== '') return undefined;\n  const unowned",
    },
  ],
  'two agents act': [
    {
      file: 'agents/loop/tenure.ts',
      from: "return this.state === 'held' || (this.state === 'unknown' && !heard);",
      to: "return this.state !== 'held' || !heard || heard;",
    },
  ],
  'a watch that broke goes on': [
    { file: 'agents/api/orders.ts', from: '{ listsWhenBroken: true }', to: '{ listsWhenBroken: false }' },
  ],
  'a booted host starts what its records say': [
    {
      file: 'agents/reconcile/run.ts',
      from: "if (order.kind === 'given' && confirmedBootID !== bootID)",
      to: "if (order.kind === 'given' && confirmedBootID === '')",
    },
    { file: 'agents/reconcile/run.ts', from: 'if (ordered !== bootID)', to: "if (ordered === '')" },
    {
      file: 'agents/reconcile/run.ts',
      from: 'if (record.confirmedBootID === bootID) return undefined;',
      to: 'if (ordered) return undefined;',
    },
  ],
  'deleted disks are not deleted': [
    {
      file: 'agents/loop/acts.ts',
      from: 'if (!problem) deleted.push(disk.name);',
      to: 'if (!problem || disk.name) deleted.push(disk.name);',
    },
    { file: 'agents/loop/acts.ts', from: '? await disks.delete(uuid, disk, record.vm, key.policy)', to: '? undefined' },
  ],
  'an end by the host is an order': [
    {
      file: 'agents/reconcile/verdict.ts',
      from: "if (order.runPolicy === 'Always') return 'again';",
      to: "if (order.runPolicy === 'Always' && ended.how !== 'hostReboot') return 'again';",
    },
  ],
  'an older epoch is obeyed': [
    {
      file: 'agents/reconcile/accept.ts',
      from: "if (record && epoch < record.epoch && !(desired === 'Absent' && isRetired(record)))",
      to: 'if (record && epoch < 0)',
    },
  ],
  'a refused epoch is obeyed': [
    {
      file: 'agents/reconcile/accept.ts',
      from: "if (epoch <= refused && desired !== 'Absent')",
      to: 'if (epoch < 0 && refused)',
    },
  ],
  'boots need no confirmation': [
    {
      file: 'agents/reconcile/run.ts',
      from: 'if (startUnconfirmed) return undefined;',
      to: 'if (!startUnconfirmed) return undefined;',
    },
  ],
  'guests without an order are ended': [
    {
      file: 'agents/reconcile/step.ts',
      from: "return { record: change(record, { frozen: true }), act: { do: 'idle' } };",
      to: "return { act: { do: 'destroy' } } as never;",
    },
  ],
  'Once runs again': [
    {
      file: 'agents/reconcile/verdict.ts',
      from: "if (clean) return 'finished';",
      to: "if (clean) return 'again';",
    },
  ],
  'a clean end is final': [
    {
      file: 'agents/reconcile/verdict.ts',
      from: "if (order.runPolicy === 'Always') return 'again';",
      to: "if (order.runPolicy === 'Always') return 'finished';",
    },
  ],
};
