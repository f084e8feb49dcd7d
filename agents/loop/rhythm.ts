/** What happens again and again, or later. All of it can be ended at once. */
import type { Clock, Timer } from '../../common/ports';
import { errorText, type Log } from '../log';

export class Rhythm {
  private readonly timers = new Set<Timer>();
  private stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** A round begins this long after the end of the one before. One that fails ends nothing. */
  every(periodMs: number, act: () => Promise<void>): void {
    this.after(periodMs, () => {
      act()
        .catch((error: unknown) => this.log.error({ error: errorText(error) }, 'a round failed'))
        .finally(() => this.every(periodMs, act));
    });
  }

  after(delayMs: number, act: () => void): void {
    if (this.stopped) return;
    const timer = this.clock.setTimer(delayMs, () => {
      this.timers.delete(timer);
      act();
    });
    this.timers.add(timer);
  }

  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers) timer.cancel();
  }
}
