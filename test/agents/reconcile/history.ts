/** What may happen around one domain, in any order. */
import fc from 'fast-check';
import type { DomainRow } from '../../../agents/xl/list';
import type { RunOrder } from '../../../agents/xl/order';

export type Event =
  | { kind: 'order'; desired: RunOrder['desired']; runPolicy: RunOrder['runPolicy']; raise: boolean }
  | { kind: 'vanish' | 'away' | 'destroyed' | 'hostReboot' | 'blind' | 'agentDies' | 'retireDies' | 'confirm' }
  | { kind: 'guest'; reason: NonNullable<DomainRow['reason']> }
  | { kind: 'time'; ms: number }
  /** Somebody sets the wall clock. */
  | { kind: 'clock'; ms: number }
  | { kind: 'createFails' };

export const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      desired: fc.constantFrom('Running' as const, 'Running' as const, 'Stopped' as const, 'Absent' as const),
      runPolicy: fc.constantFrom('Always' as const, 'RerunOnFailure' as const, 'Once' as const),
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
      { kind: 'retireDies' },
      { kind: 'confirm' },
      { kind: 'createFails' },
    ),
  },
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
