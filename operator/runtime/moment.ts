/** A moment by both clocks, since neither alone tells how long ago it was. */
import type { Clock } from '../../common/ports';

export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export const momentOf = (clock: Clock): Moment => ({ monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() });

/** The longer: monotonic time halts in a suspended VM, and wall time may have been set back. */
export function elapsedMs(clock: Clock, since: Moment): number {
  const now = momentOf(clock);
  return Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
}
