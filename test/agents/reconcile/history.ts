/** What may happen around one domain, in any order. */
import fc from 'fast-check';
import type { DomainRow } from '../../../agents/xl/list';
import type { RunOrder } from '../../../agents/xl/order';

export type Event =
  | { kind: 'order'; desired: RunOrder['desired']; runPolicy: RunOrder['runPolicy']; raise: boolean }
  /** A new operation on top of the order, or the order as it was some operations ago. */
  | { kind: 'operation'; type: 'Start' | 'Stop' | 'Restart'; gracePeriodSeconds?: number }
  | { kind: 'restore'; back: number }
  | {
      kind:
        'vanish' | 'away' | 'destroyed' | 'hostReboot' | 'blind' | 'agentDies' | 'diesInAct' | 'retireDies' | 'confirm';
    }
  | { kind: 'guest'; reason: NonNullable<DomainRow['reason']> }
  | { kind: 'time'; ms: number }
  /** Somebody sets the wall clock. */
  | { kind: 'clock'; ms: number }
  | { kind: 'createFails' };

const operation: fc.Arbitrary<Event> = fc.record({
  kind: fc.constant('operation' as const),
  type: fc.constantFrom('Start' as const, 'Stop' as const, 'Restart' as const),
  gracePeriodSeconds: fc.constantFrom(0, 60, 600),
});
const restore: fc.Arbitrary<Event> = fc.record({
  kind: fc.constant('restore' as const),
  back: fc.integer({ min: 0, max: 3 }),
});

/** What may happen around operations on a guest that nobody edits or deletes. */
export const aroundOperations: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: operation },
  { weight: 1, arbitrary: restore },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Event>(
      { kind: 'diesInAct' },
      { kind: 'agentDies' },
      { kind: 'createFails' },
      { kind: 'destroyed' },
      { kind: 'guest', reason: 'poweroff' },
      { kind: 'guest', reason: 'crash' },
      { kind: 'time', ms: 70_000 },
      { kind: 'time', ms: 700_000 },
    ),
  },
);

export const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      desired: fc.constantFrom('Running' as const, 'Running' as const, 'Stopped' as const, 'Absent' as const),
      runPolicy: fc.constantFrom('Always' as const, 'RerunOnFailure' as const, 'Once' as const, 'Manual' as const),
      raise: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Event>(
      { kind: 'vanish' },
      { kind: 'away' },
      { kind: 'destroyed' },
      { kind: 'hostReboot' },
      { kind: 'blind' },
      { kind: 'agentDies' },
      { kind: 'diesInAct' },
      { kind: 'retireDies' },
      { kind: 'confirm' },
      { kind: 'createFails' },
    ),
  },
  { weight: 5, arbitrary: operation },
  { weight: 2, arbitrary: restore },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('guest' as const),
      reason: fc.constantFrom('poweroff' as const, 'reboot' as const, 'crash' as const, 'watchdog' as const),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 0, max: 400_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('clock' as const), ms: fc.integer({ min: -1e11, max: 1e11 }) }),
  },
);
